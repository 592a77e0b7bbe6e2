namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Escapes of JavaScript: `\u0041`, `\x41`, `\101`, `\n`; any other byte stands for itself.</summary>
internal static class JsDecode
{
    public static readonly Transformation Word = new("jsDecode", "JavaScript escapes decoded", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.Contains((byte)'\\')) return -1;
        var length = 0;
        var at = 0;
        while (at < value.Length)
        {
            var rest = value[(at + 1)..];
            if (value[at] != '\\' || rest.IsEmpty) output[length++] = value[at++];
            else if (rest[0] == 'u' && HexDigits.Are(rest[1..], 4))
            {
                output[length++] = HexDigits.Byte(rest[1..5]);
                at += 6;
            }
            else if (rest[0] == 'x' && HexDigits.Are(rest[1..], 2))
            {
                output[length++] = HexDigits.Byte(rest[1..3]);
                at += 4;
            }
            else if (rest[0] is >= (byte)'0' and <= (byte)'7')
            {
                output[length++] = LetterEscapes.Octal(rest, most: 0xFF, out var digits);
                at += digits + 1;
            }
            else
            {
                output[length++] = LetterEscapes.Control(rest[0]) is > 0 and var control ? (byte)control : rest[0];
                at += 2;
            }
        }
        return length;
    }
}
