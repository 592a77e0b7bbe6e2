using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Plimsoll.Guard.Egress.Datagrams;

/// <summary>
/// Tells a client that nobody listens where it sends to, as it would hear it without a guard: ICMP type 3 code 3 (RFC 792), ICMPv6
/// type 1 code 4 (RFC 4443), each with the headers of a datagram of the client behind it.
/// </summary>
internal sealed class PortUnreachable : IDisposable
{
    private const int icmpHeader = 8, headerV4 = 20, headerV6 = 40, headerUdp = 8;
    private const byte udp = 17, hops = 64;

    private readonly Socket v4;
    private readonly Socket? v6;

    public PortUnreachable(NetworkNamespace network, bool hasV6)
    {
        // Neither is to hear anything: ICMP_FILTER at SOL_RAW, ICMP6_FILTER at IPPROTO_ICMPV6, a bit for each type.
        v4 = network.Run(() => Deaf(AddressFamily.InterNetwork, ProtocolType.Icmp, 255, new byte[4]));
        v6 = hasV6 ? network.Run(() => Deaf(AddressFamily.InterNetworkV6, ProtocolType.IcmpV6, 58, new byte[32])) : null;
    }

    public void Tell(IPEndPoint client, IPEndPoint to)
    {
        try
        {
            var message = client.AddressFamily == AddressFamily.InterNetwork ? MessageV4(client, to) : MessageV6(client, to);
            (client.AddressFamily == AddressFamily.InterNetwork ? v4 : v6)?.SendTo(message, new IPEndPoint(client.Address, 0));
        }
        catch (SocketException)
        {
            // The client waits for an answer, as it does when such a message is lost.
        }
    }

    private static byte[] MessageV4(IPEndPoint client, IPEndPoint to)
    {
        var message = new byte[icmpHeader + headerV4 + headerUdp];
        (message[0], message[1]) = (3, 3);
        var header = message.AsSpan(icmpHeader);
        (header[0], header[8], header[9]) = (0x45, hops, udp);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], headerV4 + headerUdp);
        client.Address.TryWriteBytes(header[12..], out _);
        to.Address.TryWriteBytes(header[16..], out _);
        Ports(header[headerV4..], client, to);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(2), Checksum(message));
        return message;
    }

    /// <summary>The kernel fills in its checksum.</summary>
    private static byte[] MessageV6(IPEndPoint client, IPEndPoint to)
    {
        var message = new byte[icmpHeader + headerV6 + headerUdp];
        (message[0], message[1]) = (1, 4);
        var header = message.AsSpan(icmpHeader);
        (header[0], header[6], header[7]) = (0x60, udp, hops);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], headerUdp);
        client.Address.TryWriteBytes(header[8..], out _);
        to.Address.TryWriteBytes(header[24..], out _);
        Ports(header[headerV6..], client, to);
        return message;
    }

    private static void Ports(Span<byte> header, IPEndPoint client, IPEndPoint to)
    {
        BinaryPrimitives.WriteUInt16BigEndian(header, (ushort)client.Port);
        BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)to.Port);
        BinaryPrimitives.WriteUInt16BigEndian(header[4..], headerUdp);
    }

    /// <summary>RFC 1071: the sum of all pairs of bytes in ones' complement, itself complemented.</summary>
    private static ushort Checksum(ReadOnlySpan<byte> message)
    {
        var sum = 0;
        for (; !message.IsEmpty; message = message[2..]) sum += BinaryPrimitives.ReadUInt16BigEndian(message);
        while (sum > ushort.MaxValue) sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)~sum;
    }

    private static Socket Deaf(AddressFamily family, ProtocolType protocol, int level, byte[] filter)
    {
        var socket = new Socket(family, SocketType.Raw, protocol);
        filter.AsSpan().Fill(byte.MaxValue);
        socket.SetRawSocketOption(level, 1, filter);
        return socket;
    }

    public void Dispose()
    {
        v4.Dispose();
        v6?.Dispose();
    }
}
