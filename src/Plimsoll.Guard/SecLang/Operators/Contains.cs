namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Byte for byte, anywhere.</summary>
internal static class Contains
{
    public static readonly Operator Word = Operator.Comparing("contains", "contains `{0}`", static (value, argument) => value.IndexOf(argument) >= 0);
}
