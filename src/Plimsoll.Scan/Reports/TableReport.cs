using Plimsoll.Core.Applications;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports;

/// <summary>What a person reads at a terminal in ten seconds; with details, all that there is.</summary>
internal sealed class TableReport : IReport
{
    public string Id => "table";
    public string Summary => "a page to read at a terminal (the default)";

    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        using var page = new TextPage(to, context);
        var facts = new Facts(result);
        WriteImage(result, facts, page);
        WriteApplications(result, facts, page);
        WriteSupport(result.Support, page);
        WritePackages(facts, page);
        TableVulnerabilities.Write(result, context.Details, page);
        TableHardening.Write(result.Hardening, context.Details, page);
        WriteFreshness(result.Freshness, page);
        TablePlan.Write(result, context, page);
        if (context.Details) TableDetails.Write(result, facts, page);
        WriteProblems(result, facts, context.Details, page);
        WriteNotes(result, page);
        page.Text(0, facts.Verdict, facts.IsComplete ? Ink.Good : Ink.Caution);
    }

    private static void WriteImage(ScanResult result, Facts facts, TextPage page)
    {
        var image = result.Image;
        page.Row("Image", image.Reference, Ink.Strong);
        Optional(page, "  names", facts.Names);
        Optional(page, "  platform", image.Platform?.ToString());
        Optional(page, "  digest", facts.Id);
        Optional(page, "  layers", facts.Layers);
        Optional(page, "  base", facts.Base);
        page.Blank();
        page.Row("System", facts.System ?? (result.Image.Source == SourceKind.Sbom ? "unknown: the bill of materials does not say it" : "unknown: no os-release file says it"), facts.System is null ? Ink.Caution : Ink.Plain);
        page.Blank();
    }

    private static void WriteApplications(ScanResult result, Facts facts, TextPage page)
    {
        if (facts.ApplicationNote is { } note)
        {
            if (result.Applications.IsEmpty) page.Row("Application", $"none: {note}", Ink.Caution, mostLines: 5);
            else page.Row("Applications", $"{result.Applications.Length}: {note}", mostLines: 5);
            page.Blank();
        }
        foreach (var application in result.Applications) WriteApplication(application, facts, page);
    }

    private static void WriteApplication(Application application, Facts facts, TextPage page)
    {
        page.Row("Application", Facts.Title(application), Ink.Strong);
        Optional(page, "  command", Facts.Command(application));
        Optional(page, "  runtime", application.Runtime);
        var user = facts.User(application);
        page.Row("  user", user, Facts.IsRoot(user) ? Ink.Caution : Ink.Plain);
        page.Row("  ports", application.Ports.IsEmpty ? "none declared" : string.Join(", ", application.Ports));
        page.Row("  config", application.ConfigFiles.IsEmpty ? "no file known" : string.Join(", ", application.ConfigFiles.Select(file => file.Path)));
        page.Blank();
    }

    private static void WriteSupport(Support? support, TextPage page)
    {
        if (support is null) return;
        var label = "Support";
        foreach (var (sentence, isPastEnd) in new SupportFacts(support).Summary)
        {
            page.Row(label, sentence, isPastEnd ? Ink.Caution : Ink.Plain, mostLines: 5);
            label = "";
        }
        if (label.Length == 0) page.Blank();
    }

    private static void WritePackages(Facts facts, TextPage page)
    {
        page.Row("Packages", facts.Packages, Ink.Strong);
        Optional(page, "  inside", facts.Inside);
        Optional(page, "  origin", facts.Origin);
        Optional(page, "  removed", facts.RemovedCount);
        Optional(page, "Files", facts.Files);
        page.Blank();
    }

    private static void WriteFreshness(NewestVersions? freshness, TextPage page)
    {
        if (freshness is null) return;
        var label = "Freshness";
        foreach (var (sentence, standsOut) in new FreshnessFacts(freshness).Summary)
        {
            page.Row(label, sentence, standsOut ? Ink.Caution : Ink.Plain, mostLines: 5);
            label = "";
        }
        page.Blank();
    }

    private static void WriteProblems(ScanResult result, Facts facts, bool all, TextPage page)
    {
        if (result.Problems.IsEmpty) return;
        page.Row("Not read", all ? Facts.Count(result.Problems.Length, "problem") : facts.NotRead, Ink.Caution);
        foreach (var problem in all ? result.Problems : result.Problems.Take(Facts.ProblemsShown))
        {
            page.Text(2, problem.Where.Length > 0 ? problem.Where : problem.Unit);
            page.Text(4, $"{Facts.Kind(problem.Kind)} ({problem.Unit}): {problem.Message}", Ink.Quiet, mostLines: all ? int.MaxValue : 6); // What data are missing and how to have them takes six.
        }
        if (!all && result.Problems.Length > Facts.ProblemsShown)
            page.Text(2, $"{Facts.Number(result.Problems.Length - Facts.ProblemsShown)} more: --details shows all.");
        page.Blank();
    }

    private static void WriteNotes(ScanResult result, TextPage page)
    {
        if (result.Notes.IsEmpty) return;
        for (var i = 0; i < result.Notes.Length; i++) page.Row(i == 0 ? "Notes" : "", result.Notes[i], mostLines: 5);
        page.Blank();
    }

    private static void Optional(TextPage page, string label, string? text)
    {
        if (!string.IsNullOrEmpty(text)) page.Row(label, text);
    }
}
