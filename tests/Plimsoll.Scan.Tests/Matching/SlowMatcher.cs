using Plimsoll.Core.Advisories;
using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Tests.Matching;

/// <summary>
/// The evaluation of the OSV schema (https://ossf.github.io/osv-schema/#evaluation), without regard to time: events are sorted,
/// then walked. The schema leaves open what two at one version mean; where both a range and its end stand, nothing changes.
/// For versions that all compare.
/// </summary>
internal static class SlowMatcher
{
    public static bool IsVulnerable(string ecosystem, string name, string version, Advisory advisory, IVersionScheme scheme)
    {
        if (advisory.Withdrawn is not null) return false;
        foreach (var affected in advisory.Affected)
            if (affected.Ecosystem == ecosystem && affected.Name == name && (IncludedInVersions(version, affected, scheme) || IncludedInRanges(version, affected, scheme))) return true;
        return false;
    }

    /// <summary>The names of each vulnerability that affects the package, and the advisories that say so.</summary>
    public static HashSet<(string Names, string Advisories)> Vulnerabilities(string ecosystem, string name, string version, IReadOnlyList<Advisory> advisories, IVersionScheme scheme)
    {
        var about = advisories.Where(advisory => advisory.Withdrawn is null && advisory.Affected.Any(affected => affected.Ecosystem == ecosystem && affected.Name == name)).ToList();
        var groups = about.Select(advisory => (Names: advisory.Aliases.Append(advisory.Id).ToHashSet(), Members: new List<Advisory> { advisory })).ToList();
        for (var again = true; again;)
        {
            again = false;
            for (var i = 0; i < groups.Count && !again; i++)
                for (var j = i + 1; j < groups.Count && !again; j++)
                    if (groups[i].Names.Overlaps(groups[j].Names))
                    {
                        groups[i].Names.UnionWith(groups[j].Names);
                        groups[i].Members.AddRange(groups[j].Members);
                        groups.RemoveAt(j);
                        again = true;
                    }
        }
        return [.. groups.Select(group => (Join(group.Names), Join(group.Members.Where(advisory => IsVulnerable(ecosystem, name, version, advisory, scheme)).Select(advisory => advisory.Id)))).Where(group => group.Item2.Length > 0)];
    }

    public static string Join(IEnumerable<string> names) => string.Join(' ', names.Order(StringComparer.Ordinal));

    private static bool IncludedInVersions(string version, AffectedPackage affected, IVersionScheme scheme) => affected.Versions.Any(listed => listed == version || Compare(listed, version, scheme) == 0);

    private static bool IncludedInRanges(string version, AffectedPackage affected, IVersionScheme scheme)
    {
        foreach (var range in affected.Ranges)
            if (BeforeLimits(version, range, scheme))
            {
                var vulnerable = false;
                foreach (var place in Places(range, scheme))
                {
                    var starts = place.Exists(at => at.Kind == RangeEventKind.Introduced && (at.Version == "0" || Compare(version, at.Version, scheme) >= 0));
                    var stops = place.Exists(at => (at.Kind == RangeEventKind.Fixed && Compare(version, at.Version, scheme) >= 0) || (at.Kind == RangeEventKind.LastAffected && Compare(version, at.Version, scheme) > 0));
                    if (starts && !stops) vulnerable = true;
                    if (stops && !starts) vulnerable = false;
                }
                if (vulnerable) return true;
            }
        return false;
    }

    private static bool BeforeLimits(string version, AffectedRange range, IVersionScheme scheme)
    {
        var limits = range.Events.Where(at => at.Kind == RangeEventKind.Limit).ToList();
        return limits.Count == 0 || limits.Exists(limit => limit.Version == "*" || Compare(version, limit.Version, scheme) < 0);
    }

    /// <summary>The events of each version, sorted.</summary>
    private static List<List<RangeEvent>> Places(AffectedRange range, IVersionScheme scheme)
    {
        var places = new List<List<RangeEvent>>();
        foreach (var at in range.Events.Where(at => at.Kind != RangeEventKind.Limit))
            if (places.Find(place => Order(place[0], at) == 0) is { } same) same.Add(at);
            else places.Add([at]);
        places.Sort((left, right) => Order(left[0], right[0]));
        return places;

        int Order(RangeEvent left, RangeEvent right)
        {
            var (leftIsFirst, rightIsFirst) = (left is { Kind: RangeEventKind.Introduced, Version: "0" }, right is { Kind: RangeEventKind.Introduced, Version: "0" });
            return leftIsFirst || rightIsFirst ? rightIsFirst.CompareTo(leftIsFirst) : Compare(left.Version, right.Version, scheme);
        }
    }

    private static int Compare(string left, string right, IVersionScheme scheme) => scheme.TryCompare(left, right, out var order) ? order : throw new InvalidOperationException($"{left} and {right} do not compare");
}
