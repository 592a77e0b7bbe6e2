using System.Buffers.Text;
using System.Security.Cryptography;

namespace Plimsoll.Guard.SecLang.Transformations;

/// <summary>base64Decode, hexDecode, hexEncode, length, md5, sha1. Digests are bytes.</summary>
internal static class Encodings
{
    /// <summary>As far as it is base64; what follows the first other byte is left out.</summary>
    public static int Base64Decode(ReadOnlySpan<byte> value, Span<byte> output)
    {
        var length = 0;
        int bits = 0, count = 0;
        foreach (var one in value)
        {
            var digit = one switch
            {
                >= (byte)'A' and <= (byte)'Z' => one - 'A',
                >= (byte)'a' and <= (byte)'z' => one - 'a' + 26,
                >= (byte)'0' and <= (byte)'9' => one - '0' + 52,
                (byte)'+' => 62,
                (byte)'/' => 63,
                _ => -1,
            };
            if (digit < 0) break;
            bits = (bits << 6) | digit;
            count += 6;
            if (count < 8) continue;
            count -= 8;
            output[length++] = (byte)(bits >> count);
        }
        return length;
    }

    public static int HexDecode(ReadOnlySpan<byte> value, Span<byte> output)
    {
        var length = 0;
        for (var at = 0; at + 1 < value.Length; at += 2) output[length++] = (byte)((Hex(value[at]) << 4) | Hex(value[at + 1]));
        return length;
    }

    public static int HexEncode(ReadOnlySpan<byte> value, Span<byte> output)
    {
        Convert.TryToHexStringLower(value, output, out var length);
        return length;
    }

    public static int Length(ReadOnlySpan<byte> value, Span<byte> output) => Utf8Formatter.TryFormat(value.Length, output, out var length) ? length : 0;

#pragma warning disable CA5350, CA5351 // The rules' own words; nothing is protected by them.
    public static int Md5(ReadOnlySpan<byte> value, Span<byte> output) => MD5.HashData(value, output);

    public static int Sha1(ReadOnlySpan<byte> value, Span<byte> output) => SHA1.HashData(value, output);
#pragma warning restore CA5350, CA5351

    /// <summary>0 for what is no digit.</summary>
    public static int Hex(byte digit) => digit switch
    {
        >= (byte)'0' and <= (byte)'9' => digit - '0',
        >= (byte)'a' and <= (byte)'f' => digit - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => digit - 'A' + 10,
        _ => 0,
    };

    public static bool AreHex(ReadOnlySpan<byte> digits, int count)
    {
        if (digits.Length < count) return false;
        for (var i = 0; i < count; i++)
            if (!char.IsAsciiHexDigit((char)digits[i])) return false;
        return true;
    }

    /// <summary>A character of UTF-16 as one byte: the full-width forms of ASCII as ASCII, of others the low byte.</summary>
    public static byte Narrow(int unit) => unit is > 0xFF00 and < 0xFF5F ? (byte)(unit - 0xFF00 + 0x20) : (byte)unit;
}
