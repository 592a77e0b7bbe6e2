using System.Globalization;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Reports;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Plans;

/// <summary>All that is known of one vulnerability in a result, and why its findings stand where they do.</summary>
public static class Explanation
{
    /// <param name="name">Any of its names, in any case.</param>
    /// <param name="database">Has the texts of advisories, which a result has not.</param>
    /// <returns>False when no finding has the name; that is then what was written.</returns>
    public static bool Write(ScanResult result, string name, ReportContext context, AdvisoryDatabase database, Stream to)
    {
        using var page = new TextPage(to, context);
        var found = (result.Vulnerabilities ?? []).Where(Has).ToList();
        var suppressed = result.Suppressed.Where(one => Has(one.Finding)).ToList();
        if (found.Count + suppressed.Count == 0)
        {
            page.Text(0, result.Vulnerabilities is null ? $"Nobody looked for vulnerabilities in {result.Image.Reference}: scan without `--no-vulnerabilities`." : $"{name} is no finding in {result.Image.Reference}.", Ink.Strong);
            if (!result.Problems.IsEmpty) page.Text(0, $"Not everything was read ({Facts.Count(result.Problems.Length, "problem")}), so it may be there all the same.", Ink.Caution);
            return false;
        }
        List<Vulnerability> all = [.. found, .. suppressed.Select(one => one.Finding)];
        WriteVulnerability(all[0], database, page);
        foreach (var one in found) WriteFinding(one, result, page);
        foreach (var one in suppressed)
        {
            WritePackage(one.Finding, page);
            foreach (var by in one.By) page.Row("  suppressed", PlanFacts.Describe(by), Ink.Caution, mostLines: int.MaxValue);
            page.Blank();
        }
        AdvisoryTexts.Write(all, database, page);
        return true;

        bool Has(Vulnerability one) => one.Aliases.Append(one.Id).Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    private static void WriteVulnerability(Vulnerability one, AdvisoryDatabase database, TextPage page)
    {
        one = one with { Exploited = AdvisoryTexts.Whole(one.Exploited, database) };
        page.Row(one.Id.Length < TextPage.LabelWidth ? one.Id : "Name", one.Id.Length < TextPage.LabelWidth ? one.Summary ?? "" : one.Id, Ink.Strong);
        if (one.Id.Length >= TextPage.LabelWidth && one.Summary is { } summary) page.Row("", summary, mostLines: int.MaxValue);
        if (!one.Aliases.IsEmpty) page.Row("  also", string.Join(", ", one.Aliases), mostLines: int.MaxValue);
        page.Row("  severity", VulnerabilityFacts.Severity(one));
        foreach (var severity in one.Severities) page.Row("", $"{severity.Source}: {severity.Text}{(severity.Vector is { } vector ? $" = {vector.Score.ToString("0.0", CultureInfo.InvariantCulture)}" : "")}", Ink.Quiet);
        foreach (var number in one.Weaknesses) page.Row(number == one.Weaknesses[0] ? "  weakness" : "", $"{Cwe.Name(number)}: {Cwe.Page(number)}", mostLines: int.MaxValue);
        page.Row("  exploited", one.Exploited is { } entry ? $"yes, listed by CISA since {Day(entry.Added)}, due {Day(entry.Due)}{(entry.UsedByRansomware ? ", used by ransomware" : "")}" : "not that CISA knows", one.Exploited is null ? Ink.Plain : Ink.Caution);
        if (one.Exploited is { RequiredAction: { } required }) page.Row("", required, Ink.Quiet, mostLines: int.MaxValue);
        if (one.Exploited is { Notes: { } notes }) page.Row("", notes, Ink.Quiet, mostLines: int.MaxValue);
        page.Row("  EPSS", one.Probability is { } probability ? $"{probability.Score.ToString("P1", CultureInfo.InvariantCulture)} within 30 days{(probability.Percentile is { } percentile ? $", as likely as {(Math.Floor(percentile * 1000) / 10).ToString("0.0", CultureInfo.InvariantCulture)} % of all or more" : "")}" : "not rated");
        page.Row("  advisories", string.Join(", ", one.Advisories.Select(advisory => $"{advisory.Feed} {advisory.Id}")), mostLines: int.MaxValue);
        if ((one.Published ?? one.Modified) is not null) page.Row("  published", AdvisoryTexts.Dates(one.Published, one.Modified));
        page.Blank();
    }

    private static void WritePackage(Vulnerability one, TextPage page)
    {
        page.Row("Package", $"{one.PackageName} {VulnerabilityFacts.Installed(one)}{(one.KnownAs is { } known ? $", known to advisories as {known}" : "")}", Ink.Strong);
        page.Row("  purl", one.PackageKey, mostLines: int.MaxValue);
        page.Row("  fix", VulnerabilityFacts.Fix(one));
        if (one.Vex is { } remark) page.Row("  VEX", PlanFacts.Describe(remark), Ink.Caution, mostLines: int.MaxValue);
    }

    private static void WriteFinding(Vulnerability one, ScanResult result, TextPage page)
    {
        WritePackage(one, page);
        if (result.Packages.FirstOrDefault(package => package.Key == one.PackageKey && package.RemovedIn is null) is { } package && package.Locations.Any(location => location.Path.Length > 0))
            page.Row("  where", string.Join(", ", package.Locations.Select(location => location.ToString())), mostLines: int.MaxValue);
        if (result.Plan?.Actions.FirstOrDefault(action => action.Fixes.Contains(one.Key)) is { } action)
        {
            page.Row("  do", $"action {action.Rank}: {action.Title}", Ink.Strong, mostLines: int.MaxValue);
            foreach (var change in action.Changes.Where(change => change.PackageKey == one.PackageKey)) page.Row("", PlanFacts.Describe(change), Ink.Quiet, mostLines: int.MaxValue);
            if (action.Command is { } command) page.Row("", $"$ {command}", mostLines: int.MaxValue);
        }
        else page.Row("  do", "nothing to be done yet (no fix)");
        if (one.Priority is { } priority) WritePriority(priority, result, page);
        else page.Row("  place", "not in this report, which an earlier version wrote: scan again", Ink.Caution);
        page.Blank();
    }

    private static void WritePriority(Priority priority, ScanResult result, TextPage page)
    {
        var all = result.Vulnerabilities!.Value;
        page.Row("  place", $"{Facts.Number(priority.Rank)} of {Facts.Number(all.Length)}, by these questions in this order:");
        foreach (var answer in priority.Answers) page.Row("", $"{Question(answer.Question)} {answer.Answer}", Ink.Quiet);
        var (before, after) = (all.FirstOrDefault(other => other.Priority?.Rank == priority.Rank - 1), all.FirstOrDefault(other => other.Priority?.Rank == priority.Rank + 1));
        if (before?.Priority is { } above) page.Row("  after", $"{before.Id} in {before.PackageName}: {Decided(above, priority)}");
        if (after?.Priority is { } below) page.Row("  before", $"{after.Id} in {after.PackageName}: {Decided(priority, below)}");
    }

    private static string Decided(Priority first, Priority second)
    {
        if (first.DecidedBy(second) is not { } question) return "they answer all alike, so the names decide";
        return $"{Question(question)} {Answer(first)}, against {Answer(second)}";

        string Answer(Priority priority) => priority.Answers.First(answer => answer.Question == question).Answer;
    }

    private static string Question(PriorityQuestion question) => question switch
    {
        PriorityQuestion.Exploited => "Exploited?",
        PriorityQuestion.Likely => "Likely to be?",
        PriorityQuestion.Severity => "Severity?",
        PriorityQuestion.Fix => "A fix?",
        PriorityQuestion.Reach => "Reached from the start?",
        PriorityQuestion.Layer => "In which layers?",
        PriorityQuestion.Probability => "Exact EPSS?",
        _ => "Highest CVSS score?",
    };

    private static string Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) ?? "an unknown day";
}
