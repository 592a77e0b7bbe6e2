using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>ipMatch and ipMatchFromFile: whether a value is an address of one of the networks.</summary>
internal sealed class AddressProbe(IPNetwork[] networks) : Probe
{
    /// <summary>`::ffff:0:0/96`, where addresses of IPv4 stand in IPv6: they are those.</summary>
    private static readonly UInt128 mapped = 0xFFFF;

    // Addresses are compared as numbers: that allocates nothing.
    private readonly (uint First, uint Mask)[] v4 =
    [
        .. networks.Where(network => network.BaseAddress.AddressFamily == AddressFamily.InterNetwork)
            .Select(network => (BinaryPrimitives.ReadUInt32BigEndian(network.BaseAddress.GetAddressBytes()), network.PrefixLength == 0 ? 0 : uint.MaxValue << (32 - network.PrefixLength))),
    ];
    private readonly (UInt128 First, UInt128 Mask)[] v6 =
    [
        .. networks.Where(network => network.BaseAddress.AddressFamily == AddressFamily.InterNetworkV6)
            .Select(network => (BinaryPrimitives.ReadUInt128BigEndian(network.BaseAddress.GetAddressBytes()), network.PrefixLength == 0 ? UInt128.Zero : UInt128.MaxValue << (128 - network.PrefixLength))),
    ];

    public static AddressProbe? Compile(IEnumerable<string> texts, Place place, RuleFaults faults)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in texts)
        {
            if (IPNetwork.TryParse(text, out var network)) networks.Add(network);
            else if (IPAddress.TryParse(text, out var address)) networks.Add(new(address, address.GetAddressBytes().Length * 8));
            else
            {
                faults.Add(place, $"`{text}` is no address and no network", "Write `192.0.2.1` or `10.0.0.0/8`; a network's address has no bits beyond its length.");
                return null;
            }
        }
        return new([.. networks]);
    }

    public override Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures, Effort? effort = null)
    {
        if (AddressText.TryParseV4(value, out var number)) return IsOfV4(number);
        if (!AddressText.TryParseV6(value, out var address)) return Answer.No;
        if (address >> 32 == mapped) return IsOfV4((uint)(address & uint.MaxValue));
        foreach (var (first, mask) in v6)
            if ((address & mask) == first) return Answer.Yes;
        return Answer.No;
    }

    private Answer IsOfV4(uint address)
    {
        foreach (var (first, mask) in v4)
            if ((address & mask) == first) return Answer.Yes;
        return Answer.No;
    }
}
