using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>ipMatch and ipMatchFromFile: whether a value is an address of one of the networks.</summary>
internal sealed class AddressProbe(IPNetwork[] networks) : Probe
{
    /// <summary>Those of IPv4, whose addresses are compared as numbers: that allocates nothing.</summary>
    private readonly (uint First, uint Mask)[] v4 =
    [
        .. networks.Where(network => network.BaseAddress.AddressFamily == AddressFamily.InterNetwork)
            .Select(network => (BinaryPrimitives.ReadUInt32BigEndian(network.BaseAddress.GetAddressBytes()), network.PrefixLength == 0 ? 0 : uint.MaxValue << (32 - network.PrefixLength))),
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

    public override Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures)
    {
        if (AddressText.TryParseV4(value, out var number))
        {
            foreach (var (first, mask) in v4)
                if ((number & mask) == first) return Answer.Yes;
            return Answer.No;
        }
        if (!AddressText.TryParse(value, out var address)) return Answer.No;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        foreach (var network in networks)
            if (network.Contains(address)) return Answer.Yes;
        return Answer.No;
    }
}
