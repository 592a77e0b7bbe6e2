using System.Buffers.Binary;
using System.Net;

namespace Plimsoll.Guard.Egress.Dns;

/// <summary>What a name server said of one name: its addresses, behind aliases (CNAME) too, and how long that holds.</summary>
/// <param name="Seconds">The least of the records on the way.</param>
internal sealed record DnsReply(DnsCode Code, IReadOnlyList<IPAddress> Addresses, int Seconds)
{
    /// <summary>Records of one message that are looked at; addresses beyond <see cref="DnsWriter.MostAddresses"/> would not be told.</summary>
    private const int mostRecords = 64;

    private const int mostAliases = 8;

    /// <param name="isTruncated">The answer was too long for UDP: ask again over TCP.</param>
    /// <returns>Null when it is no answer to this question.</returns>
    public static DnsReply? Read(ReadOnlySpan<byte> message, ushort id, string name, ushort type, out bool isTruncated)
    {
        isTruncated = false;
        if (message.Length < DnsQuestion.HeaderBytes || BinaryPrimitives.ReadUInt16BigEndian(message) != id) return null;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        if ((flags & 0xF800) != 0x8000 || BinaryPrimitives.ReadUInt16BigEndian(message[4..]) != 1) return null;
        var at = DnsQuestion.HeaderBytes;
        if (DnsName.Read(message, ref at, mayPoint: false) != name || at + 4 > message.Length) return null;
        if (BinaryPrimitives.ReadUInt16BigEndian(message[at..]) != type || BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]) != DnsQuestion.ClassInternet) return null;
        at += 4;
        isTruncated = (flags & 0x0200) != 0;
        var code = (DnsCode)(flags & 15);
        if (code != DnsCode.NoError || isTruncated) return new(code, [], 0);
        var (aliases, addresses) = (new Dictionary<string, (string To, int Seconds)>(StringComparer.Ordinal), new List<(string Owner, IPAddress Address, int Seconds)>());
        for (var left = Math.Min((int)BinaryPrimitives.ReadUInt16BigEndian(message[6..]), mostRecords); left > 0; left--)
            if (!Record(message, ref at, type, aliases, addresses)) return null;
        return Follow(name, aliases, addresses);
    }

    private static bool Record(ReadOnlySpan<byte> message, ref int at, ushort wanted, Dictionary<string, (string, int)> aliases, List<(string, IPAddress, int)> addresses)
    {
        if (DnsName.Read(message, ref at, mayPoint: true) is not { } owner || at + 10 > message.Length) return false;
        var type = BinaryPrimitives.ReadUInt16BigEndian(message[at..]);
        var isInternet = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 2)..]) == DnsQuestion.ClassInternet;
        var seconds = Math.Max(0, BinaryPrimitives.ReadInt32BigEndian(message[(at + 4)..])); // With the highest bit set it counts as 0 (RFC 2181, section 8).
        var length = BinaryPrimitives.ReadUInt16BigEndian(message[(at + 8)..]);
        at += 10;
        if (at + length > message.Length) return false;
        var data = message.Slice(at, length);
        if (isInternet && type == DnsQuestion.TypeCname)
        {
            var place = at;
            if (DnsName.Read(message, ref place, mayPoint: true) is not { } target || place != at + length) return false;
            aliases.TryAdd(owner, (target, seconds));
        }
        else if (isInternet && type == wanted)
        {
            if (length != (type == DnsQuestion.TypeA ? 4 : 16)) return false;
            addresses.Add((owner, new(data), seconds));
        }
        at += length;
        return true;
    }

    private static DnsReply Follow(string name, Dictionary<string, (string To, int Seconds)> aliases, List<(string Owner, IPAddress Address, int Seconds)> addresses)
    {
        var seconds = int.MaxValue;
        for (var hops = 0; hops < mostAliases && aliases.TryGetValue(name, out var alias); hops++) (name, seconds) = (alias.To, Math.Min(seconds, alias.Seconds));
        var found = addresses.FindAll(one => one.Owner == name);
        foreach (var one in found) seconds = Math.Min(seconds, one.Seconds);
        return new(DnsCode.NoError, [.. found.Select(one => one.Address).Distinct()], seconds == int.MaxValue ? 0 : seconds);
    }
}
