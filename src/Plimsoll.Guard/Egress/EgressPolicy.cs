using System.Net;
using Plimsoll.Guard.Egress.Dns;
using Plimsoll.Guard.Profiles;

namespace Plimsoll.Guard.Egress;

/// <summary>What a profile says of destinations and names. Immutable but for what is known of names.</summary>
internal sealed class EgressPolicy
{
    /// <summary>Characters below a `*.` that an ordinary name has at most; what carries data in names uses all that there is.</summary>
    public const int MostOfWildcard = 63;

    private readonly AddressPins pins;

    public EgressPolicy(Profile profile, AddressPins pins)
    {
        (Profile, this.pins) = (profile, pins);
        foreach (var rule in profile.Egress)
            if (!rule.Addresses.IsEmpty) pins.Add(rule.Name!, rule.Addresses, null);
    }

    public Profile Profile { get; }

    public bool Enforces => Profile.Mode == ProfileMode.Enforce;

    /// <summary>The rule that has a destination, and the name whose address it is.</summary>
    /// <param name="IsStale">The name must be looked up again before the address is dialled.</param>
    public readonly record struct Judgement(EgressRule? Rule, string? Name, bool IsStale);

    /// <summary>Whether datagrams pass at all: in the modes that enforce nothing to any destination.</summary>
    public bool ForwardsDatagrams => !Enforces || Profile.Egress.Any(rule => rule.IsOfDatagrams);

    /// <summary>Of several rules one whose protocol looks at what passes comes first: another that passes bytes would undo it.</summary>
    /// <param name="isDatagram">Whether it is UDP and not TCP that goes there.</param>
    public Judgement Judge(IPEndPoint to, bool isDatagram = false)
    {
        var names = pins.Of(to.Address);
        var best = default(Judgement);
        foreach (var judged in Matching(to, names, isDatagram))
        {
            if (judged.Rule!.IsLookedAt) return judged;
            if (best.Rule is null) best = judged;
        }
        return best.Rule is not null ? best : new(null, names.Count > 0 ? names[0].Name : null, false);
    }

    /// <summary>The entry that would let a connection pass: by its name when it has one; null when none could.</summary>
    public static EgressRule? Allowing(IPEndPoint to, string? name, string protocol = EgressRule.DefaultProtocol)
    {
        if (to.Port == 0 || !Reachable.IsReachable(to.Address) || (protocol == EgressRule.Datagrams && to.Port == DnsQuestion.Port)) return null;
        var rule = new EgressRule { Ports = [new(to.Port, to.Port)], Protocol = protocol };
        return name is not null ? rule with { Name = name } : rule with { Network = new(to.Address, to.Address.GetAddressBytes().Length * 8) };
    }

    /// <summary>What was looked up lately, then networks, then what must be looked up again.</summary>
    private IEnumerable<Judgement> Matching(IPEndPoint to, IReadOnlyList<AddressPins.Pin> names, bool isDatagram)
    {
        foreach (var isStale in (bool[])[false, true])
        {
            foreach (var pin in names)
            {
                if (pin.IsStale != isStale) continue;
                foreach (var rule in Profile.Egress)
                    if (rule.IsOfDatagrams == isDatagram && rule.IsFor(pin.Name) && rule.HasPort(to.Port)) yield return new(rule, pin.Name, isStale);
            }
            if (isStale) yield break;
            foreach (var rule in Profile.Egress)
                if (rule.IsOfDatagrams == isDatagram && rule.Network?.Contains(to.Address) == true && rule.HasPort(to.Port)) yield return new(rule, null, false);
        }
    }

    /// <summary>Whether the container may ask for the name.</summary>
    public bool HasName(string name, out bool isByWildcard)
    {
        isByWildcard = false;
        foreach (var rule in Profile.Egress)
        {
            if (!rule.IsFor(name)) continue;
            isByWildcard = rule.Name![0] == '*';
            if (!isByWildcard) return true;
        }
        return isByWildcard;
    }

    /// <summary>Addresses that the profile itself gives a name; empty to look it up.</summary>
    public IReadOnlyList<IPAddress> AddressesOf(string name) => [.. Profile.Egress.Where(rule => rule.Name == name).SelectMany(rule => rule.Addresses)];

    /// <summary>Numbers of the rules of a name.</summary>
    public IEnumerable<int> RulesOf(string name)
    {
        for (var i = 0; i < Profile.Egress.Length; i++)
            if (Profile.Egress[i].IsFor(name)) yield return i;
    }
}
