using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Versions;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Advisories.Feeds;
using Plimsoll.Scan.Matching;

namespace Plimsoll.Scan.Tests.Matching;

/// <summary>
/// Every genuine advisory of the suites: a package at the last affected version is found, one at the fixed version is not.
/// Records that were converted from other databases are left out, as their converter's mistakes are none of the matcher.
/// </summary>
public sealed class RecallTests
{
    private static readonly (string Ecosystem, string Type, int Least)[] ecosystems = [("Go", "golang", 4000), ("Maven", "maven", 300), ("NuGet", "nuget", 5), ("PyPI", "pypi", 2000), ("crates.io", "cargo", 1000), ("npm", "npm", 3)];

    /// <summary>`advisory package version`, each with why it is not as its ranges say.</summary>
    private static readonly Dictionary<string, string> exceptions = new(StringComparer.Ordinal)
    {
    };

    public static TheoryData<string, string, int> Ecosystems
    {
        get
        {
            var data = new TheoryData<string, string, int>();
            foreach (var (ecosystem, type, least) in ecosystems) data.Add(ecosystem, type, least);
            return data;
        }
    }

    [Theory, MemberData(nameof(Ecosystems))]
    public void The_last_affected_version_is_found_and_the_fixed_one_is_not(string ecosystem, string type, int least)
    {
        Assert.SkipWhen(Suites is null, "the suites (PLIMSOLL_SUITES) have no data/osv");
        var scheme = VersionSchemes.ForEcosystem(ecosystem)!;
        var genuine = Read(Path.Combine(Suites!, ecosystem, "all.zip"));
        var byName = genuine.SelectMany(advisory => advisory.Affected.Select(affected => (Key: Key(affected.Ecosystem, affected.Name), Advisory: advisory))).Distinct().ToLookup(pair => pair.Key, pair => pair.Advisory);
        var problems = new ProblemLog("match");
        var matcher = new Matcher((where, name) => [.. byName[Key(where, name)]], Enrichment.None, problems);
        var lookups = new Lookups(os: null);
        var wrong = new List<string>();
        var (judged, tested) = (0, 0);
        foreach (var advisory in genuine)
        {
            var before = tested;
            foreach (var affected in advisory.Affected.Where(affected => EcosystemNames.Root(affected.Ecosystem) == ecosystem))
                foreach (var (version, isAffected) in Points(affected, scheme))
                {
                    tested++;
                    var package = Of(type, affected.Name, version);
                    var isFound = matcher.Match(package, lookups.Of(package, out _)).Any(one => one.Advisories.Any(source => source.Id == advisory.Id));
                    if (isFound != (isAffected && advisory.Withdrawn is null)) wrong.Add($"{advisory.Id} {affected.Name} {version}");
                }
            if (tested > before) judged++;
        }
        Assert.Equal(exceptions.Keys.Where(key => genuine.Any(advisory => key.StartsWith(advisory.Id + " ", StringComparison.Ordinal))).Order(StringComparer.Ordinal), wrong.Distinct().Order(StringComparer.Ordinal));
        Assert.Empty(problems.All());
        Assert.True(judged >= least, $"{judged} advisories were judged");
    }

    /// <summary>Versions at the ends of the ranges.</summary>
    private static IEnumerable<(string Version, bool IsAffected)> Points(AffectedPackage affected, IVersionScheme scheme)
    {
        foreach (var range in affected.Ranges.Where(range => range.Kind != RangeKind.Git))
            foreach (var at in range.Events)
                if (at.Kind == RangeEventKind.LastAffected) yield return (at.Version, true);
                else if (at.Kind == RangeEventKind.Fixed)
                {
                    yield return (at.Version, false);
                    if (LastBefore(at.Version, range, affected, scheme) is { } last) yield return (last, true);
                }
                else if (at is { Kind: RangeEventKind.Introduced, Version: not "0" } && !range.Events.Any(other => other.Kind != RangeEventKind.Introduced && other.Version == at.Version)) yield return (at.Version, true);
        foreach (var listed in affected.Versions) yield return (listed, true);
    }

    /// <summary>The greatest listed version below a fix, else the least pre-release of the fix; the beginning of the range where that is later.</summary>
    private static string? LastBefore(string version, AffectedRange range, AffectedPackage affected, IVersionScheme scheme)
    {
        bool IsBelow(string left, string right) => scheme.TryCompare(left, right, out var order) && order < 0;
        var begin = range.Events.Where(at => at.Kind == RangeEventKind.Introduced && (at.Version == "0" || IsBelow(at.Version, version))).Select(at => at.Version).Aggregate((string?)null, (latest, next) => latest is null or "0" || (next != "0" && IsBelow(latest, next)) ? next : latest);
        var listed = affected.Versions.Where(one => IsBelow(one, version)).Aggregate((string?)null, (latest, next) => latest is null || IsBelow(latest, next) ? next : latest);
        var last = listed ?? (range.Kind == RangeKind.SemVer ? version.Split('-', '+')[0] + "-0" : null);
        if (last is null || !IsBelow(last, version)) return begin is null or "0" ? null : begin;
        return begin is not (null or "0") && IsBelow(last, begin) ? begin : last;
    }

    private static List<Advisory> Read(string path)
    {
        using var archive = ZipFile.OpenRead(path);
        var advisories = new List<Advisory>();
        foreach (var entry in archive.Entries)
        {
            using var stream = entry.Open();
            var bytes = new MemoryStream();
            stream.CopyTo(bytes);
            using var json = JsonDocument.Parse(bytes.ToArray());
            if (json.RootElement.TryGetProperty("database_specific", out var own) && own.TryGetProperty("converted", out var converted) && converted.ValueKind == JsonValueKind.True) continue; // Judged by its converter, see above.
            advisories.Add(OsvReader.Read(bytes.ToArray(), "osv", [])!);
        }
        return advisories;
    }

    private static Package Of(string type, string name, string version) => new() { Purl = new PackageUrl(type, null, name, version), Name = name, Version = version, FoundBy = "test" };

    private static string Key(string ecosystem, string name) => $"{EcosystemNames.Key(ecosystem)} {EcosystemNames.Normalise(ecosystem, name)}";

    private static string? Suites
    {
        get
        {
            var suites = Environment.GetEnvironmentVariable("PLIMSOLL_SUITES") is { Length: > 0 } set ? set : Path.Combine(Reports.GoldenTests.Repository(), "../shared");
            var osv = Path.Combine(suites, "data/osv");
            return Directory.Exists(osv) ? osv : null;
        }
    }
}
