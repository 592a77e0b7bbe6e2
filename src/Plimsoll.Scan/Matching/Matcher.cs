using System.Collections.Immutable;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Matching;

/// <summary>What is known beyond advisories; each may know nothing.</summary>
internal sealed record Enrichment(Func<CveId, KnownExploited?> Exploited, Func<CveId, ExploitProbability?> Probability)
{
    public static readonly Enrichment None = new(_ => null, _ => null);
}

/// <summary>
/// Finds the vulnerabilities of packages: Find -> Group by names -> Judge -> Describe. Packages that are looked up alike,
/// as all that are built from one source, are judged once.
/// </summary>
/// <param name="find">Advisories on a name in an ecosystem.</param>
internal sealed class Matcher(Func<string, string, ImmutableArray<Advisory>> find, Enrichment enrichment, ProblemLog problems)
{
    private readonly Dictionary<string, ImmutableArray<Vulnerability>> known = new(StringComparer.Ordinal);
    private readonly Ratings ratings = new();

    public IEnumerable<Vulnerability> Match(Package package, ImmutableArray<Lookup> lookups)
    {
        var key = string.Join('\n', lookups.Select(lookup => $"{lookup.Ecosystem}\t{lookup.Name}\t{lookup.Version}"));
        if (!known.TryGetValue(key, out var found)) known[key] = found = [.. Judge(package, lookups)];
        return found.Select(one => one with { PackageKey = package.Key, PackageName = package.Name, Version = package.Version, IsGuess = package.IsGuess, KnownAs = one.KnownAs == package.Name ? null : one.KnownAs });
    }

    private IEnumerable<Vulnerability> Judge(Package package, ImmutableArray<Lookup> lookups)
    {
        var candidates = lookups.SelectMany(lookup => find(lookup.Ecosystem, lookup.Name).SelectMany(advisory => Candidate.Of(advisory, lookup))).ToList();
        foreach (var group in Candidate.Group(candidates))
            if (Judge(package, group) is { } vulnerability) yield return vulnerability;
    }

    /// <summary>Null when the package is not affected, and when that cannot be said, which is reported.</summary>
    private Vulnerability? Judge(Package package, List<Candidate> group)
    {
        var best = group.Min(candidate => candidate.Rank);
        var affecting = new List<Candidate>();
        var fixes = new List<string>();
        var statuses = new List<AffectedStatus>();
        string? reason = null;
        foreach (var candidate in group)
        {
            if (candidate.Rank != best) continue; // Who knows it better decides.
            var isAffected = false;
            foreach (var affected in candidate.Affected)
            {
                if (affected.Status == AffectedStatus.NotAffected) continue; // The source says so.
                var judgement = AffectedVersions.Judge(TagVersions.Resolve(affected), candidate.Lookup.Version, Scheme(candidate.Lookup.Ecosystem));
                reason ??= judgement.Reason;
                if (judgement.Verdict != Verdict.Affected) continue; // A reason is kept.
                isAffected = true;
                fixes.AddRange(judgement.Fixes);
                statuses.Add(affected.Status);
            }
            if (isAffected) affecting.Add(candidate);
        }
        if (affecting.Count == 0)
        {
            if (reason is not null) problems.Report(ProblemKind.Unsupported, package.Key, $"whether {Name(group)} affects it cannot be said: {reason}");
            return null;
        }
        return Describe(package, group, affecting, fixes, statuses);
    }

    private Vulnerability Describe(Package package, List<Candidate> group, List<Candidate> affecting, List<string> fixes, List<AffectedStatus> statuses)
    {
        var lookup = affecting[0].Lookup;
        var name = Name(group);
        string[] names = [.. group.SelectMany(candidate => candidate.Names).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var cves = names.Select(other => CveId.TryParse(other, out var cve) ? cve : (CveId?)null).OfType<CveId>().ToList();
        var severities = ratings.Of(group).ToImmutableArray();
        var scheme = Scheme(lookup.Ecosystem);
        return new Vulnerability
        {
            Id = name,
            Aliases = [.. names.Where(other => other != name)],
            PackageKey = package.Key,
            PackageName = package.Name,
            Version = package.Version,
            KnownAs = lookup.Name,
            FixedVersions = [.. fixes.Distinct(StringComparer.Ordinal).Order(Comparer<string>.Create((left, right) => scheme is not null && scheme.TryCompare(left, right, out var order) && order != 0 ? order : string.CompareOrdinal(left, right)))],
            Status = statuses.Min(),
            Rating = Ratings.Judge(severities, lookup.Basis, names),
            Severities = severities,
            Weaknesses = [.. group.SelectMany(candidate => candidate.Advisory.Weaknesses).Distinct().Order()],
            Exploited = cves.Select(enrichment.Exploited).FirstOrDefault(entry => entry is not null),
            Probability = cves.Select(enrichment.Probability).Max(Comparer<ExploitProbability?>.Create((left, right) => Nullable.Compare(left?.Score, right?.Score))),
            Basis = lookup.Basis,
            Advisories = [.. affecting.Select(candidate => new AdvisorySource(candidate.Advisory.Feed, candidate.Advisory.Id)).Distinct().Order()],
            Summary = affecting.Concat(group).Select(candidate => candidate.Advisory.Summary).FirstOrDefault(summary => !string.IsNullOrEmpty(summary)),
            Published = group.Select(candidate => candidate.Advisory.Published).Where(published => published > DateTimeOffset.UnixEpoch).Min(), // 1970-01-01 is how some say that they do not know.
            Modified = group.Max(candidate => candidate.Advisory.Modified),
        };
    }

    /// <summary>The CVE, of several the first; else GitHub's name, else the first of all.</summary>
    private static string Name(List<Candidate> group) =>
        group.SelectMany(candidate => candidate.Names).OrderBy(name => CveId.TryParse(name, out _) ? 0 : name.StartsWith("GHSA-", StringComparison.Ordinal) ? 1 : 2).ThenBy(name => name, StringComparer.Ordinal).First();

    private static IVersionScheme? Scheme(string ecosystem) => ecosystem is UpstreamNames.Git or UpstreamNames.Nvd ? VersionSchemes.Named("generic") : VersionSchemes.ForEcosystem(ecosystem);
}
