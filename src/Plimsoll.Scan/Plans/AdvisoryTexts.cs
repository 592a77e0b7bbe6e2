using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Plans;

/// <summary>What the advisories on this machine say of a vulnerability in full: which versions, the long text, pages to read.</summary>
internal static class AdvisoryTexts
{
    /// <summary>Advisories shown: a CVE of a kernel or of OpenSSL is in those of every distribution.</summary>
    private const int MostAdvisories = 12;

    /// <summary>Lines of one advisory's text: the longest of GitHub's have some 200.</summary>
    private const int MostLines = 400;

    /// <summary>Pages of one advisory, and versions of one package: some list every commit of a repair and every release.</summary>
    private const int MostPages = 20;

    public static void Write(IReadOnlyList<Vulnerability> findings, AdvisoryDatabase database, TextPage page)
    {
        var names = findings.SelectMany(one => one.Aliases.Prepend(one.Id)).Distinct(StringComparer.Ordinal).ToList();
        var own = findings.SelectMany(one => one.Advisories).ToHashSet();
        List<Advisory> all;
        try
        {
            all = [.. names.SelectMany(name => database.FindById(name)).DistinctBy(advisory => (advisory.Feed, advisory.Id))
                .OrderBy(advisory => own.Contains(new AdvisorySource(advisory.Feed, advisory.Id)) ? 0 : 1).ThenBy(advisory => advisory.Feed, StringComparer.Ordinal).ThenBy(advisory => advisory.Id, StringComparer.Ordinal)];
        }
        catch (PlimsollException corrupt)
        {
            page.Row("Advisories", $"Their texts cannot be shown: {corrupt.Message} {corrupt.Remedy}", Ink.Caution, mostLines: int.MaxValue);
            page.Blank();
            return;
        }
        var missing = own.Where(source => all.TrueForAll(advisory => advisory.Feed != source.Feed || advisory.Id != source.Id)).Order().ToList();
        if (missing.Count > 0)
        {
            page.Row("Advisories", $"The texts of {string.Join(", ", missing.Select(source => $"{source.Feed} {source.Id}"))} are not on this machine: `plimsoll db update` fetches what its ecosystems need.", Ink.Quiet, mostLines: int.MaxValue);
            page.Blank();
        }
        var packages = findings.SelectMany(one => new[] { one.PackageName, one.KnownAs }).OfType<string>().ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var advisory in all.Take(MostAdvisories)) Write(advisory, packages, page);
        if (all.Count <= MostAdvisories) return;
        page.Row("Advisories", $"{Facts.Number(all.Count - MostAdvisories)} more on this machine have one of its names: {string.Join(", ", all.Skip(MostAdvisories).Select(advisory => advisory.Id))}", Ink.Quiet, mostLines: 4);
        page.Blank();
    }

    /// <summary>CISA's entry with its demand and notes, which a saved report has not.</summary>
    public static KnownExploited? Whole(KnownExploited? entry, AdvisoryDatabase database)
    {
        if (entry is null or { RequiredAction: not null }) return entry;
        try
        {
            return database.FindExploited(entry.Cve) ?? entry;
        }
        catch (PlimsollException)
        {
            return entry; // Its demand is missing then; what decides is in the result.
        }
    }

    /// <summary>`2021-05-06, changed 2023-11-08`.</summary>
    public static string Dates(DateTimeOffset? published, DateTimeOffset? modified) =>
        $"{(published is { } first ? Day(first) : "nobody says when")}{(modified is { } last ? $", changed {Day(last)}" : "")}";

    private static void Write(Advisory advisory, HashSet<string> packages, TextPage page)
    {
        page.Row("Advisory", $"{advisory.Id} ({advisory.Feed}){(advisory.Withdrawn is { } withdrawn ? $", withdrawn on {Day(withdrawn)}" : "")}", Ink.Strong);
        if (advisory.Summary is { Length: > 0 } summary) page.Row("", SafeText.OneLine(summary), mostLines: int.MaxValue);
        if ((advisory.Published ?? advisory.Modified) is not null) page.Row("  published", Dates(advisory.Published > DateTimeOffset.UnixEpoch ? advisory.Published : null, advisory.Modified));
        if (!advisory.Weaknesses.IsEmpty) page.Row("  weakness", string.Join(", ", advisory.Weaknesses.Select(Cwe.Name)), mostLines: int.MaxValue);
        var affected = advisory.Affected.Where(one => packages.Contains(one.Name)).Select(one => $"{one.Ecosystem} {one.Name}: {Versions(one)}").Distinct(StringComparer.Ordinal).ToList();
        for (var i = 0; i < affected.Count; i++) page.Row(i == 0 ? "  versions" : "", affected[i], mostLines: int.MaxValue);
        if (advisory.Details is { } details && details.Trim() != advisory.Summary?.Trim()) WriteText(details, page);
        for (var i = 0; i < Math.Min(advisory.References.Length, MostPages); i++) page.Row(i == 0 ? "  read" : "", advisory.References[i], mostLines: int.MaxValue);
        if (advisory.References.Length > MostPages) page.Row("", $"and {Facts.Count(advisory.References.Length - MostPages, "more page")}", Ink.Quiet);
        page.Blank();
    }

    private static void WriteText(string details, TextPage page)
    {
        var lines = details.Trim().Split('\n');
        for (var i = 0; i < Math.Min(lines.Length, MostLines); i++) page.Row(i == 0 ? "  text" : "", lines[i].TrimEnd('\r', ' ').Replace("\t", "    ", StringComparison.Ordinal), Ink.Quiet, mostLines: int.MaxValue);
        if (lines.Length > MostLines) page.Row("", $"and {Facts.Count(lines.Length - MostLines, "more line")}", Ink.Quiet);
    }

    /// <summary>`4.0.0 up to, not with, 4.17.21`, one for each branch.</summary>
    private static string Versions(AffectedPackage one)
    {
        if (one.Status == AffectedStatus.NotAffected) return "not affected";
        var branches = one.Ranges.Where(range => range.Kind != RangeKind.Git).SelectMany(Branches).Concat(one.Versions).ToList();
        var more = branches.Count > MostPages ? $" and {Facts.Number(branches.Count - MostPages)} more" : "";
        return branches.Count == 0 ? "not said" : string.Join("; ", branches.Take(MostPages)) + more;
    }

    private static IEnumerable<string> Branches(AffectedRange range)
    {
        string? from = null;
        foreach (var (kind, version) in range.Events)
            switch (kind)
            {
                case RangeEventKind.Introduced:
                    if (from is not null) yield return From(from);
                    from = version;
                    break;
                case RangeEventKind.Fixed:
                    yield return $"{Until(from)}before {version}, which has the fix";
                    from = null;
                    break;
                case RangeEventKind.LastAffected:
                    yield return $"{Until(from)}up to {version}";
                    from = null;
                    break;
                default:
                    yield return $"{Until(from)}before {version}";
                    from = null;
                    break;
            }
        if (from is not null) yield return From(from);
    }

    private static string From(string version) => version == "0" ? "all, no fix" : $"from {version}, no fix";

    private static string Until(string? from) => from is null or "0" ? "" : $"from {from} ";

    private static string Day(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
