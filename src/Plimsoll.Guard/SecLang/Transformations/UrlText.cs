using System.Text;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>urlDecode, urlDecodeUni, urlEncode, utf8toUnicode. A percent sign without two digits stays.</summary>
internal static class UrlText
{
    public static int Decode(ReadOnlySpan<byte> value, Span<byte> output, bool isUnicode)
    {
        if (!value.ContainsAny((byte)'%', (byte)'+')) return -1;
        var length = 0;
        var at = 0;
        while (at < value.Length)
        {
            var rest = value[(at + 1)..];
            if (value[at] == '+') (output[length++], at) = ((byte)' ', at + 1);
            else if (value[at] == '%' && Encodings.AreHex(rest, 2))
            {
                output[length++] = (byte)((Encodings.Hex(rest[0]) << 4) | Encodings.Hex(rest[1]));
                at += 3;
            }
            else if (isUnicode && value[at] == '%' && rest is [(byte)'u' or (byte)'U', ..] && Encodings.AreHex(rest[1..], 4))
            {
                output[length++] = Encodings.Narrow((Encodings.Hex(rest[1]) << 12) | (Encodings.Hex(rest[2]) << 8) | (Encodings.Hex(rest[3]) << 4) | Encodings.Hex(rest[4]));
                at += 6;
            }
            else output[length++] = value[at++];
        }
        return length;
    }

    public static int Encode(ReadOnlySpan<byte> value, Span<byte> output)
    {
        var length = 0;
        foreach (var one in value)
        {
            if (one == ' ') output[length++] = (byte)'+';
            else if (char.IsAsciiLetterOrDigit((char)one) || one == '*') output[length++] = one;
            else
            {
                output[length++] = (byte)'%';
                output[length++] = "0123456789abcdef"u8[one >> 4];
                output[length++] = "0123456789abcdef"u8[one & 15];
            }
        }
        return length;
    }

    /// <summary>What is not ASCII as `%uHHHH`; bytes that are no UTF-8 stay.</summary>
    public static int FromUtf8(ReadOnlySpan<byte> value, Span<byte> output)
    {
        if (!value.ContainsAnyInRange((byte)0x80, (byte)0xFF)) return -1;
        var length = 0;
        while (!value.IsEmpty)
        {
            var status = Rune.DecodeFromUtf8(value, out var rune, out var used);
            if (status != System.Buffers.OperationStatus.Done || rune.IsAscii)
            {
                value[..used].CopyTo(output[length..]);
                length += used;
            }
            else
            {
                "%u"u8.CopyTo(output[length..]);
                length += 2;
                for (var shift = rune.Value > 0xFFFF ? rune.Value > 0xFFFFF ? 20 : 16 : 12; shift >= 0; shift -= 4) output[length++] = "0123456789abcdef"u8[(rune.Value >> shift) & 15];
            }
            value = value[used..];
        }
        return length;
    }
}
