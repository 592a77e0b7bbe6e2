namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>`%41` becomes A and a plus a blank; a percent sign without two digits stays.</summary>
internal static class UrlDecode
{
    public static readonly Transformation Word = new("urlDecode", "percent decoded", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output) => Apply(value, output, isUnicode: false);

    /// <param name="isUnicode">Whether `%u0041` is an escape too.</param>
    public static int Apply(ReadOnlySpan<byte> value, Span<byte> output, bool isUnicode)
    {
        if (!value.ContainsAny((byte)'%', (byte)'+')) return -1;
        var length = 0;
        var at = 0;
        while (at < value.Length)
        {
            var rest = value[(at + 1)..];
            if (value[at] == '+') (output[length++], at) = ((byte)' ', at + 1);
            else if (value[at] == '%' && HexDigits.Are(rest, 2))
            {
                output[length++] = HexDigits.Byte(rest[..2]);
                at += 3;
            }
            else if (isUnicode && value[at] == '%' && rest is [(byte)'u' or (byte)'U', ..] && HexDigits.Are(rest[1..], 4))
            {
                output[length++] = HexDigits.Byte(rest[1..5]);
                at += 6;
            }
            else output[length++] = value[at++];
        }
        return length;
    }
}
