using System.Collections.Immutable;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports;
using Plimsoll.Scan.Reports.Json;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Differences;

/// <summary>The formats in which a difference is written.</summary>
public static class DifferenceReports
{
    private static readonly FindingChange[] changes = Enum.GetValues<FindingChange>();

    public static IReadOnlyList<string> Formats { get; } = ["text", "json", "markdown"];

    /// <param name="format">One of <see cref="Formats"/>.</param>
    public static void Write(Difference difference, string format, ReportContext context, Stream to)
    {
        if (format == "json") WriteJson(difference, context, to);
        else if (format == "markdown") WriteMarkdown(difference, context, to);
        else WriteText(difference, context, to);
    }

    private static void WriteText(Difference difference, ReportContext context, Stream to)
    {
        using var page = new TextPage(to, context);
        page.Row("From", difference.From, Ink.Strong);
        page.Row("To", difference.To, Ink.Strong);
        page.Row("Packages", Packages(difference));
        page.Row("Findings", Findings(difference));
        page.Blank();
        foreach (var change in changes)
        {
            var rows = Of(difference, change);
            if (rows.Count == 0) continue; // Counted as none above.
            page.Text(0, Title(change), change == FindingChange.Came ? Ink.Caution : Ink.Good);
            var grid = new Grid("!VULNERABILITY", "!SEVERITY", "PACKAGE", "VERSION", "OTHER");
            foreach (var row in rows) grid.Add(row.Vulnerability.Id, VulnerabilityFacts.Severity(row.Vulnerability), row.Vulnerability.PackageName, row.Vulnerability.Version, Versions(row.Version));
            grid.Write(page);
            page.Blank();
        }
        if (!difference.Packages.IsEmpty)
        {
            var grid = new Grid("PACKAGE", "TYPE", "FROM", "TO");
            foreach (var package in difference.Packages)
            {
                var (name, type) = Named(package.Name);
                grid.Add(name, type, Versions(package.From), Versions(package.To));
            }
            grid.Write(page);
            page.Blank();
        }
        page.Text(0, Verdict(difference), difference.IsComplete ? Ink.Plain : Ink.Caution);
    }

    private static void WriteMarkdown(Difference difference, ReportContext context, Stream to)
    {
        using var page = new MarkdownPage(to, context.Details);
        page.Line($"### Plimsoll: {Markdown.Code(difference.From)} → {Markdown.Code(difference.To)}");
        page.Line();
        page.Line($"**{Verdict(difference)}**");
        page.Line();
        page.Line("| | |");
        page.Line("|---|---|");
        page.Line($"| Packages | {Packages(difference)} |");
        page.Line($"| Findings | {Findings(difference)} |");
        page.Line();
        foreach (var change in changes)
            page.Fold($"{Title(change)} ({Facts.Number(Of(difference, change).Count)})", ["Vulnerability", "Severity", "Package", "Version", "In the other"], [.. Of(difference, change).Select(row => $"| {Markdown.Code(row.Vulnerability.Id)} | {Markdown.Code(VulnerabilityFacts.Severity(row.Vulnerability))} | {Markdown.Code(row.Vulnerability.PackageName)} | {Markdown.Code(row.Vulnerability.Version)} | {Markdown.Code(Versions(row.Version))} |")]);
        page.Fold($"Packages ({Facts.Number(difference.Packages.Length)})", ["Package", "From", "To"], [.. difference.Packages.Select(package => $"| {Markdown.Code(package.Name)} | {Markdown.Code(Versions(package.From))} | {Markdown.Code(Versions(package.To))} |")]);
    }

    private static void WriteJson(Difference difference, ReportContext context, Stream to)
    {
        using var page = new JsonPage(to);
        page.Begin();
        page.Text("schema"u8, "plimsoll/diff/1"u8);
        page.Text("time"u8, context.Timestamp);
        page.Text("from"u8, difference.From);
        page.Text("to"u8, difference.To);
        page.Flag("isComplete"u8, difference.IsComplete);
        page.Flag("isEmpty"u8, difference.IsEmpty);
        page.BeginList("packages"u8);
        foreach (var package in difference.Packages)
        {
            page.Begin();
            page.Text("package"u8, package.Name);
            page.List("from"u8, package.From);
            page.List("to"u8, package.To);
            page.End();
        }
        page.EndList();
        if (difference.Findings is { } findings)
        {
            page.BeginList("findings"u8);
            foreach (var finding in findings)
            {
                page.Begin();
                page.Text("change"u8, char.ToLowerInvariant(finding.Change.ToString()[0]) + finding.Change.ToString()[1..]);
                page.List("otherVersions"u8, finding.Version);
                page.Begin("vulnerability"u8);
                JsonVulnerabilities.WriteFields(finding.Vulnerability, page);
                page.End();
                page.End();
            }
            page.EndList();
        }
        else page.Null("findings"u8);
        page.End();
    }

    private static List<FindingDifference> Of(Difference difference, FindingChange change) => [.. (difference.Findings ?? []).Where(finding => finding.Change == change)];

    private static string Packages(Difference difference)
    {
        var came = difference.Packages.Count(package => package.From.IsEmpty);
        var went = difference.Packages.Count(package => package.To.IsEmpty);
        return difference.Packages.IsEmpty ? "the same" : $"{Facts.Number(came)} came, {Facts.Number(went)} went, {Facts.Number(difference.Packages.Length - came - went)} changed";
    }

    private static string Findings(Difference difference) => difference.Findings is not { } findings ? "not known: nobody looked for vulnerabilities in both"
        : findings.IsEmpty ? "the same"
        : $"{Facts.Number(Of(difference, FindingChange.Came).Count)} came, {Facts.Number(Of(difference, FindingChange.Fixed).Count)} fixed, {Facts.Number(Of(difference, FindingChange.Went).Count)} went with their packages, {Facts.Number(Of(difference, FindingChange.JudgedAnew).Count)} judged anew";

    private static string Title(FindingChange change) => change switch
    {
        FindingChange.Came => "Came",
        FindingChange.Fixed => "Fixed by another version",
        FindingChange.Went => "Went with the package",
        _ => "Gone though the package is the same",
    };

    /// <summary>A package URL as a person reads it; a table has no room for more.</summary>
    private static (string Name, string Type) Named(string purl) => PackageUrlParser.TryParse(purl, out var parsed)
        ? (parsed.Type is "deb" or "rpm" or "apk" || parsed.Namespace is null ? parsed.Name : $"{parsed.Namespace}{(parsed.Type == "maven" ? ':' : '/')}{parsed.Name}", parsed.Type)
        : (purl, "");

    private static string Versions(ImmutableArray<string> versions) => string.Join(", ", versions);

    private static string Verdict(Difference difference) => (difference.IsEmpty ? "No difference." : "They differ.") + (difference.IsComplete ? "" : " Not all of both was read; what was not is in neither.");
}
