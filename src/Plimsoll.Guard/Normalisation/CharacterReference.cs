namespace Plimsoll.Guard.Normalisation;

/// <summary>The number of a character reference of XML and HTML: what stands between `&amp;#` and `;`.</summary>
internal static class CharacterReference
{
    public static bool TryRead(ReadOnlySpan<byte> digits, out uint scalar)
    {
        scalar = 0;
        var isHex = !digits.IsEmpty && digits[0] is (byte)'x' or (byte)'X';
        if (isHex) digits = digits[1..];
        if (digits.IsEmpty) return false;
        foreach (var digit in digits)
        {
            var value = Text.Hex(digit);
            if (value < 0 || !isHex && value > 9) return false;
            scalar = scalar * (isHex ? 16u : 10u) + (uint)value;
            if (scalar > 0x10FFFF) return false;
        }
        return true;
    }
}
