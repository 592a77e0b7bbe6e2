using System.Collections.Immutable;

namespace Plimsoll.Guard.Profiles;

/// <summary>Profiles put together and compared. The first's own words win: mode, name servers, limits.</summary>
internal static class ProfileChanges
{
    /// <summary>All destinations of both; those that both have get the ports of both, and TLS is offered where one offers it.</summary>
    public static Profile Merge(Profile first, Profile second) => first with { Application = first.Application ?? second.Application, Egress = Merge(first.Egress, second.Egress) };

    public static ImmutableArray<EgressRule> Merge(ImmutableArray<EgressRule> first, ImmutableArray<EgressRule> second)
    {
        var merged = first.ToList();
        foreach (var rule in second)
        {
            var index = merged.FindIndex(other => other.Key == rule.Key);
            if (index < 0) merged.Add(rule);
            else merged[index] = merged[index] with { Ports = Join(merged[index].Ports, rule.Ports), Addresses = [.. merged[index].Addresses.Union(rule.Addresses)], OffersTls = merged[index].OffersTls || rule.OffersTls };
        }
        return [.. merged];
    }

    /// <summary>Sorted; ranges that touch are one.</summary>
    public static ImmutableArray<PortRange> Join(ImmutableArray<PortRange> first, ImmutableArray<PortRange> second)
    {
        var joined = new List<PortRange>();
        foreach (var range in first.Concat(second).OrderBy(range => range.First))
        {
            // Single ports stay single: [80, 81] is how a person wrote it.
            if (joined.Count > 0 && range.First <= joined[^1].Last) joined[^1] = new(joined[^1].First, Math.Max(joined[^1].Last, range.Last));
            else joined.Add(range);
        }
        return [.. joined];
    }

    /// <summary>What the second has and the first has not (`+`), and the other way round (`-`), a line each.</summary>
    public static IEnumerable<string> Compare(Profile first, Profile second)
    {
        if (first.Mode != second.Mode)
        {
            yield return $"- mode: {ProfileText.ModeName(first.Mode)}";
            yield return $"+ mode: {ProfileText.ModeName(second.Mode)}";
        }
        if (first.Limits != second.Limits)
        {
            yield return $"- {first.Limits}";
            yield return $"+ {second.Limits}";
        }
        if (!first.NameServers.SequenceEqual(second.NameServers))
        {
            yield return $"- name-servers: {string.Join(", ", first.NameServers)}";
            yield return $"+ name-servers: {string.Join(", ", second.NameServers)}";
        }
        foreach (var key in first.Egress.Concat(second.Egress).Select(rule => rule.Key).Distinct().Order())
        {
            var (before, after) = (first.Egress.FirstOrDefault(rule => rule.Key == key), second.Egress.FirstOrDefault(rule => rule.Key == key));
            var (was, becomes) = (before is null ? null : ProfileText.Entry(before), after is null ? null : ProfileText.Entry(after));
            if (was == becomes) continue;
            if (was is not null) yield return $"- {was}";
            if (becomes is not null) yield return $"+ {becomes}";
        }
    }
}
