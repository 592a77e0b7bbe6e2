namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>Hexadecimal digits of either case, and what escapes of UTF-16 come to.</summary>
internal static class HexDigits
{
    /// <summary>0 for what is no digit.</summary>
    public static int Value(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => 0,
    };

    /// <summary>Whether that many stand at the beginning.</summary>
    public static bool Are(ReadOnlySpan<byte> digits, int count)
    {
        if (digits.Length < count) return false;
        for (var i = 0; i < count; i++)
            if (!char.IsAsciiHexDigit((char)digits[i])) return false;
        return true;
    }

    /// <summary>The byte that an escape stands for: four digits and more may be a full-width form of ASCII, of others the last two count.</summary>
    public static byte Byte(ReadOnlySpan<byte> digits)
    {
        var number = 0;
        foreach (var digit in digits) number = (number << 4) | Value(digit);
        var unit = number & 0xFFFF;
        return digits.Length >= 4 && unit is > 0xFF00 and < 0xFF5F ? (byte)(unit - 0xFF00 + 0x20) : (byte)number;
    }
}
