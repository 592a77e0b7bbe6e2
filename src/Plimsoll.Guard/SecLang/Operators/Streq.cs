namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Byte for byte, all of it.</summary>
internal static class Streq
{
    public static readonly Operator Word = Operator.Comparing("streq", "is `{0}`", static (value, argument) => value.SequenceEqual(argument));
}
