using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Harden;

/// <summary>Each recommendation that is not followed, with the line to write; with details also why, by whom, and what is followed.</summary>
internal sealed class HardenTable : IReport
{
    public string Id => "table";
    public string Summary => "a page to read at a terminal (the default)";

    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        using var page = new TextPage(to, context);
        page.Row("Image", result.Image.Reference, Ink.Strong);
        foreach (var application in result.Applications) page.Row("Application", Facts.Title(application), Ink.Strong);
        if (result.ApplicationNote is { } note && result.Applications.IsEmpty) page.Row("Application", $"none: {note}", Ink.Caution, mostLines: 5);
        if (result.Hardening is { } hardening)
        {
            Write(hardening, context.Details, page);
            if (hardening.Remedies is { } remedies) Write(remedies, context, page);
        }
        else page.Row("Hardened", "not judged", Ink.Caution);
        foreach (var problem in result.Problems)
            page.Text(0, $"not read: {problem.Where}: {problem.Message}", Ink.Caution, mostLines: 4);
    }

    private static void Write(HardeningResult hardening, bool details, TextPage page)
    {
        page.Row("Hardened", HardeningFacts.Counts(hardening), hardening.Findings.IsEmpty ? Ink.Good : Ink.Strong);
        if (hardening.Deployment is { } deployment) page.Row("Deployed", deployment, mostLines: 2);
        if (hardening.Exposure is { } exposure) page.Row("Exposed", HardeningFacts.Exposed(exposure), mostLines: 4);
        foreach (var sentence in hardening.Notes) page.Row("", sentence, mostLines: 3);
        foreach (var rule in hardening.Findings.GroupBy(finding => (finding.Answer, finding.Rule.Id)))
        {
            page.Blank();
            var first = rule.First();
            page.Text(0, $"{HardeningFacts.Severity(first)}  {first.Rule.Id}: {first.Rule.Title}", first.Answer == HardeningAnswer.CannotKnow ? Ink.Quiet : first.Rank >= HardeningSeverity.High ? Ink.Caution : Ink.Strong);
            foreach (var alike in rule.GroupBy(finding => (HardeningFacts.Write(finding), finding.Remedy))) Write([.. alike], page);
            if (details) page.Text(2, first.Rule.Why, mostLines: 8);
            page.Whole(2, first.Rule.Source.Url, Ink.Quiet);
        }
        if (!details || hardening.Followed.IsEmpty) return;
        page.Blank();
        page.Text(0, "Followed", Ink.Strong);
        page.Text(2, string.Join(", ", hardening.Followed), mostLines: int.MaxValue);
    }

    /// <param name="alike">Have the same remedy, which is said once.</param>
    private static void Write(IReadOnlyList<HardeningFinding> alike, TextPage page)
    {
        foreach (var finding in alike)
        {
            page.Text(2, HardeningFacts.Found(finding), mostLines: 2);
            if (finding.Detail.Length > 0) page.Text(4, finding.Detail, Ink.Quiet, mostLines: 3);
        }
        if (HardeningFacts.Write(alike[0]) is not { Length: > 0 } where) return;
        page.Text(4, $"{where}:", Ink.Quiet);
        foreach (var line in alike[0].Remedy.Split('\n')) page.Whole(6, line.TrimEnd(), Ink.Good);
    }

    private static void Write(Remedies remedies, ReportContext context, TextPage page)
    {
        page.Blank();
        page.Text(0, $"Written to {context.Written}: {HardeningFacts.Remedied(remedies)}", Ink.Strong, mostLines: 3);
        foreach (var file in remedies.Files) page.Text(2, file.Path, Ink.Good);
        foreach (var line in remedies.Instructions) page.Whole(2, $"Dockerfile: {line}", Ink.Good);
        if (!remedies.Left.IsEmpty) page.Text(0, "Left to you", Ink.Strong);
        foreach (var rule in remedies.Left.GroupBy(left => (left.Finding.Rule.Id, left.Reason))) page.Text(2, $"{rule.Key.Id}: {rule.Key.Reason}", mostLines: 3);
    }
}
