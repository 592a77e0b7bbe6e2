using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace Plimsoll.Guard.Egress;

/// <summary>Where a packet wanted to go, read from its first bytes: IPv4 (RFC 791) or IPv6 (RFC 8200, without looking behind extension headers), then ports of TCP and UDP.</summary>
internal readonly record struct PacketSummary(string Protocol, IPEndPoint To)
{
    private const int icmp = 1, tcp = 6, udp = 17, icmp6 = 58;

    /// <returns>False when the bytes are too few or of neither version.</returns>
    public static bool TryRead(ReadOnlySpan<byte> packet, out PacketSummary summary)
    {
        summary = default;
        if (packet.IsEmpty) return false;
        var version = packet[0] >> 4;
        var header = version == 4 ? (packet[0] & 15) * 4 : 40;
        if (version is not (4 or 6) || header < 20 || packet.Length < header) return false;
        int protocol = version == 4 ? packet[9] : packet[6];
        var address = new IPAddress(version == 4 ? packet[16..20] : packet[24..40]);
        var isFirst = version == 6 || (BinaryPrimitives.ReadUInt16BigEndian(packet[6..]) & 0x1FFF) == 0;
        var port = protocol is tcp or udp && isFirst && packet.Length >= header + 4 ? BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 2)..]) : 0;
        summary = new(Name(protocol), new(address, port));
        return true;
    }

    private static string Name(int protocol) => protocol switch
    {
        icmp or icmp6 => "icmp",
        tcp => "tcp",
        udp => "udp",
        _ => protocol.ToString(CultureInfo.InvariantCulture),
    };
}
