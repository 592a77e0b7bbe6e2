using System.Text;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>`&amp;#xHH;`, `&amp;#DD;`, and the names quot, amp, lt, gt, nbsp; the semicolon may be absent. A character becomes its low byte; one beyond 63 bits is FF.</summary>
internal static class HtmlEntityDecode
{
    private static readonly (byte[] Name, byte Value)[] names = [([.. "quot"u8], (byte)'"'), ([.. "amp"u8], (byte)'&'), ([.. "lt"u8], (byte)'<'), ([.. "gt"u8], (byte)'>'), ([.. "nbsp"u8], 0xA0)];

    public static readonly Transformation Word = new("htmlEntityDecode", "HTML entities decoded", Apply);

    private static int Apply(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.Contains((byte)'&')) return -1;
        var length = 0;
        var at = 0;
        while (at < value.Length)
        {
            if (value[at] == '&' && Reference(value[(at + 1)..], out var decoded) is > 0 and var used)
            {
                output[length++] = decoded;
                at += used + 1;
                if (at < value.Length && value[at] == ';') at++;
            }
            else output[length++] = value[at++];
        }
        return length;
    }

    /// <returns>Bytes after the ampersand and before the semicolon; 0 for none.</returns>
    private static int Reference(ReadOnlySpan<byte> text, out byte decoded)
    {
        decoded = 0;
        if (text is [(byte)'#', ..])
        {
            var isHex = text is [_, (byte)'x' or (byte)'X', ..];
            var start = isHex ? 2 : 1;
            var end = start;
            ulong number = 0;
            while (end < text.Length && (isHex ? char.IsAsciiHexDigit((char)text[end]) : char.IsAsciiDigit((char)text[end]))) number = (ulong)UInt128.Min((UInt128)number * (isHex ? 16u : 10u) + (uint)HexDigits.Value(text[end++]), long.MaxValue);
            decoded = (byte)number;
            return end > start ? end : 0;
        }
        var word = 0;
        while (word < text.Length && char.IsAsciiLetterOrDigit((char)text[word])) word++;
        foreach (var (name, meaning) in names)
        {
            if (!Ascii.EqualsIgnoreCase(name, text[..word])) continue;
            decoded = meaning;
            return word;
        }
        return 0;
    }
}
