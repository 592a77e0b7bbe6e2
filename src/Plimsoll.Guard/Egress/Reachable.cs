using System.Net;
using System.Net.Sockets;

namespace Plimsoll.Guard.Egress;

/// <summary>
/// Which addresses can be destinations at all. The guard dials from the machine's own network, where loopback is the machine: no
/// name and no rule leads there, and not to link-local addresses, where clouds answer with credentials (169.254.169.254).
/// </summary>
internal static class Reachable
{
    public static bool IsReachable(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any)) return false;
        if (address.AddressFamily == AddressFamily.InterNetworkV6) return !address.IsIPv6Multicast && !address.IsIPv6LinkLocal;
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return bytes[0] is > 0 and < 224; // 0/8 is this host, 224/4 multicast, 240/4 reserved.
    }

    /// <summary>Whether the answer of a name server may say so: a link-local address only a person may allow.</summary>
    public static bool IsAnswer(IPAddress address)
    {
        if (!IsReachable(address)) return false;
        if (address.AddressFamily != AddressFamily.InterNetwork) return !address.IsIPv4MappedToIPv6;
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return (bytes[0], bytes[1]) is not (169, 254);
    }
}
