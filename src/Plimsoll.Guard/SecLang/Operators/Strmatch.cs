namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>As contains.</summary>
internal static class Strmatch
{
    public static readonly Operator Word = Operator.Comparing("strmatch", "contains `{0}`", static (value, argument) => value.IndexOf(argument) >= 0);
}
