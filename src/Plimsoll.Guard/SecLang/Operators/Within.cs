namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>The argument has the value somewhere; the empty value is part of any.</summary>
internal static class Within
{
    public static readonly Operator Word = Operator.Comparing("within", "is part of `{0}`", static (value, argument) => argument.IndexOf(value) >= 0);
}
