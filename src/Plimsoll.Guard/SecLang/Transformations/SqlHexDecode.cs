namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>`0x4142`, as SQL writes bytes, becomes them; a digit too many stays.</summary>
internal static class SqlHexDecode
{
    public static readonly Transformation Word = new("sqlHexDecode", "hexadecimal literals of SQL decoded", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (value.IndexOf("0x"u8) < 0 && value.IndexOf("0X"u8) < 0) return -1;
        var length = 0;
        var at = 0;
        while (at < value.Length)
        {
            if (value[at..] is not [(byte)'0', (byte)'x' or (byte)'X', .. var digits] || !HexDigits.Are(digits, 2))
            {
                output[length++] = value[at++];
                continue;
            }
            for (at += 2; HexDigits.Are(value[at..], 2); at += 2) output[length++] = (byte)((HexDigits.Value(value[at]) << 4) | HexDigits.Value(value[at + 1]));
        }
        return length;
    }
}
