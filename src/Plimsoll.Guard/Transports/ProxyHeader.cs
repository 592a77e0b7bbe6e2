using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Plimsoll.Guard.Transports;

/// <summary>
/// The PROXY protocol, versions 1 and 2 (haproxy's proxy-protocol.txt): a line `PROXY TCP4 source destination port port CRLF`
/// of at most 107 bytes, or a signature, a version and command, a family, a length and addresses.
/// </summary>
/// <param name="Source">The client; null when the proxy speaks for itself (LOCAL, UNKNOWN).</param>
internal readonly record struct ProxyHeader(IPAddress? Source)
{
    private const int longestLine = 107;
    private const int fixedPart = 16;

    /// <summary>The addresses have at most 216 bytes; what more there is are TLVs, which are skipped.</summary>
    private const int longestRest = 2048;

    private static ReadOnlySpan<byte> Signature => "\r\n\r\n\0\r\nQUIT\n"u8;

    /// <summary>Consumes the header. Null when there is none, a malformed one, or the connection ended.</summary>
    public static async ValueTask<ProxyHeader?> ReadAsync(InputBuffer input)
    {
        while (true)
        {
            if (!input.IsEmpty && TryParse(input.Unread, out var header, out var length))
            {
                if (header is not null) input.Consume(length);
                return header;
            }
            if (await input.FillAsync(fixedPart + longestRest) <= 0) return null;
        }
    }

    /// <summary>False when more bytes are needed.</summary>
    public static bool TryParse(ReadOnlySpan<byte> bytes, out ProxyHeader? header, out int length)
    {
        (header, length) = (null, 0);
        var common = Math.Min(bytes.Length, Signature.Length);
        if (bytes[..common].SequenceEqual(Signature[..common])) return Binary(bytes, out header, out length);
        common = Math.Min(bytes.Length, 6);
        if (!bytes[..common].SequenceEqual("PROXY "u8[..common])) return true;
        var end = bytes[..Math.Min(bytes.Length, longestLine)].IndexOf("\r\n"u8);
        if (end < 0) return bytes.Length >= longestLine;
        length = end + 2;
        header = Line(bytes[6..end]);
        return true;
    }

    private static ProxyHeader? Line(ReadOnlySpan<byte> line)
    {
        var words = Encoding.Latin1.GetString(line).Split(' ');
        if (words[0] == "UNKNOWN") return new(null);
        if (words is not [("TCP4" or "TCP6") and var family, var source, var destination, var from, var to]) return null;
        var expected = family == "TCP6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        return IsAddress(source, expected, out var address) && IsAddress(destination, expected, out _) && IsPort(from) && IsPort(to) ? new(address) : null;
    }

    private static bool Binary(ReadOnlySpan<byte> bytes, out ProxyHeader? header, out int length)
    {
        (header, length) = (null, 0);
        if (bytes.Length < fixedPart) return false;
        var rest = BinaryPrimitives.ReadUInt16BigEndian(bytes[14..]);
        var isProxied = bytes[12] == 0x21;
        if ((!isProxied && bytes[12] != 0x20) || rest > longestRest) return true;
        if (bytes.Length < fixedPart + rest) return false;
        length = fixedPart + rest;
        var addresses = bytes[fixedPart..length];
        header = (isProxied, bytes[13]) switch
        {
            (false, _) => new(null),
            (true, 0x11) when rest >= 12 => new(new IPAddress(addresses[..4])),
            (true, 0x21) when rest >= 36 => new(new IPAddress(addresses[..16])),
            (true, 0x00) => new(null),
            _ => null,
        };
        return true;
    }

    private static bool IsAddress(string text, AddressFamily expected, out IPAddress address) =>
        AddressText.TryParse(Encoding.Latin1.GetBytes(text), out address) && address.AddressFamily == expected;

    private static bool IsPort(string text) => text is not ['0', _, ..] && ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
