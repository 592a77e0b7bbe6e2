using System.Globalization;
using System.Text;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// EPSS scores of one day (https://www.first.org/epss/data_stats; gzip, some 360,000 lines): a line
/// `#model_version:v2025.03.14,score_date:2025-08-16T00:00:00+0000` (since 2022), a line of column names
/// `cve,epss,percentile` (without `percentile` in 2021), then a line for each CVE. No quotes.
/// </summary>
internal sealed class Epss : IFeed
{
    public const string FeedId = "epss";

    /// <summary>Where the scores of today are, under the name <see cref="FileName"/>; those of other days are `epss_scores-YYYY-MM-DD.csv.gz`.</summary>
    public const string Publisher = "https://epss.empiricalsecurity.com/";

    public const string FileName = "epss_scores-current.csv.gz";

    /// <summary>Bytes of a line; real ones have some 30.</summary>
    internal const int MostLineBytes = 4096;

    /// <summary>Ten times the CVEs that exist.</summary>
    internal const int MostRows = 4_000_000;

    public string Id => FeedId;
    public string Describes => "EPSS: how likely each CVE is exploited within 30 days";
    public string Extension => ".keyed";
    public TimeSpan StaleAfter => TimeSpan.FromDays(7);

    public string? PartOf(string path) => path.StartsWith($"{FeedId}/epss_scores-", StringComparison.Ordinal) && path.EndsWith(".csv.gz", StringComparison.Ordinal) && path.Count(letter => letter == '/') == 1 ? FeedId : null;

    public void Import(FeedImport import)
    {
        // The scores of one day replace those of another: `current` sorts behind all days.
        var newest = import with { Files = [import.Files[^1]] };
        var rows = new List<(CveId Cve, ExploitProbability Probability)>();
        var head = default(EpssHead);
        var header = KeyedImport.Read(FeedId, newest, (file, problems) => FeedContent.Read(file, content => head = Read(content, file.Path, (cve, probability) => rows.Add((cve, probability)), problems)), () => rows.Count);
        var unique = rows.OrderBy(row => row.Cve).DistinctBy(row => row.Cve).ToList();
        if (unique.Count < rows.Count) import.Problems.Report(ProblemKind.Malformed, newest.Files[0].Path, $"{rows.Count - unique.Count:N0} CVEs have more than one score; the first of each was taken");
        EpssTable.Write(import.Target, header with { Day = head.Date, Records = unique.Count }, unique);
    }

    public PartFacts Inspect(string path, bool thorough) => KeyedFile.Inspect(path, FeedId, thorough);

    /// <param name="add">Takes each row.</param>
    /// <returns>What the file says of itself.</returns>
    /// <exception cref="UnreadableException">It is no file of scores, or not all of it.</exception>
    public static EpssHead Read(Stream source, string where, Action<CveId, ExploitProbability> add, ProblemLog problems)
    {
        var head = new EpssHead(null, null);
        var rows = 0;
        var hasNames = false;
        var hasPercentile = false;
        foreach (var (number, line) in Lines(source))
        {
            var text = line.AsSpan().TrimEnd('\r');
            if (text.StartsWith('#')) head = Head(line);
            else if (text is "cve,epss,percentile" or "cve,epss") (hasNames, hasPercentile) = (true, text.EndsWith("percentile", StringComparison.Ordinal));
            else if (!hasNames) throw new UnreadableException(ProblemKind.Malformed, $"line {number:N0}: expected the columns `cve,epss,percentile`, but found `{Short(line)}`");
            else if (rows == MostRows) throw new UnreadableException(ProblemKind.LimitReached, $"it has more than {MostRows:N0} rows");
            else if (TryRow(text, hasPercentile, out var cve, out var probability))
            {
                add(cve, probability);
                rows++;
            }
            else problems.Report(ProblemKind.Malformed, where, $"line {number:N0}: expected a CVE and its numbers from 0 to 1, but found `{Short(line)}`; the line was left out");
        }
        if (!hasNames) throw new UnreadableException(ProblemKind.Truncated, "expected the columns `cve,epss,percentile`, but there is nothing");
        return head;
    }

    private static bool TryRow(ReadOnlySpan<char> line, bool hasPercentile, out CveId cve, out ExploitProbability probability)
    {
        probability = default;
        cve = default;
        Span<Range> fields = stackalloc Range[4];
        if (line.Split(fields, ',') != (hasPercentile ? 3 : 2) || !CveId.TryParse(line[fields[0]], out cve) || !TryShare(line[fields[1]], out var score)) return false;
        if (!hasPercentile)
        {
            probability = new ExploitProbability(score, null);
            return true;
        }
        if (!TryShare(line[fields[2]], out var percentile)) return false;
        probability = new ExploitProbability(score, percentile);
        return true;
    }

    private static bool TryShare(ReadOnlySpan<char> text, out double share) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out share) && share is >= 0 and <= 1;

    private static EpssHead Head(string line)
    {
        string? model = null;
        DateTimeOffset? date = null;
        foreach (var part in line.TrimEnd('\r')[1..].Split(','))
            if (part.StartsWith("model_version:", StringComparison.Ordinal)) model = part["model_version:".Length..];
            else if (part.StartsWith("score_date:", StringComparison.Ordinal) && DateTimeOffset.TryParse(part.AsSpan("score_date:".Length), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var day)) date = day;
        return new EpssHead(model, date); // A comment that says neither says nothing that is needed.
    }

    /// <summary>Lines with their numbers from 1. A last line without its end is one that broke off.</summary>
    private static IEnumerable<(int Number, string Line)> Lines(Stream source)
    {
        var buffer = new byte[64 << 10];
        var (filled, number) = (0, 0);
        while (true)
        {
            var read = source.Read(buffer, filled, buffer.Length - filled);
            if (read == 0)
            {
                if (filled > 0) throw new UnreadableException(ProblemKind.Truncated, $"line {number + 1:N0} `{Short(Encoding.UTF8.GetString(buffer, 0, Math.Min(filled, MostLineBytes)))}` breaks off");
                yield break;
            }
            filled += read;
            var start = 0;
            for (int length; (length = buffer.AsSpan(start, filled - start).IndexOf((byte)'\n')) >= 0; start += length + 1)
                yield return (++number, Encoding.UTF8.GetString(buffer, start, length));
            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            if (filled <= MostLineBytes) continue;
            throw new UnreadableException(ProblemKind.LimitReached, $"line {number + 1:N0} has more than {MostLineBytes:N0} bytes");
        }
    }

    private static string Short(string line) => line.Length <= 40 ? line : line[..40] + "…";
}

/// <param name="Model">Version of the model.</param>
/// <param name="Date">The day of the scores.</param>
internal readonly record struct EpssHead(string? Model, DateTimeOffset? Date);
