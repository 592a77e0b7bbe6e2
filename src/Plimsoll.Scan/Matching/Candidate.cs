using System.Collections.Immutable;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Findings;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Advisories.Feeds.Publications;

namespace Plimsoll.Scan.Matching;

/// <summary>What one advisory says of one vulnerability of the package that was looked up.</summary>
/// <param name="Affected">The advisory's entries on this package.</param>
/// <param name="Names">Names of the vulnerability; candidates that share one speak of the same.</param>
/// <param name="Rank">Of candidates on one vulnerability those with the lowest rank decide.</param>
internal sealed record Candidate(Advisory Advisory, Lookup Lookup, ImmutableArray<AffectedPackage> Affected, ImmutableArray<string> Names, int Rank)
{
    /// <summary>
    /// One for each vulnerability that the advisory is about. Aliases are names of one; a distribution's bulletin is about
    /// as many as it passes on: its upstream CVEs, or those that older records call related.
    /// </summary>
    public static IEnumerable<Candidate> Of(Advisory advisory, Lookup lookup)
    {
        if (advisory.Withdrawn is not null) yield break; // Its source took it back: it affects nothing.
        ImmutableArray<AffectedPackage> affected = [.. advisory.Affected.Where(one => IsOf(one, lookup))];
        if (affected.IsEmpty) yield break; // Another package of the advisory has this name.
        if (lookup.Basis != MatchBasis.Distribution)
        {
            yield return new Candidate(advisory, lookup, affected, [advisory.Id, .. advisory.Aliases], lookup.Preference);
            yield break;
        }
        var own = CveIn(advisory.Id);
        var named = advisory.Aliases.Concat(advisory.Upstream).ToList();
        if (own is not null)
        {
            yield return new Candidate(advisory, lookup, affected, [own, advisory.Id, .. advisory.Aliases.Where(alias => CveIn(alias) is null)], RankOf(advisory, lookup, isBulletin: false));
            yield break;
        }
        if (!named.Exists(name => CveIn(name) is not null)) named.AddRange(advisory.Related.Where(name => CveIn(name) is not null));
        var cves = named.Select(CveIn).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        if (cves.Count <= 1)
        {
            // A bulletin of one vulnerability is still no name of it, since it may gain others; what else is passed on is.
            ImmutableArray<string> names = cves is [var only] ? [only, .. named.Where(name => CveIn(name) is null && name.StartsWith("GHSA-", StringComparison.Ordinal))] : [advisory.Id, .. named];
            yield return new Candidate(advisory, lookup, affected, names, RankOf(advisory, lookup, isBulletin: true));
            yield break;
        }
        foreach (var cve in cves) yield return new Candidate(advisory, lookup, affected, [cve], RankOf(advisory, lookup, isBulletin: true));
    }

    /// <summary>Candidates of the same vulnerability, by the closure of their names, in the order in which they came.</summary>
    public static IEnumerable<List<Candidate>> Group(IReadOnlyList<Candidate> candidates)
    {
        var byName = new Dictionary<string, int>(StringComparer.Ordinal);
        var parents = new int[candidates.Count];
        for (var i = 0; i < candidates.Count; i++)
        {
            parents[i] = i;
            foreach (var name in candidates[i].Names)
                if (!byName.TryAdd(name, i)) parents[Root(byName[name])] = Root(i);
        }
        return Enumerable.Range(0, candidates.Count).GroupBy(Root, i => candidates[i]).Select(group => group.ToList());

        int Root(int of)
        {
            while (parents[of] != of) of = parents[of] = parents[parents[of]];
            return of;
        }
    }

    /// <summary>The CVE that a name is or ends with: `DEBIAN-CVE-2024-1`, `UBUNTU-CVE-2024-1`.</summary>
    public static string? CveIn(string name) => name.IndexOf("CVE-", StringComparison.Ordinal) is >= 0 and var at && CveId.TryParse(name.AsSpan(at), out _) ? name[at..] : null;

    private static bool IsOf(AffectedPackage affected, Lookup lookup) =>
        EcosystemNames.Key(affected.Ecosystem) == EcosystemNames.Key(lookup.Ecosystem)
        && EcosystemNames.Normalise(affected.Ecosystem, affected.Name) == EcosystemNames.Normalise(lookup.Ecosystem, lookup.Name);

    /// <summary>A distribution's own feed before OSV's copy of it, a record on the CVE before a bulletin, which may be about a later repair.</summary>
    private static int RankOf(Advisory advisory, Lookup lookup, bool isBulletin) => (2 * (advisory.Feed != OsvPublication.Id ? 0 : isBulletin ? 2 : 1)) + lookup.Preference;
}
