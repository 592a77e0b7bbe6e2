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
