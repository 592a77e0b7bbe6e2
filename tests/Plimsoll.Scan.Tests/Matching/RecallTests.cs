using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
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

    private const string Again = "another range of the record begins at it";
    private const string Other = "another range of the record, which begins before it and ends later or never, holds it";
    private const string Listed = "the record lists it as affected though it says that it is fixed";

    /// <summary>`advisory package version` that a record calls fixed and that is found all the same, each with why: the record itself says so, which <see cref="Contradiction"/> shows of each.</summary>
    private static readonly Dictionary<string, string> exceptions = new(StringComparer.Ordinal)
    {
        ["GO-2023-2185 stdlib 1.20.11"] = Again,
        ["GO-2023-2185 stdlib 1.21.4"] = Again,
        ["GO-2025-3442 github.com/cometbft/cometbft 0.38.17"] = Other,
        ["GO-2025-3448 github.com/CosmWasm/wasmvm/v2 2.0.6"] = Other,
        ["GO-2025-3448 github.com/CosmWasm/wasmvm/v2 2.1.5"] = Other,
        ["GO-2025-3540 github.com/redis/go-redis/v9 9.5.5"] = Other,
        ["GO-2025-3642 github.com/mattermost/mattermost-plugin-playbooks 1.41.0"] = Other,
        ["GO-2025-3642 github.com/mattermost/mattermost/server/v8 8.0.0-20250218121836-2b5275d87136"] = Other,
        ["GO-2025-3643 github.com/mattermost/mattermost-plugin-playbooks 1.41.0"] = Other,
        ["GO-2025-3643 github.com/mattermost/mattermost/server/v8 8.0.0-20250218121836-2b5275d87136"] = Other,
        ["GO-2025-3644 github.com/mattermost/mattermost-plugin-playbooks 1.41.0"] = Other,
        ["GO-2025-3644 github.com/mattermost/mattermost/server/v8 8.0.0-20250218121836-2b5275d87136"] = Other,
        ["GO-2025-3648 github.com/rancher/steve 0.2.1"] = Other,
        ["GO-2025-3648 github.com/rancher/steve 0.4.4"] = Other,
        ["GO-2025-3648 github.com/rancher/steve 0.5.13"] = Other,
        ["GO-2025-3825 github.com/goharbor/harbor 2.12.4-rc1+incompatible"] = Other,
        ["GO-2025-3825 github.com/goharbor/harbor 2.13.1-rc1+incompatible"] = Other,
        ["GO-2026-4573 github.com/zitadel/zitadel 1.80.0-v2.20.0.20260216092519-feab8e1fa371"] = Other,
        ["GO-2026-5148 github.com/argoproj/argo-workflows/v3 3.7.14"] = Other,
        ["GO-2026-5579 antrea.io/antrea 1.11.0-alpha.0.0.20260225185322-738bad662b20"] = Other,
        ["GO-2026-6141 github.com/zitadel/zitadel 1.80.0-v2.20.0.20260608144108-ed09b3df7f43"] = Other,
        ["GHSA-wjxj-5m7g-mg7q org.bouncycastle:bcprov-jdk15on 1.70"] = Listed,
        ["PYSEC-2021-114 wagtail 2.11.6"] = Listed,
        ["PYSEC-2022-236 pyspark 3.1.1"] = Again,
        ["PYSEC-2022-42972 apache-iotdb 0.13.0"] = Again,
        ["PYSEC-2023-177 gevent 23.9.0"] = Listed,
        ["PYSEC-2023-72 pyspark 3.1.1"] = Again,
        ["PYSEC-2023-72 pyspark 3.2.0"] = Again,
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
        var wrong = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        var invalid = new HashSet<string>(StringComparer.Ordinal);
        var (judged, tested) = (0, 0);
        foreach (var advisory in genuine)
        {
            var before = tested;
            foreach (var affected in advisory.Affected.Where(affected => EcosystemNames.Root(affected.Ecosystem) == ecosystem))
                foreach (var (version, isAffected) in Points(affected, scheme))
                {
                    tested++;
                    var package = Of(type, affected.Name, version);
                    if (!scheme.TryCompare(version, version, out _)) invalid.Add(package.Key);
                    var isFound = matcher.Match(package, lookups.Of(package, out _)).Any(one => one.Advisories.Any(source => source.Id == advisory.Id));
                    if (isFound != (isAffected && advisory.Withdrawn is null)) wrong[$"{advisory.Id} {affected.Name} {version}"] = isFound ? Contradiction(advisory, affected.Name, version, scheme) : "it is not found";
                }
            if (tested > before) judged++;
        }
        Assert.Equal(exceptions.Where(one => genuine.Any(advisory => one.Key.StartsWith(advisory.Id + " ", StringComparison.Ordinal))).OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => $"{one.Key}: {one.Value}"), wrong.Select(one => $"{one.Key}: {one.Value}"));
        // Versions that are none to their ecosystem are found where a record lists them, and others cannot judge them.
        Assert.All(problems.All().Where(problem => problem.Kind == ProblemKind.Unsupported), problem => Assert.Contains(problem.Where, invalid));
        Assert.True(judged >= least, $"{judged} advisories were judged");
    }

    /// <summary>Where a record says of a version that it is fixed and that it is affected; null where it does not say both.</summary>
    private static string? Contradiction(Advisory advisory, string name, string version, IVersionScheme scheme)
    {
        var entries = advisory.Affected.Where(affected => affected.Name == name).ToList();
        var ranges = entries.SelectMany(affected => affected.Ranges).Where(range => range.Kind != RangeKind.Git).ToList();
        bool Has(AffectedRange range, RangeEventKind kind) => range.Events.Any(at => at.Kind == kind && Compare(at.Version) == 0);
        if (!ranges.Exists(range => Has(range, RangeEventKind.Fixed))) return null;
        if (ranges.Exists(range => Has(range, RangeEventKind.Introduced))) return Again;
        if (entries.Exists(affected => affected.Versions.Any(listed => Compare(listed) == 0))) return Listed;
        return ranges.Exists(range => range.Events.Any(at => at.Kind == RangeEventKind.Introduced && Compare(at.Version) < 0) && range.Events.All(at => at.Kind == RangeEventKind.Introduced || Compare(at.Version) > 0)) ? Other : null;

        int Compare(string other) => other == "0" ? -1 : scheme.TryCompare(other, version, out var order) ? order : throw new InvalidOperationException($"{other} and {version} do not compare");
    }

    /// <summary>Versions at the ends of the ranges.</summary>
    private static IEnumerable<(string Version, bool IsAffected)> Points(AffectedPackage affected, IVersionScheme scheme)
    {
        foreach (var range in affected.Ranges.Where(range => range.Kind != RangeKind.Git))
        {
            if (range.Events.All(at => at.Kind == RangeEventKind.Introduced)) yield return ("1000000.0.0", true);
            foreach (var at in range.Events)
                if (at.Kind == RangeEventKind.LastAffected) yield return (at.Version, true);
                else if (at.Kind == RangeEventKind.Fixed)
                {
                    yield return (at.Version, false);
                    if (LastBefore(at.Version, range, affected, scheme) is { } last) yield return (last, true);
                }
                else if (at is { Kind: RangeEventKind.Introduced, Version: not "0" } && !range.Events.Any(other => other.Kind != RangeEventKind.Introduced && other.Version == at.Version)) yield return (at.Version, true);
        }
        foreach (var listed in affected.Versions) yield return (listed, true);
    }

    /// <summary>The greatest listed version below a fix, else the least pre-release of the fix; the beginning of the range where that is later.</summary>
    private static string? LastBefore(string version, AffectedRange range, AffectedPackage affected, IVersionScheme scheme)
    {
        bool IsBelow(string left, string right) => scheme.TryCompare(left, right, out var order) && order < 0;
        var begin = range.Events.Where(at => at.Kind == RangeEventKind.Introduced && (at.Version == "0" || IsBelow(at.Version, version))).Select(at => at.Version).Aggregate((string?)null, (latest, next) => latest is null or "0" || (next != "0" && IsBelow(latest, next)) ? next : latest);
        if (begin is null) return null; // The range begins where it ends: nothing is in it.
        // What ends before is another range, and this one is empty.
        if (range.Events.Any(at => at.Kind is RangeEventKind.Fixed or RangeEventKind.LastAffected && IsBelow(at.Version, version) && (begin == "0" || IsBelow(begin, at.Version)))) return null;
        var listed = affected.Versions.Where(one => IsBelow(one, version)).Aggregate((string?)null, (latest, next) => latest is null || IsBelow(latest, next) ? next : latest);
        var last = listed ?? (range.Kind == RangeKind.SemVer ? version.Split('-', '+')[0] + "-0" : null);
        if (last is null || !IsBelow(last, version)) return begin == "0" ? null : begin;
        return begin != "0" && IsBelow(last, begin) ? begin : last;
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
