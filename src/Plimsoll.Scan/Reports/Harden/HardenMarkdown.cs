using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Harden;

/// <summary>A comment for a pull request.</summary>
internal sealed class HardenMarkdown : IReport
{
    public string Id => "markdown";
    public string Summary => "a comment for a pull request";

    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        using var page = new MarkdownPage(to, context.Details);
        page.Line($"### Plimsoll harden: {Markdown.Code(result.Image.Reference)}");
        page.Line();
        page.Line($"**{(result.Hardening is { } judged ? HardeningFacts.Counts(judged) : "not judged")}**");
        page.Line();
        if (result.Hardening is { } hardening)
        {
            if (hardening.Deployment is { } deployment) page.Rows([$"{Markdown.Code(deployment)}: {Markdown.Code(HardeningFacts.Exposed(hardening.Exposure!))}"]);
            page.Fold("Not followed", ["Rule", "Severity", "Found", "Where", "Write", "Source"], [.. hardening.Findings.Where(finding => finding.Answer == HardeningAnswer.DoesNotFollow).Select(Row)]);
            page.Fold("Cannot be known", ["Rule", "Needs"], [.. hardening.Findings.Where(finding => finding.Answer == HardeningAnswer.CannotKnow).Select(finding => $"| {Markdown.Code(finding.Rule.Id)} | {Markdown.Code(finding.Needs)} |")]);
            page.Fold($"Followed ({Facts.Number(hardening.Followed.Length)})", ["Rule"], [.. hardening.Followed.Select(id => $"| {Markdown.Code(id)} |")]);
            if (hardening.Remedies is { Left.IsEmpty: false } remedies) page.Fold("Left to you", ["Rule", "Reason"], [.. remedies.Left.Select(left => $"| {Markdown.Code(left.Finding.Rule.Id)} | {Markdown.Code(left.Reason)} |").Distinct(StringComparer.Ordinal)]);
            page.Rows(hardening.Notes.Select(note => $"- {Markdown.Code(note)}"));
        }
        page.Rows(result.Problems.Select(problem => $"- not read: {Markdown.Code(problem.Where)}: {Markdown.Code(problem.Message)}"));
    }

    private static string Row(HardeningFinding finding) =>
        $"| {Markdown.Code(finding.Rule.Id)} | {HardeningFacts.Severity(finding)} | {Markdown.Code(HardeningFacts.Found(finding))} | {Markdown.Code(HardeningFacts.Write(finding))} | {Markdown.Code(SafeText.OneLine(finding.Remedy))} | {Markdown.Code(finding.Rule.Source.Url)} |";
}
