using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Reports.Text;

/// <summary>What every format that lists findings one by one says of each. Raw text, to be escaped by the format.</summary>
internal sealed class FindingFacts
{
    private readonly ScanResult result;
    private readonly FrozenDictionary<string, Package> installed;
    private readonly FrozenSet<FindingKey> violating;

    public FindingFacts(ScanResult result)
    {
        this.result = result;
        installed = result.Packages.Where(package => package.RemovedIn is null).DistinctBy(package => package.Key, StringComparer.Ordinal)
            .ToFrozenDictionary(package => package.Key, StringComparer.Ordinal);
        violating = result.Policy is { } policy ? policy.Verdicts.Where(verdict => verdict.IsViolated).SelectMany(verdict => verdict.Findings).ToFrozenSet() : [];
    }

    /// <summary>Whether a policy sets conditions that findings can violate.</summary>
    public bool HasConditions => result.Policy is { } policy && policy.Verdicts.Any(verdict => verdict.Condition != "expired-ignore");

    /// <summary>Findings that count, then those that are suppressed with by whom.</summary>
    public IEnumerable<(Vulnerability Finding, ImmutableArray<Suppression> Suppressions)> All =>
        (result.Vulnerabilities ?? []).Select(one => (one, ImmutableArray<Suppression>.Empty)).Concat(result.Suppressed.Select(one => (one.Finding, one.By)));

    /// <summary>What is past its end of life.</summary>
    public IEnumerable<SupportFinding> PastEnd => (result.Support?.Findings ?? []).Where(finding => finding.IsPastEnd);

    /// <summary>Null for a package that the result does not list.</summary>
    public Package? Package(string key) => installed.GetValueOrDefault(key);

    /// <summary>Files that show the package; none when nothing says where it is.</summary>
    public ImmutableArray<Location> Places(Vulnerability one) => Package(one.PackageKey)?.Locations ?? [];

    /// <summary>Where a product shows that is past its end.</summary>
    public ImmutableArray<Location> Places(SupportFinding one)
    {
        if (one.Subject == SupportSubject.System) return result.Os is { } os ? [os.Location] : [];
        return [.. one.Packages.Select(Package).OfType<Package>().SelectMany(package => package.Locations).Distinct().Order()];
    }

    /// <summary>The layer of a place; null outside layers and for an index that the image does not have.</summary>
    public Layer? LayerOf(Location place) => place.Layer is { } index && index >= 0 && index < result.Image.Layers.Length ? result.Image.Layers[index] : null;

    /// <summary>
    /// Indexes of the layers that hold a package, each once: of a package of the system the lowest that shows it, since later
    /// layers write the list of all packages again; of others those of all copies.
    /// </summary>
    public IEnumerable<int> LayersOf(Package? package)
    {
        var layers = LayersOf(package?.Locations ?? []);
        return package?.Purl.Type is "deb" or "apk" or "rpm" or "alpm" ? layers.Order().Take(1) : layers;
    }

    /// <summary>The same of a product that is past its end.</summary>
    public IEnumerable<int> LayersOf(SupportFinding one) =>
        one.Subject == SupportSubject.System ? LayersOf(Places(one)) : one.Packages.SelectMany(key => LayersOf(Package(key))).Distinct();

    private IEnumerable<int> LayersOf(IEnumerable<Location> places) => places.Select(LayerOf).OfType<Layer>().Select(layer => layer.Index).Distinct();

    /// <summary>Whether it violates a condition; where a policy sets none, every finding that counts is against it.</summary>
    public bool Fails(Vulnerability one) => !HasConditions || violating.Contains(one.Key);

    /// <summary>The same of a product.</summary>
    public bool Fails(SupportFinding one) => one.IsPastEnd && (!HasConditions || result.Policy!.Verdicts.Any(verdict => verdict is { IsViolated: true, Condition: "end-of-life" }));

    /// <summary>`libc6 2.36-9+deb12u4`.</summary>
    public static string Subject(Vulnerability one) => $"{one.PackageName} {one.Version}".TrimEnd();

    /// <summary>What to do about it, one sentence.</summary>
    public static string Remedy(Vulnerability one) => one.FixedVersions.IsEmpty
        ? $"Nothing to update to: {VulnerabilityFacts.Fix(one)}."
        : $"Update {one.PackageName} to {string.Join(" or ", one.FixedVersions)}.";

    /// <summary>That it is exploited or how likely that is, each a sentence.</summary>
    public static IEnumerable<string> Exploitation(Vulnerability one)
    {
        if (one.Exploited is { } exploited)
            yield return $"Known to be exploited{(exploited.UsedByRansomware ? ", by ransomware too" : "")}{(exploited.Added is { } added ? $", listed by CISA since {Day(added)}" : "")}{(exploited.Due is { } due ? $", to be fixed by {Day(due)}" : "")}.";
        if (one.Probability is { } probability) yield return $"An exploit within 30 days is {Percent(probability.Score)} likely (EPSS).";
    }

    /// <summary>What a VEX statement says of a finding that counts, one sentence; null when none does.</summary>
    public static string? Stated(Vulnerability one) => one.Vex is { } remark ? $"VEX: {PlanFacts.Describe(remark).TrimEnd('.')}." : null;

    /// <summary>On what the finding rests where that is less than the package's own ecosystem; null otherwise.</summary>
    public static string? Doubt(Vulnerability one) =>
        one.IsGuess ? "The package's name or version is deduced, not stated."
        : one.Basis == MatchBasis.Upstream ? "Judged by data on the program's own releases: what its builder patched is not known."
        : null;

    /// <summary>
    /// A score that agrees with the rating, for consumers that know only scores: the highest CVSS score of that rating, or
    /// the middle of its band where no vector has one. Null for what is not rated or negligible.
    /// </summary>
    public static decimal? Score(Vulnerability one)
    {
        if (one.Rating is not { } rating || rating == CvssRating.None) return null;
        var stated = one.Severities.Where(severity => severity.Vector?.Rating == rating).Select(severity => severity.Vector!.Score).DefaultIfEmpty().Max();
        if (stated > 0) return stated;
        return rating switch { CvssRating.Critical => 9.5m, CvssRating.High => 8.0m, CvssRating.Medium => 5.5m, _ => 2.0m };
    }

    public static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    public static string Percent(double share) => (share * 100).ToString(share < 0.1 ? "0.##" : "0.#", CultureInfo.InvariantCulture) + " %";
}
