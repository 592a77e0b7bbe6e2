namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Escapes of ANSI C: `\n`, `\x41`, `\101`, of whose three digits the last eight bits count. Any other byte stands for itself.</summary>
internal static class EscapeSeqDecode
{
    public static readonly Transformation Word = new("escapeSeqDecode", "backslash escapes decoded", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.Contains((byte)'\\')) return -1;
        var length = 0;
        var at = 0;
        while (at < value.Length)
        {
            var rest = value[(at + 1)..];
            if (value[at] != '\\' || rest.IsEmpty) output[length++] = value[at++];
            else if (LetterEscapes.Control(rest[0]) is > 0 and var control)
            {
                output[length++] = (byte)control;
                at += 2;
            }
            else if (rest[0] is (byte)'x' or (byte)'X' && HexDigits.Are(rest[1..], 2))
            {
                output[length++] = HexDigits.Byte(rest[1..3]);
                at += 4;
            }
            else if (rest[0] is >= (byte)'0' and <= (byte)'7')
            {
                output[length++] = LetterEscapes.Octal(rest, most: 0x1FF, out var digits);
                at += digits + 1;
            }
            else
            {
                output[length++] = rest[0];
                at += 2;
            }
        }
        return length;
    }
}
