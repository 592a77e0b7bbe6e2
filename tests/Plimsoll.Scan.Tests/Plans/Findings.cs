using System.Collections.Immutable;
using CsCheck;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Plans;

namespace Plimsoll.Scan.Tests.Plans;

/// <summary>Packages and findings for tests of what is made of them.</summary>
internal static class Findings
{
    public static readonly DateTimeOffset Now = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    public static Package Deb(string name, string version, string? source = null) => new()
    {
        Purl = new PackageUrl("deb", "debian", name, version).With("arch", "amd64"),
        Name = name,
        Version = version,
        SourceName = source,
        SourceVersion = source is null ? null : version,
        FoundBy = "os/dpkg",
    };

    public static Package Npm(string name, string version, string place = "/srv/app", params string[] needs) => new()
    {
        Purl = new PackageUrl("npm", null, name, version),
        Name = name,
        Version = version,
        FoundBy = "language/npm",
        Locations = [new Location($"{place}/node_modules/{name}/package.json", 0)],
        Dependencies = [.. needs],
    };

    public static Package Of(string type, string name, string version) => new() { Purl = new PackageUrl(type, null, name, version), Name = name, Version = version, FoundBy = "test" };

    public static Vulnerability Of(Package package, string id, CvssRating? rating = CvssRating.High, params string[] fixes) => new()
    {
        Id = id,
        PackageKey = package.Key,
        PackageName = package.Name,
        Version = package.Version,
        FixedVersions = [.. fixes],
        Rating = rating,
    };

    public static Vulnerability Exploited(this Vulnerability one) => one with { Exploited = new KnownExploited { Cve = new CveId(2024, 1) } };

    public static ScanResult Result(IEnumerable<Package> packages, params Vulnerability[] found) => new()
    {
        Image = new Image { Reference = "shop:1", Source = SourceKind.Rootfs },
        Packages = [.. packages.DistinctBy(package => package.Key).OrderBy(package => package.Key, StringComparer.Ordinal)],
        Vulnerabilities = [.. found],
        Counts = new ScanCounts(0, 0, 0, null),
    };

    public static ScanRequest Request => new() { Target = new Target(SourceKind.Rootfs, "/"), Now = Now };

    public static ScanResult Judge(ScanResult result, ScanRequest? request = null) => Judgement.Judge(result, files: null, request ?? Request, progress: null);

    private static readonly string[] types = ["npm", "deb", "pypi", "golang", "generic", "cargo", "maven"];

    private static readonly Gen<Package> OnePackage = Gen.Select(Gen.Int[0, types.Length - 1], Gen.Int[0, 9], Gen.Int[0, 3], Gen.Int[0, 3], Gen.Enum<LayerOrigin>()).Select((type, name, major, minor, origin) =>
        (types[type] == "deb" ? Deb($"p{name}", $"{major}.{minor}.0-1", $"s{name / 2}") : types[type] == "npm" ? Npm($"p{name}", $"{major}.{minor}.0") : Of(types[type], $"p{name}", $"{major}.{minor}.0")) with { Origin = origin });

    private static readonly Gen<string> Fix = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[1, 9]).Select((major, minor, patch) => $"{major}.{minor}.{patch}");

    private static readonly Gen<Func<Package, Vulnerability>> OneFinding = Gen.Select(Gen.Int[1, 40], Gen.Int[-1, 4], Fix.Array[0, 3], Gen.Bool, Gen.Double[0, 1]).Select((id, rating, fixes, exploited, probability) =>
        (Func<Package, Vulnerability>)(package => Of(package, $"CVE-2024-{id + 1000}", rating < 0 ? null : (CvssRating)rating, [.. fixes.Distinct()]) with
        {
            Exploited = exploited && id % 5 == 0 ? new KnownExploited { Cve = new CveId(2024, 1) } : null,
            Probability = id % 3 == 0 ? null : new ExploitProbability(Math.Round(probability, 1), null),
        }));

    /// <summary>Any packages of any kind with any findings, each finding once.</summary>
    public static readonly Gen<ScanResult> Any = Gen.Select(OnePackage.Array[1, 12], Gen.Select(Gen.Int[0, 11], OneFinding).Array[0, 30]).Select((packages, findings) =>
        Result(packages, [.. findings.Select(finding => finding.Item2(packages[finding.Item1 % packages.Length])).DistinctBy(one => one.Key)]) with
        {
            Applications = [new Application { Name = "shop", PackageKey = packages[0].Key }],
        });

    public static ImmutableArray<T> Shuffled<T>(this IEnumerable<T> items, int seed) => [.. items.OrderBy(item => HashCode.Combine(seed, item!.GetHashCode()))];
}
