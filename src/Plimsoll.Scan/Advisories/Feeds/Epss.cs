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
internal static class Epss
{
    public const string Id = "epss";

    /// <summary>Bytes of a line; real ones have some 30.</summary>
    internal const int MostLineBytes = 4096;

    /// <summary>Ten times the CVEs that exist.</summary>
    internal const int MostRows = 4_000_000;

    /// <param name="add">Takes each row.</param>
    /// <returns>What the file says of itself.</returns>
    public static EpssHead Read(Stream source, string where, Action<CveId, ExploitProbability> add, ProblemLog problems)
    {
        var head = new EpssHead(null, null);
        var rows = 0;
        var hasNames = false;
        var hasPercentile = false;
        foreach (var (number, line) in Lines(source, where, problems))
        {
            var text = line.AsSpan().TrimEnd('\r');
            if (text.StartsWith('#')) head = Head(line);
            else if (text is "cve,epss,percentile" or "cve,epss") (hasNames, hasPercentile) = (true, text.EndsWith("percentile", StringComparison.Ordinal));
            else if (!hasNames)
            {
                problems.Report(ProblemKind.Malformed, where, $"line {number:N0}: expected the columns `cve,epss,percentile`, but found `{Short(line)}`; nothing was read");
                return head;
            }
            else if (rows == MostRows)
            {
                problems.Report(ProblemKind.LimitReached, where, $"it has more than {MostRows:N0} rows; the others were not read");
                return head;
            }
            else if (TryRow(text, hasPercentile, out var cve, out var probability))
            {
                add(cve, probability);
                rows++;
            }
            else problems.Report(ProblemKind.Malformed, where, $"line {number:N0}: expected a CVE and its numbers from 0 to 1, but found `{Short(line)}`; the line was left out");
        }
        if (!hasNames) problems.Report(ProblemKind.Truncated, where, "expected the columns `cve,epss,percentile`, but there is nothing");
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
    private static IEnumerable<(int Number, string Line)> Lines(Stream source, string where, ProblemLog problems)
    {
        var buffer = new byte[64 << 10];
        var (filled, number) = (0, 0);
        while (true)
        {
            var read = Fill(source, buffer.AsSpan(filled), where, problems);
            if (read <= 0)
            {
                if (filled > 0) problems.Report(ProblemKind.Truncated, where, $"line {number + 1:N0} `{Short(Encoding.UTF8.GetString(buffer, 0, Math.Min(filled, MostLineBytes)))}` breaks off; it was not read");
                yield break;
            }
            filled += read;
            var start = 0;
            for (int length; (length = buffer.AsSpan(start, filled - start).IndexOf((byte)'\n')) >= 0; start += length + 1)
                yield return (++number, Encoding.UTF8.GetString(buffer, start, length));
            buffer.AsSpan(start, filled - start).CopyTo(buffer);
            filled -= start;
            if (filled <= MostLineBytes) continue;
            problems.Report(ProblemKind.LimitReached, where, $"line {number + 1:N0} has more than {MostLineBytes:N0} bytes; it and what follows were not read");
            yield break;
        }
    }

    private static int Fill(Stream source, Span<byte> buffer, string where, ProblemLog problems)
    {
        try
        {
            return source.Read(buffer);
        }
        catch (Exception failed) when (Compressions.IsCorruption(failed))
        {
            problems.Report(ProblemKind.Malformed, where, $"its compressed bytes are damaged: {failed.Message.TrimEnd('.')}; what follows was not read");
            return 0;
        }
    }

    private static string Short(string line) => line.Length <= 40 ? line : line[..40] + "…";
}

/// <param name="Model">Version of the model.</param>
/// <param name="Date">The day of the scores.</param>
internal readonly record struct EpssHead(string? Model, DateTimeOffset? Date);
