namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Byte for byte, at the beginning.</summary>
internal static class BeginsWith
{
    public static readonly Operator Word = Operator.Comparing("beginsWith", "begins with `{0}`", static (value, argument) => value.StartsWith(argument));
}
