namespace Plimsoll.Guard.Normalisation;

/// <summary>`\u0041`, `\u{41}`, `\x41` and `%u0041` inside of a value, as JavaScript, C and IIS read them.</summary>
internal static class UnicodeEscapes
{
    private const int longestBraces = 10; // `\u{10FFFF}`

    /// <summary>Bytes written; 0 when there is nothing to decode.</summary>
    public static int Decode(ReadOnlySpan<byte> text, Span<byte> target)
    {
        var written = 0;
        var isChanged = false;
        while (!text.IsEmpty)
        {
            var run = text.IndexOfAny((byte)'\\', (byte)'%');
            if (run < 0) run = text.Length;
            text[..run].CopyTo(target[written..]);
            written += run;
            text = text[run..];
            if (text.IsEmpty) break;
            var length = Read(text, out var scalar);
            if (length == 0)
            {
                target[written++] = text[0];
                text = text[1..];
                continue;
            }
            isChanged = true;
            if (scalar is >= 0xD800 and <= 0xDBFF && Read(text[length..], out var low) is > 0 and var second && low is >= 0xDC00 and <= 0xDFFF)
            {
                scalar = 0x10000 + (scalar - 0xD800 << 10) + (low - 0xDC00);
                length += second;
            }
            written += Text.Encode(scalar, target[written..]);
            text = text[length..];
        }
        return isChanged ? written : 0;
    }

    private static int Read(ReadOnlySpan<byte> text, out uint scalar)
    {
        scalar = 0;
        if (text.Length < 4) return 0;
        var isUnicode = text[1] is (byte)'u' or (byte)'U' && text[0] is (byte)'\\' or (byte)'%';
        if (isUnicode && text[0] == '\\' && text[2] == '{')
        {
            var end = text[..Math.Min(text.Length, longestBraces)].IndexOf((byte)'}');
            if (end < 4) return 0;
            foreach (var digit in text[3..end])
            {
                if (Text.Hex(digit) < 0) return 0;
                scalar = scalar << 4 | (uint)Text.Hex(digit);
            }
            return scalar <= 0x10FFFF ? end + 1 : 0;
        }
        var digits = isUnicode ? 4 : text[0] == '\\' && text[1] is (byte)'x' or (byte)'X' ? 2 : 0;
        if (digits == 0 || text.Length < 2 + digits) return 0;
        foreach (var digit in text.Slice(2, digits))
        {
            if (Text.Hex(digit) < 0) return 0;
            scalar = scalar << 4 | (uint)Text.Hex(digit);
        }
        return 2 + digits;
    }
}
