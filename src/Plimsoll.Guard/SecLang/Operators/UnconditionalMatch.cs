namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Any value.</summary>
internal static class UnconditionalMatch
{
    public static readonly Operator Word = Operator.Asking("unconditionalMatch", "is there", static _ => true);
}
