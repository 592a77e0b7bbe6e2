namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>The backslash escapes of C and of JavaScript, which differ in little.</summary>
internal static class LetterEscapes
{
    /// <summary>Writes a value with its escapes decoded; -1 when it has none. Any other byte stands for itself, as does one behind a backslash that begins no escape.</summary>
    /// <param name="isScript">JavaScript's: `\u0041` is one, `\X41` is none, and octal digits end where the number would pass a byte.</param>
    public static int Decode(ReadOnlySpan<byte> value, Span<byte> output, bool isScript)
    {
        if (!value.Contains((byte)'\\')) return -1;
        var length = 0;
        var at = 0;
        while (at < value.Length)
        {
            var rest = value[(at + 1)..];
            if (value[at] != '\\' || rest.IsEmpty) output[length++] = value[at++];
            else
            {
                output[length++] = One(rest, isScript, out var taken);
                at += 1 + taken;
            }
        }
        return length;
    }

    /// <param name="text">From behind the backslash on; not empty.</param>
    private static byte One(ReadOnlySpan<byte> text, bool isScript, out int taken)
    {
        var digits = text[0] switch
        {
            (byte)'u' when isScript => 4,
            (byte)'x' => 2,
            (byte)'X' when !isScript => 2,
            _ => 0,
        };
        if (digits > 0 && HexDigits.Are(text[1..], digits))
        {
            taken = 1 + digits;
            return HexDigits.Byte(text[1..taken]);
        }
        if (text[0] is >= (byte)'0' and <= (byte)'7') return Octal(text, most: isScript ? 0xFF : 0x1FF, out taken);
        taken = 1;
        return Control(text[0]) is > 0 and var control ? (byte)control : text[0];
    }

    /// <summary>The control character of `n`, `t` and the like; 0 for any other letter.</summary>
    private static int Control(byte letter) => letter switch
    {
        (byte)'a' => 7,
        (byte)'b' => 8,
        (byte)'f' => 12,
        (byte)'n' => 10,
        (byte)'r' => 13,
        (byte)'t' => 9,
        (byte)'v' => 11,
        _ => 0,
    };

    /// <summary>At most three octal digits.</summary>
    /// <param name="most">The largest number; a digit that would make it larger is none.</param>
    private static byte Octal(ReadOnlySpan<byte> text, int most, out int digits)
    {
        var number = 0;
        for (digits = 0; digits < 3 && digits < text.Length && text[digits] is >= (byte)'0' and <= (byte)'7' && ((number << 3) | (text[digits] - '0')) <= most; digits++) number = (number << 3) | (text[digits] - '0');
        return (byte)number;
    }
}
