using System.Collections.Immutable;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Versions;
using Plimsoll.Scan.Matching;

namespace Plimsoll.Scan.Plans;

/// <summary>Packages that change together, to one version.</summary>
/// <param name="Name">The source package for a distribution's, else the package's own name.</param>
/// <param name="Packages">By key.</param>
/// <param name="From">The version that <paramref name="To"/> is compared with: of the source package for a distribution's.</param>
/// <param name="Fixes">The findings that are gone then, in the order of priorities.</param>
/// <param name="IsMajor">Whether the first number of the version that promises compatibility changes.</param>
internal sealed record Upgrade(string Name, ImmutableArray<Package> Packages, string From, string To, ImmutableArray<Vulnerability> Fixes, bool IsMajor)
{
    public Package First => Packages[0];
    public bool IsSystem => Upgrades.IsSystem(First);
}

/// <summary>Chooses for each package the nearest version that fixes all of its findings, within its major version where one does.</summary>
internal static class Upgrades
{
    /// <summary>Versions that are tried for one package, the highest: a kernel's findings name some hundred, and each is held against each finding.</summary>
    private const int MostCandidates = 64;

    public static bool IsSystem(Package package) => package.Purl.Type is "deb" or "apk" or "rpm";

    /// <param name="fixable">Findings with a fix, in the order of priorities.</param>
    public static IEnumerable<Upgrade> Of(IEnumerable<Vulnerability> fixable, IReadOnlyDictionary<string, Package> packages) =>
        fixable.Where(one => packages.ContainsKey(one.PackageKey)).GroupBy(one => Together(packages[one.PackageKey])).SelectMany(group => Choose(group.Key.Name, [.. group], packages));

    /// <summary>All that is built from one source; packages of a language by name and line, since copies of one line can have one version.</summary>
    private static (string Type, string Name, string Line) Together(Package package) => IsSystem(package)
        ? (package.Purl.Type, package.SourceName ?? package.Name, package.SourceVersion ?? package.Version)
        : (package.Purl.Type, package.Name, Line(package.Version));

    private static IEnumerable<Upgrade> Choose(string name, List<Vulnerability> open, IReadOnlyDictionary<string, Package> packages)
    {
        while (open.Count > 0)
        {
            ImmutableArray<Package> together = [.. open.Select(one => one.PackageKey).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(key => packages[key])];
            var scheme = Scheme(together[0]);
            var from = together.Select(package => IsSystem(package) ? package.SourceVersion ?? package.Version : package.Version).Max(Order(scheme))!;
            var candidates = open.SelectMany(one => one.FixedVersions).Distinct(StringComparer.Ordinal).Order(Order(scheme)).TakeLast(MostCandidates).ToList();
            var line = Line(from);
            // Each covers at least the finding that names it, so this ends.
            var best = candidates.Select(to => (To: to, Covered: open.Where(one => Covers(to, one, scheme)).ToList()))
                .OrderByDescending(choice => scheme is null || !scheme.TryCompare(choice.To, from, out var order) || order > 0).ThenByDescending(choice => choice.Covered.Count).ThenBy(choice => !IsSystem(together[0]) && Line(choice.To) != line).First();
            var covered = best.Covered.ToHashSet();
            yield return new Upgrade(name, [.. together.Where(package => best.Covered.Exists(one => one.PackageKey == package.Key))], from, best.To, [.. best.Covered], !IsSystem(together[0]) && Line(best.To) != line);
            open = [.. open.Where(one => !covered.Contains(one))];
        }
    }

    /// <summary>
    /// Whether a version has the fix: it is named, or later than all that are, or later than the one of its own branch. Where
    /// the next fix has another first number, branches are told apart by that, else by the first two. What lies between two
    /// branches' fixes is not taken for fixed.
    /// </summary>
    private static bool Covers(string version, Vulnerability one, IVersionScheme? scheme)
    {
        if (one.FixedVersions.Contains(version, StringComparer.Ordinal)) return true;
        if (scheme is null) return false;
        string? below = null, above = null;
        foreach (var fix in one.FixedVersions)
        {
            if (!scheme.TryCompare(fix, version, out var order)) return false;
            if (order == 0) return true;
            if (order < 0 && (below is null || (scheme.TryCompare(fix, below, out var later) && later > 0))) below = fix;
            if (order > 0 && (above is null || (scheme.TryCompare(fix, above, out var earlier) && earlier < 0))) above = fix;
        }
        if (below is null || above is null) return below is not null;
        var count = Numbers(below, 1) == Numbers(above, 1) ? 2 : 1;
        return Numbers(below, count) == Numbers(version, count);
    }

    private static IVersionScheme? Scheme(Package package) => package.Purl.Type switch
    {
        "deb" => VersionSchemes.Named("dpkg"),
        "apk" => VersionSchemes.Named("apk"),
        "rpm" => VersionSchemes.Named("rpm"),
        var type => Lookups.Ecosystem(type) is { } ecosystem ? VersionSchemes.ForEcosystem(ecosystem) : VersionSchemes.Named("generic"),
    };

    private static Comparer<string> Order(IVersionScheme? scheme) =>
        Comparer<string>.Create((left, right) => scheme is not null && scheme.TryCompare(left, right, out var order) && order != 0 ? order : string.CompareOrdinal(left, right));

    /// <summary>Versions that promise to be compatible share it: the first number, and the second where the first is 0 (Semantic Versioning 2.0.0, items 4 and 8).</summary>
    public static string Line(string version) => Numbers(version, 1) is "0" ? Numbers(version, 2) : Numbers(version, 1);

    private static string Numbers(string version, int count)
    {
        var bare = version.TrimStart('v');
        var end = 0;
        for (var found = 0; end < bare.Length; end++)
            if (!char.IsAsciiDigit(bare[end]) && (bare[end] != '.' || ++found == count)) break;
        return bare[..end].TrimEnd('.');
    }
}
