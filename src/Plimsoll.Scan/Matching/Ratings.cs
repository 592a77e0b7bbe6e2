using Plimsoll.Core.Advisories;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Scan.Advisories.Feeds;

namespace Plimsoll.Scan.Matching;

/// <summary>Brings together how bad sources say that a vulnerability is.</summary>
internal sealed class Ratings
{
    private const string Github = "GHSA";

    private readonly Dictionary<string, CvssVector?> parsed = new(StringComparer.Ordinal);

    /// <summary>Every source's ratings, each once, sorted.</summary>
    public IEnumerable<SeverityRating> Of(IEnumerable<Candidate> candidates) => candidates
        .SelectMany(candidate => candidate.Advisory.Severities.Concat(candidate.Affected.SelectMany(affected => affected.Severities)).Select(severity => Of(candidate.Advisory, severity)))
        .DistinctBy(rating => (rating.Source, rating.Text)).OrderBy(rating => rating.Source, StringComparer.Ordinal).ThenBy(rating => rating.Text, StringComparer.Ordinal);

    /// <summary>
    /// The distribution's word for its own packages, which knows how it built them; else the highest CVSS score, of versions
    /// 3 and 4 where there are such; else the worst word. A malicious package is critical, whoever rates it.
    /// </summary>
    public static CvssRating? Judge(IReadOnlyCollection<SeverityRating> ratings, MatchBasis basis, IEnumerable<string> names)
    {
        if (names.Any(name => name.StartsWith("MAL-", StringComparison.Ordinal))) return CvssRating.Critical;
        var own = Worst(ratings.Where(rating => rating.Source != Github));
        if (basis == MatchBasis.Distribution && own is not null) return own;
        var vectors = ratings.Select(rating => rating.Vector).OfType<CvssVector>().ToList();
        var recent = vectors.Where(vector => vector.Version != "2.0").ToList();
        if (vectors.Count > 0) return (recent.Count > 0 ? recent : vectors).Max(vector => vector.Rating);
        return Worst(ratings);
    }

    private static CvssRating? Worst(IEnumerable<SeverityRating> ratings) => ratings.Where(rating => rating.Vector is null).Select(rating => Word(rating.Text)).Max();

    /// <summary>Null for a word that rates nothing, `untriaged`. RustSec's words are of what is no vulnerability.</summary>
    private static CvssRating? Word(string text) => text.ToLowerInvariant() switch
    {
        "critical" => CvssRating.Critical,
        "high" or "important" => CvssRating.High,
        "medium" or "moderate" => CvssRating.Medium,
        "low" or "minor" => CvssRating.Low,
        "none" or "negligible" or "unimportant" or "unmaintained" or "unsound" or "notice" => CvssRating.None,
        _ => null,
    };

    private SeverityRating Of(Advisory advisory, Severity severity) => severity.Type.StartsWith("CVSS_", StringComparison.Ordinal)
        ? new SeverityRating(Source(advisory), severity.Score, Vector(severity.Score))
        : new SeverityRating(severity.Type, severity.Score, null);

    /// <summary>Null for one that breaks its grammar; its text is then shown as it is.</summary>
    private CvssVector? Vector(string text)
    {
        if (!parsed.TryGetValue(text, out var vector)) parsed[text] = vector = CvssVector.TryParse(text, out var read, out _) ? read : null;
        return vector;
    }

    /// <summary>OSV's records have the name of their database before the first dash.</summary>
    private static string Source(Advisory advisory) => advisory.Feed switch
    {
        Nvd.FeedId => "NVD",
        RedHatVex.FeedId => "Red Hat",
        DebianTracker.FeedId => "Debian",
        _ => advisory.Id.Split('-')[0],
    };
}
