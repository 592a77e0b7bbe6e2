using System.Collections.Immutable;
using System.Net;

namespace Plimsoll.Guard.Profiles;

/// <summary>What a container normally does on the network, as it was learned or written: docs/guard-run.md.</summary>
internal sealed record Profile
{
    /// <summary>Whom it describes, for people; null when nobody said.</summary>
    public string? Application { get; init; }

    public ProfileMode Mode { get; init; } = ProfileMode.Enforce;

    /// <summary>Destinations that may be reached, in the order of the file.</summary>
    public ImmutableArray<EgressRule> Egress { get; init; } = [];

    /// <summary>Name servers that the guard asks; empty for those of the machine.</summary>
    public ImmutableArray<IPEndPoint> NameServers { get; init; } = [];

    public EgressLimits Limits { get; init; } = new();
}

/// <summary>What becomes of what the profile has not.</summary>
internal enum ProfileMode
{
    /// <summary>It passes, and is written into the profile.</summary>
    Learn,
    /// <summary>It passes, and is reported.</summary>
    Detect,
    /// <summary>It is refused and reported.</summary>
    Enforce,
}

/// <summary>Ports of one rule, both included.</summary>
internal readonly record struct PortRange(int First, int Last)
{
    /// <summary>Of a name that was asked for and never dialled: nobody knows which.</summary>
    public static PortRange Any { get; } = new(1, 65_535);

    public bool Contains(int port) => port >= First && port <= Last;

    public override string ToString() => First == Last ? $"{First}" : $"{First}-{Last}";
}

/// <summary>One destination: either a name or a network.</summary>
internal sealed record EgressRule
{
    /// <summary>`db.example.com`, or `*.example.com` for every name below it. Lower case; null for a rule of addresses.</summary>
    public string? Name { get; init; }

    /// <summary>Null for a rule of a name.</summary>
    public IPNetwork? Network { get; init; }

    public ImmutableArray<PortRange> Ports { get; init; } = [];

    /// <summary>Whose handler the connection is given to: `tcp`, `postgres`; or `udp`.</summary>
    public string Protocol { get; init; } = DefaultProtocol;

    /// <summary>How a handler that looks at what passes speaks to the server.</summary>
    public EgressTls Tls { get; init; }

    /// <summary>PEM file of authorities of the server's certificate, an absolute path; null for those of the system.</summary>
    public string? Authorities { get; init; }

    /// <summary>Whether a client that asks for TLS is given it by the guard, with a certificate of its own.</summary>
    public bool OffersTls { get; init; }

    /// <summary>What the name stands for, in place of a look-up; empty to look it up.</summary>
    public ImmutableArray<IPAddress> Addresses { get; init; } = [];

    public const string DefaultProtocol = "tcp";
    public const string Datagrams = "udp";

    /// <summary>Whether it is for UDP; every other protocol is one of TCP.</summary>
    public bool IsOfDatagrams => Protocol == Datagrams;

    /// <summary>Whether the guard reads what passes.</summary>
    public bool IsLookedAt => Protocol is not (DefaultProtocol or Datagrams);

    /// <summary>Name or network, as the file writes it: an address alone without its prefix.</summary>
    public string Destination => Name ?? Display(Network!.Value);

    /// <summary>What makes two rules the same destination.</summary>
    public (string, string) Key => (Destination, Protocol);

    public bool HasPort(int port)
    {
        foreach (var range in Ports)
            if (range.Contains(port)) return true;
        return false;
    }

    /// <param name="name">Lower case, without a dot at its end.</param>
    public bool IsFor(string name) => Name is not null && (Name.StartsWith("*.", StringComparison.Ordinal) ? name.Length > Name.Length - 1 && name.EndsWith(Name[1..], StringComparison.Ordinal) : Name == name);

    public static string Display(IPNetwork network) => network.PrefixLength == (network.BaseAddress.GetAddressBytes().Length * 8) ? network.BaseAddress.ToString() : network.ToString();
}

/// <summary>TLS from the guard to a server.</summary>
internal enum EgressTls
{
    /// <summary>Where the server offers it, whoever the server is: what clients of PostgreSQL do when nothing is said.</summary>
    Prefer,
    /// <summary>Always, and the certificate must be for the destination and of a trusted authority.</summary>
    Verify,
    /// <summary>Never.</summary>
    None,
}

/// <summary>What one container may do in all, whatever it may reach. docs/guard-run.md says where the numbers come from.</summary>
internal sealed record EgressLimits
{
    /// <summary>New connections a second; twice as many at once after a pause.</summary>
    public int ConnectionsPerSecond { get; init; } = 100;

    /// <summary>Connections that are open.</summary>
    public int Connections { get; init; } = 1_000;

    /// <summary>Different pairs of address and port in a minute.</summary>
    public int DestinationsPerMinute { get; init; } = 100;

    /// <summary>Bytes a second that the container sends, over all its connections.</summary>
    public long BytesPerSecond { get; init; } = 100L << 20;

    /// <summary>Packets a second that the container sends, counted by the kernel.</summary>
    public int PacketsPerSecond { get; init; } = 100_000;

    /// <summary>Questions to name servers a second.</summary>
    public int QuestionsPerSecond { get; init; } = 50;

    /// <summary>Different names below a `*.` in a minute.</summary>
    public int NamesPerMinute { get; init; } = 30;
}
