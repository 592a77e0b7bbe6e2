namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>No value.</summary>
internal static class NoMatch
{
    public static readonly Operator Word = Operator.Asking("noMatch", "never matches", static _ => false);
}
