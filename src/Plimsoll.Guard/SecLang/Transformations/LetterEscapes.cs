namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>What C and JavaScript write alike after a backslash.</summary>
internal static class LetterEscapes
{
    /// <summary>The control character of `n`, `t` and the like; 0 for any other letter.</summary>
    public static int Control(byte letter) => letter switch
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
    public static byte Octal(ReadOnlySpan<byte> text, int most, out int digits)
    {
        var number = 0;
        for (digits = 0; digits < 3 && digits < text.Length && text[digits] is >= (byte)'0' and <= (byte)'7' && ((number << 3) | (text[digits] - '0')) <= most; digits++) number = (number << 3) | (text[digits] - '0');
        return (byte)number;
    }
}
