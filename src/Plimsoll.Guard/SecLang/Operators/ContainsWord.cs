namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>The argument stands in the value with no letter beside it; the empty argument does so anywhere.</summary>
internal static class ContainsWord
{
    public static readonly Operator Word = Operator.Comparing("containsWord", "contains the word `{0}`", Has);

    private static bool Has(ReadOnlySpan<byte> value, ReadOnlySpan<byte> argument)
    {
        if (argument.IsEmpty) return true;
        for (var start = 0; value[start..].IndexOf(argument) is >= 0 and var found; start += found + 1)
        {
            var (at, end) = (start + found, start + found + argument.Length);
            if ((at == 0 || !IsLetter(value[at - 1])) && (end == value.Length || !IsLetter(value[end]))) return true;
        }
        return false;
    }

    private static bool IsLetter(byte value) => char.IsAsciiLetter((char)value);
}
