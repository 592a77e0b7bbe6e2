using System.Collections.Immutable;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Differences;

/// <summary>Compares two results: packages by their names, findings by vulnerability and the package's name.</summary>
public static class Comparing
{
    public static Difference Compare(ScanResult from, ScanResult to)
    {
        var (before, after) = (Versions(from), Versions(to));
        return new Difference
        {
            From = from.Image.Reference,
            To = to.Image.Reference,
            Packages = [.. before.Keys.Union(after.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).Where(name => !Of(before, name).SequenceEqual(Of(after, name), StringComparer.Ordinal)).Select(name => new PackageDifference(name, Of(before, name), Of(after, name)))],
            Findings = from.Vulnerabilities is { } had && to.Vulnerabilities is { } has ? [.. Findings(had, has, before, after)] : null,
            IsComplete = from.Completeness == Completeness.Complete && to.Completeness == Completeness.Complete,
        };
    }

    private static IEnumerable<FindingDifference> Findings(ImmutableArray<Vulnerability> had, ImmutableArray<Vulnerability> has, IReadOnlyDictionary<string, ImmutableArray<string>> before, IReadOnlyDictionary<string, ImmutableArray<string>> after)
    {
        var (old, now) = (had.ToLookup(Key), has.ToLookup(Key));
        foreach (var one in Ordered(has))
            if (!old.Contains(Key(one))) yield return new FindingDifference(FindingChange.Came, one, Of(before, Name(one.PackageKey)));
        foreach (var change in new[] { FindingChange.Fixed, FindingChange.Went, FindingChange.JudgedAnew })
            foreach (var one in Ordered(had))
            {
                if (now.Contains(Key(one))) continue; // Still there.
                var versions = Of(after, Name(one.PackageKey));
                var why = versions.IsEmpty ? FindingChange.Went : versions.Contains(one.Version, StringComparer.Ordinal) ? FindingChange.JudgedAnew : FindingChange.Fixed;
                if (why == change) yield return new FindingDifference(why, one, versions);
            }
    }

    /// <summary>A package in two versions that are both affected has the finding once here.</summary>
    private static IEnumerable<Vulnerability> Ordered(ImmutableArray<Vulnerability> found) => found.DistinctBy(Key).OrderBy(one => one.Priority).ThenBy(one => one);

    private static (string Id, string Name) Key(Vulnerability one) => (one.Id, Name(one.PackageKey));

    private static Dictionary<string, ImmutableArray<string>> Versions(ScanResult result) => result.Packages.Where(package => package.RemovedIn is null)
        .GroupBy(package => Name(package.Purl), StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Select(package => package.Version).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToImmutableArray(), StringComparer.Ordinal);

    private static ImmutableArray<string> Of(IReadOnlyDictionary<string, ImmutableArray<string>> versions, string name) => versions.TryGetValue(name, out var known) ? known : [];

    private static string Name(string key) => PackageUrlParser.TryParse(key, out var purl) ? Name(purl) : key;

    /// <summary>Without the version and the release of the distribution, which change when the base image does; the architecture stays.</summary>
    private static string Name(PackageUrl purl) => (purl with { Version = null, Qualifiers = purl.Qualifiers.RemoveRange(["distro", "epoch", "upstream"]) }).ToString();
}
