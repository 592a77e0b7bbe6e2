namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Byte for byte, at the end.</summary>
internal static class EndsWith
{
    public static readonly Operator Word = Operator.Comparing("endsWith", "ends with `{0}`", static (value, argument) => value.EndsWith(argument));
}
