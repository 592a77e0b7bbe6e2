using System.Buffers.Binary;
using System.Net;

namespace Plimsoll.Guard.Egress.Datagrams;

/// <summary>Whose datagrams go where: what makes them one flow.</summary>
/// <param name="Ports">The client's in the upper 16 bits, then the destination's.</param>
internal readonly record struct FlowKey(UInt128 ClientAddress, UInt128 ToAddress, uint Ports, bool IsV6)
{
    private const ushort familyV4 = 2, familyV6 = 10; // AF_INET, AF_INET6

    /// <summary>
    /// From a sockaddr_in (family, port, 4 bytes of address) or sockaddr_in6 (family, port, 4 bytes of flow, 16 of address) each;
    /// numbers but the family are big endian.
    /// </summary>
    /// <returns>False when they are neither, or not the same.</returns>
    public static bool TryRead(ReadOnlySpan<byte> client, ReadOnlySpan<byte> to, out FlowKey key)
    {
        key = default;
        if (client.Length < 8 || to.Length < 8) return false;
        var family = BinaryPrimitives.ReadUInt16LittleEndian(client);
        if (family is not (familyV4 or familyV6) || BinaryPrimitives.ReadUInt16LittleEndian(to) != family) return false;
        var isV6 = family == familyV6;
        if (isV6 && (client.Length < 24 || to.Length < 24)) return false;
        var ports = (uint)BinaryPrimitives.ReadUInt16BigEndian(client[2..]) << 16 | BinaryPrimitives.ReadUInt16BigEndian(to[2..]);
        key = new(Address(client, isV6), Address(to, isV6), ports, isV6);
        return true;
    }

    public IPEndPoint Client => new(Of(ClientAddress), (int)(Ports >> 16));

    public IPEndPoint To => new(Of(ToAddress), (int)(Ports & 0xFFFF));

    private static UInt128 Address(ReadOnlySpan<byte> socketAddress, bool isV6) => isV6 ? BinaryPrimitives.ReadUInt128BigEndian(socketAddress[8..]) : BinaryPrimitives.ReadUInt32BigEndian(socketAddress[4..]);

    private IPAddress Of(UInt128 address)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, address);
        return new(IsV6 ? bytes : bytes[12..]);
    }
}
