using Plimsoll.Core.Advisories;
using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Tests.Matching;

/// <summary>
/// The evaluation of the OSV schema (https://ossf.github.io/osv-schema/#evaluation), word for word and without regard to
/// time: every event is sorted, then walked. For versions that all compare.
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
                foreach (var at in Sorted(range, scheme))
                    if (at.Kind == RangeEventKind.Introduced && (at.Version == "0" || Compare(version, at.Version, scheme) >= 0)) vulnerable = true;
                    else if (at.Kind == RangeEventKind.Fixed && Compare(version, at.Version, scheme) >= 0) vulnerable = false;
                    else if (at.Kind == RangeEventKind.LastAffected && Compare(version, at.Version, scheme) > 0) vulnerable = false;
                if (vulnerable) return true;
            }
        return false;
    }

    private static bool BeforeLimits(string version, AffectedRange range, IVersionScheme scheme)
    {
        var limits = range.Events.Where(at => at.Kind == RangeEventKind.Limit).ToList();
        return limits.Count == 0 || limits.Exists(limit => limit.Version == "*" || Compare(version, limit.Version, scheme) < 0);
    }

    /// <summary>By version, and at one version as they follow in time: it is introduced before it is known as the last one, and that before it is fixed.</summary>
    private static List<RangeEvent> Sorted(AffectedRange range, IVersionScheme scheme)
    {
        var sorted = range.Events.Where(at => at.Kind != RangeEventKind.Limit).ToList();
        sorted.Sort((left, right) =>
        {
            var (leftIsFirst, rightIsFirst) = (left is { Kind: RangeEventKind.Introduced, Version: "0" }, right is { Kind: RangeEventKind.Introduced, Version: "0" });
            if (leftIsFirst || rightIsFirst) return rightIsFirst.CompareTo(leftIsFirst);
            var byVersion = Compare(left.Version, right.Version, scheme);
            return byVersion != 0 ? byVersion : Order(left.Kind) - Order(right.Kind);
        });
        return sorted;

        static int Order(RangeEventKind kind) => kind == RangeEventKind.Introduced ? 0 : kind == RangeEventKind.LastAffected ? 1 : 2;
    }

    private static int Compare(string left, string right, IVersionScheme scheme) => scheme.TryCompare(left, right, out var order) ? order : throw new InvalidOperationException($"{left} and {right} do not compare");
}
