using System.Net;
using System.Net.Sockets;

namespace Plimsoll.Guard.Transports;

/// <summary>
/// IP addresses as they come over the wire: four decimal numbers without leading zeros, or IPv6 without brackets, prefix or
/// scope. <see cref="IPAddress.TryParse(string, out IPAddress)"/> alone reads `0300.0.2.7` and `192.519` as inet_aton does,
/// and others do not (RFC 6943, section 3.1.1).
/// </summary>
internal static class AddressText
{
    /// <summary>An IPv6 address that ends in an IPv4 one.</summary>
    private const int longest = 45;

    /// <summary>An IPv4 address as a number, the first of its four the highest byte.</summary>
    public static bool TryParseV4(ReadOnlySpan<byte> text, out uint address)
    {
        address = 0;
        if (!IsV4(text)) return false;
        var part = 0u;
        foreach (var one in text)
        {
            if (one == '.') (address, part) = ((address << 8) | part, 0);
            else part = (part * 10) + one - '0';
        }
        address = (address << 8) | part;
        return true;
    }

    /// <summary>An IPv6 address as a number (RFC 4291, section 2.2); allocates nothing.</summary>
    public static bool TryParseV6(ReadOnlySpan<byte> text, out UInt128 address)
    {
        const int parts = 8, bits = 16, mostDigits = 4;
        address = 0;
        if (text.Length > longest) return false;
        var (count, gap) = (0, -1);
        if (!text.Contains((byte)':')) return false;
        if (text.StartsWith("::"u8))
        {
            gap = 0;
            text = text[2..];
        }
        while (!text.IsEmpty)
        {
            if (TryParseV4(text, out var last))
            {
                (address, count) = ((address << (2 * bits)) | last, count + 2);
                break;
            }
            var (digits, part) = (0, 0u);
            for (; digits < text.Length && char.IsAsciiHexDigit((char)text[digits]); digits++) part = (part << 4) | (uint)Digit(text[digits]);
            if (digits is 0 or > mostDigits) return false;
            (address, count) = ((address << bits) | part, count + 1);
            text = text[digits..];
            if (text.IsEmpty) break;
            if (text[0] != ':' || text.Length == 1) return false;
            text = text[1..];
            if (text[0] != ':') continue;
            if (gap >= 0) return false;
            gap = count;
            text = text[1..];
        }
        if (gap < 0) return count == parts;
        if (count >= parts) return false;
        if (gap == 0) return true;
        var behind = address & ((UInt128.One << ((count - gap) * bits)) - 1);
        address = ((address >> ((count - gap) * bits)) << ((parts - gap) * bits)) | behind;
        return true;
    }

    private static int Digit(byte digit) => char.IsAsciiDigit((char)digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;

    public static bool TryParse(ReadOnlySpan<byte> text, out IPAddress address)
    {
        address = IPAddress.None;
        if (text.IsEmpty || text.Length > longest) return false;
        var isV6 = text.Contains((byte)':');
        if (isV6 ? !IsV6Alphabet(text) : !IsV4(text)) return false;
        Span<char> characters = stackalloc char[longest];
        for (var i = 0; i < text.Length; i++) characters[i] = (char)text[i];
        if (!IPAddress.TryParse(characters[..text.Length], out var parsed) || parsed.AddressFamily != (isV6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork)) return false;
        address = parsed;
        return true;
    }

    private static bool IsV6Alphabet(ReadOnlySpan<byte> text)
    {
        foreach (var one in text)
            if (!char.IsAsciiHexDigit((char)one) && one is not ((byte)':' or (byte)'.')) return false;
        return !text.Contains((byte)'.') || IsV4(text[(text.LastIndexOf((byte)':') + 1)..]);
    }

    private static bool IsV4(ReadOnlySpan<byte> text)
    {
        for (var part = 1; part <= 4; part++)
        {
            var end = part == 4 ? text.Length : text.IndexOf((byte)'.');
            if (end is not (1 or 2 or 3) || (end > 1 && text[0] == '0')) return false;
            var number = 0;
            foreach (var digit in text[..end])
            {
                if (!char.IsAsciiDigit((char)digit)) return false;
                number = number * 10 + digit - '0';
            }
            if (number > 255) return false;
            text = part == 4 ? default : text[(end + 1)..];
        }
        return true;
    }
}
