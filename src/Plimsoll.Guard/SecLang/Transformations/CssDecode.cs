namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Escapes of CSS: one to six digits with a blank after them, or any other byte; a line that a backslash ends goes on.</summary>
internal static class CssDecode
{
    public static readonly Transformation Word = new("cssDecode", "CSS escapes decoded", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        const int mostDigits = 6;
        if (!value.Contains((byte)'\\')) return -1;
        var length = 0;
        var at = 0;
        while (at < value.Length)
        {
            if (value[at] != '\\')
            {
                output[length++] = value[at++];
                continue;
            }
            var rest = value[++at..];
            if (rest.IsEmpty) break;
            var digits = 0;
            while (digits < mostDigits && HexDigits.Are(rest[digits..], 1)) digits++;
            if (digits > 0)
            {
                output[length++] = HexDigits.Byte(rest[..digits]);
                at += digits;
                if (at < value.Length && WhiteSpace.Has(value[at])) at++;
            }
            else if (rest[0] == '\n') at++;
            else
            {
                output[length++] = rest[0];
                at++;
            }
        }
        return length;
    }
}
