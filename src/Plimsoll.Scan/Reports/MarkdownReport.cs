using System.Globalization;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports;

/// <summary>A comment for a pull request: the summary as a table, everything else folded below it.</summary>
internal sealed class MarkdownReport : IReport
{
    public string Id => "markdown";
    public string Summary => "a comment for a pull request, details folded";

    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        using var page = new MarkdownPage(to, context.Details);
        var facts = new Facts(result);
        page.Line($"### Plimsoll: {Markdown.Code(result.Image.Reference)}");
        page.Line();
        page.Line($"**{facts.Verdict}**");
        page.Line();
        page.Line("| | |");
        page.Line("|---|---|");
        page.Rows(Overview(result, facts));
        page.Line();
        WritePlan(result, page);
        page.Fold($"Not read ({Facts.Number(result.Problems.Length)})", ["Where", "Kind", "Part", "What"], [.. result.Problems.Select(Row)]);
        if (result.Vulnerabilities is { } found)
            page.Fold($"Vulnerabilities ({Facts.Number(found.Length)}), in the order of their priorities", ["Vulnerability", "Severity", "Package", "Installed", "Fixed in"], [.. found.Select(Row)]);
        page.Fold($"Suppressed ({Facts.Number(result.Suppressed.Length)})", ["Vulnerability", "Package", "Installed", "By"], [.. result.Suppressed.SelectMany(suppressed => suppressed.By.Select(by => $"| {Markdown.Code(suppressed.Finding.Id)} | {Markdown.Code(suppressed.Finding.PackageName)} | {Markdown.Code(suppressed.Finding.Version)} | {Markdown.Code(PlanFacts.Describe(by))} |"))]);
        if (result.Hardening is { } hardening)
            page.Fold($"Hardening ({Facts.Number(hardening.Findings.Length)})", ["Rule", "Severity", "Found", "Write"], [.. hardening.Findings.Select(Row)]);
        page.Fold("How the application was found", ["Application", "Step"],
            [.. result.Applications.SelectMany(application => application.Evidence.Select(step => $"| {Markdown.Code(application.Name)} | {Markdown.Code(step)} |"))]);
        page.Fold("Support of each product", ["Product"], [.. result.Support is { } support ? new SupportFacts(support).All.Select(sentence => $"| {Markdown.Code(sentence)} |") : []]);
        page.Fold($"Layers ({Facts.Number(result.Image.Layers.Length)}), the lowest first", ["Layer", "Origin", "Digest", "Size", "Command"], [.. result.Image.Layers.Select(Row)]);
        page.Fold("Behind the newest version", ["Name", "Installed", "Newest", "Of this major", "Allowed", "From"], [.. result.Freshness is { } freshness ? new FreshnessFacts(freshness).Behind.Select(Row) : []]);
        WritePackages("Packages", [.. facts.Installed], page);
        WritePackages("Removed packages", [.. facts.Removed], page);
        page.Rows(result.Notes.Select(note => $"- {Markdown.Code(note)}"));
    }

    private static IEnumerable<string> Overview(ScanResult result, Facts facts)
    {
        List<(string Label, string? Text)> rows =
        [
            ("Names", facts.Names),
            ("Platform", result.Image.Platform?.ToString()),
            ("Digest", (result.Image.ManifestDigest ?? result.Image.ConfigDigest)?.ToString()),
            ("Layers", facts.Layers),
            ("Base image", facts.Base),
            ("System", facts.System ?? "unknown"),
        ];
        foreach (var application in result.Applications)
            rows.AddRange(
            [
                ("**Application**", Facts.Title(application)),
                ("command", Facts.Command(application)),
                ("runtime", application.Runtime),
                ("user", facts.User(application)),
                ("ports", string.Join(", ", application.Ports)),
                ("configuration", string.Join(", ", application.ConfigFiles.Select(file => file.Path))),
            ]);
        if (result.Support is { } support)
            foreach (var (sentence, isPastEnd) in new SupportFacts(support).Summary) rows.Add((isPastEnd ? "**past its end**" : "support", sentence));
        rows.AddRange(
        [
            (result.Applications.IsEmpty ? "**Application**, none" : "note", facts.ApplicationNote),
            ("**Packages**", facts.Packages),
            ("inside", facts.Inside),
            ("origin", facts.Origin),
            ("removed", facts.RemovedCount),
            ("Files", facts.Files),
            ("**Vulnerabilities**", VulnerabilityFacts.Counts(result)),
            ("advisories", VulnerabilityFacts.Data(result)),
            ("VEX", PlanFacts.Stated(result)),
            ("suppressed", PlanFacts.Suppressed(result)),
        ]);
        if (result.Hardening is { } hardening) rows.Add(("**Hardened**", HardeningFacts.Counts(hardening)));
        if (result.Freshness is { } freshness)
            foreach (var (sentence, standsOut) in new FreshnessFacts(freshness).Summary) rows.Add((standsOut ? "**freshness**" : "freshness", sentence));
        foreach (var practice in result.Practices) rows.Add(($"**{PlanFacts.Title(practice.Practice)}**", PlanFacts.Describe(practice)));
        if (result.Policy is { } policy)
        {
            rows.Add(("**Policy**", PlanFacts.Describe(policy)));
            foreach (var verdict in policy.Verdicts.Where(verdict => verdict.IsViolated)) rows.Add(("violated", PlanFacts.Describe(verdict)));
        }
        return rows.Where(row => !string.IsNullOrEmpty(row.Text)).Select(row => $"| {row.Label} | {Markdown.Code(row.Text)} |");
    }

    /// <summary>The best actions in sight, all with their commands folded.</summary>
    private static void WritePlan(ScanResult result, MarkdownPage page)
    {
        if (result.Plan is not { } plan || (plan.Actions.IsEmpty && plan.Unfixed.IsEmpty)) return;
        page.Line("| Do first | | Fixes |");
        page.Line("|---|---|---|");
        page.Rows(plan.Actions.Take(PlanFacts.ActionsShown).Select(action => $"| {Index(action.Rank)} | {Markdown.Code(action.Title)} | {Markdown.Code(action.Why)} |"));
        if (PlanFacts.Unfixed(plan) is { } unfixed) page.Line($"| | {unfixed} | |");
        page.Line();
        page.Fold($"How to do it ({Facts.Count(plan.Actions.Length, "action")})", ["Action", "Command", "Packages"],
            [.. plan.Actions.Select(action => $"| {Markdown.Code(action.Title)} | {Markdown.Code(action.Command ?? action.DockerfileLine)} | {string.Join("<br>", action.Changes.Select(change => Markdown.Code(PlanFacts.Describe(change))))} |")]);
    }

    private static string Row(NewestVersion package) =>
        $"| {Markdown.Code(package.Name)} | {Markdown.Code(package.Installed)} | {Markdown.Code(package.Newest)} | {Markdown.Code(package.NewestOfMajor)} | {Markdown.Code(package.NewestAllowed)} | {Markdown.Code(package.From)}{(package.IsSecurityUpdate ? ", security" : "")} |";

    private static string Row(Problem problem) =>
        $"| {Markdown.Code(problem.Where)} | {Facts.Kind(problem.Kind)} | {Markdown.Code(problem.Unit)} | {Markdown.Code(problem.Message)} |";

    private static string Row(Vulnerability one) =>
        $"| {Markdown.Code(one.Id)} | {Markdown.Code(VulnerabilityFacts.Severity(one))} | {Markdown.Code(one.PackageName)} | {Markdown.Code(VulnerabilityFacts.Installed(one))} | {Markdown.Code(VulnerabilityFacts.Fix(one))}{(one.Vex is { } remark ? $"<br>{Markdown.Code(PlanFacts.Describe(remark))}" : "")} |";

    private static string Row(HardeningFinding finding) =>
        $"| {Markdown.Code(finding.Rule.Id)} | {HardeningFacts.Severity(finding)} | {Markdown.Code(HardeningFacts.Found(finding))} | {Markdown.Code(SafeText.OneLine(finding.Remedy))} |";

    private static string Row(Layer layer) =>
        $"| {Index(layer.Index)} | {Facts.Origins(layer.Origin)} | {Markdown.Code((layer.Digest ?? layer.DiffId)?.Short)} | {Facts.Size(layer.Size)} | {Markdown.Code(SafeText.OneLine(layer.CreatedBy))} |";

    private static void WritePackages(string title, List<Package> packages, MarkdownPage page) =>
        page.Fold($"{title} ({Facts.Number(packages.Count)})", ["Name", "Version", "Type", "Layer", "Location"], [.. packages.SelectMany(Rows)]);

    private static IEnumerable<string> Rows(Package package)
    {
        var layers = string.Join(", ", package.Locations.Select(location => location.Layer).Distinct().Where(layer => layer is not null).Select(Index));
        if (package.RemovedIn is { } removed) layers += $" gone in {Index(removed)}";
        var places = string.Join("<br>", package.Locations.Select(location => Markdown.Code(location.ToString())));
        yield return $"| {Markdown.Code(package.Name)} | {Markdown.Code(package.Version)}{(package.IsGuess ? " (a guess)" : "")} | {Markdown.Code(package.Purl.Type)} | {layers.TrimStart()} | {places} |";
        foreach (var part in package.Contains)
            yield return $"| {Markdown.Code(TableDetails.FullName(part))} | {Markdown.Code(part.Version)} | {Markdown.Code(part.Type)} | | part of {Markdown.Code(package.Name)} |";
    }

    private static string Index(int? index) => index?.ToString(CultureInfo.InvariantCulture) ?? "";
}
