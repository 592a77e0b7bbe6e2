using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Plimsoll.Guard.Egress;

/// <summary>Where a redirected connection wanted to go, as the kernel's connection tracking knows it (SO_ORIGINAL_DST, linux/netfilter_ipv4.h).</summary>
internal static class OriginalDestination
{
    private const int levelIp = 0;
    private const int levelIp6 = 41;
    private const int option = 80;

    /// <summary>Null when the connection was not redirected.</summary>
    public static IPEndPoint? Of(Socket accepted)
    {
        try
        {
            var local = (IPEndPoint)accepted.LocalEndPoint!;
            var isV6 = local.AddressFamily == AddressFamily.InterNetworkV6;
            Span<byte> address = stackalloc byte[28]; // sockaddr_in6; sockaddr_in has 16.
            address.Clear();
            accepted.GetRawSocketOption(isV6 ? levelIp6 : levelIp, option, address);
            var port = BinaryPrimitives.ReadUInt16BigEndian(address[2..]);
            var original = new IPEndPoint(new IPAddress(isV6 ? address[8..24] : address[4..8]), port);
            return original.Equals(local) ? null : original;
        }
        catch (Exception thrown) when (thrown is SocketException or ObjectDisposedException)
        {
            return null; // Not tracked, or gone already.
        }
    }
}
