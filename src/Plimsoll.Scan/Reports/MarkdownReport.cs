using System.Globalization;
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
        using var page = new StreamWriter(to, TextPage.Utf8, bufferSize: 16 << 10, leaveOpen: true) { NewLine = "\n" };
        var facts = new Facts(result);
        page.WriteLine($"### Plimsoll: {Markdown.Code(result.Image.Reference)}");
        page.WriteLine();
        page.WriteLine($"**{facts.Verdict}**");
        page.WriteLine();
        WriteSummary(result, facts, page);
        WriteProblems(result, page);
        WriteEvidence(result, page);
        WriteLayers(result, page);
        WritePackages("Packages", facts.Installed, page);
        WritePackages("Removed packages", facts.Removed, page);
        WriteNotes(result, page);
    }

    private static void WriteSummary(ScanResult result, Facts facts, StreamWriter page)
    {
        page.WriteLine("| | |");
        page.WriteLine("|---|---|");
        Row(page, "Names", facts.Names);
        Row(page, "Platform", result.Image.Platform?.ToString());
        Row(page, "Digest", (result.Image.ManifestDigest ?? result.Image.ConfigDigest)?.ToString());
        Row(page, "Layers", facts.Layers);
        Row(page, "Base image", facts.Base);
        Row(page, "System", facts.System ?? "unknown");
        foreach (var application in result.Applications)
        {
            Row(page, "**Application**", Facts.Title(application));
            Row(page, "command", Facts.Command(application));
            Row(page, "runtime", application.Runtime);
            Row(page, "user", facts.User(application));
            Row(page, "ports", string.Join(", ", application.Ports));
            Row(page, "configuration", string.Join(", ", application.ConfigFiles.Select(file => file.Path)));
        }
        Row(page, result.Applications.IsEmpty ? "**Application**, none" : "note", facts.ApplicationNote);
        Row(page, "**Packages**", facts.Packages);
        Row(page, "inside", facts.Inside);
        Row(page, "origin", facts.Origin);
        Row(page, "removed", facts.RemovedCount);
        Row(page, "Files", facts.Files);
        page.WriteLine();
    }

    private static void WriteProblems(ScanResult result, StreamWriter page)
    {
        if (result.Problems.IsEmpty) return;
        Open(page, $"Not read ({Facts.Number(result.Problems.Length)})", "Where", "Kind", "Part", "What");
        foreach (var problem in result.Problems)
            page.WriteLine($"| {Markdown.Code(problem.Where)} | {Facts.Kind(problem.Kind)} | {Markdown.Code(problem.Unit)} | {Markdown.Code(problem.Message)} |");
        Close(page);
    }

    private static void WriteEvidence(ScanResult result, StreamWriter page)
    {
        if (result.Applications.All(application => application.Evidence.IsEmpty)) return;
        Open(page, "How the application was found", "Application", "Step");
        foreach (var application in result.Applications)
            foreach (var step in application.Evidence)
                page.WriteLine($"| {Markdown.Code(application.Name)} | {Markdown.Code(step)} |");
        Close(page);
    }

    private static void WriteLayers(ScanResult result, StreamWriter page)
    {
        if (result.Image.Layers.IsEmpty) return;
        Open(page, $"Layers ({Facts.Number(result.Image.Layers.Length)}), the lowest first", "Layer", "Origin", "Digest", "Size", "Command");
        foreach (var layer in result.Image.Layers)
            page.WriteLine($"| {Index(layer.Index)} | {Facts.Origins(layer.Origin)} | {Markdown.Code((layer.Digest ?? layer.DiffId)?.Short)} | {Facts.Size(layer.Size)} | {Markdown.Code(SafeText.OneLine(layer.CreatedBy))} |");
        Close(page);
    }

    private static void WritePackages(string title, IEnumerable<Package> packages, StreamWriter page)
    {
        var all = packages.ToList();
        if (all.Count == 0) return;
        Open(page, $"{title} ({Facts.Number(all.Count)})", "Name", "Version", "Type", "Layer", "Location");
        foreach (var package in all)
        {
            var layers = string.Join(", ", package.Locations.Select(location => location.Layer).Distinct().Where(layer => layer is not null).Select(Index));
            if (package.RemovedIn is { } removed) layers += $" gone in {Index(removed)}";
            var places = string.Join("<br>", package.Locations.Select(location => Markdown.Code(location.ToString())));
            page.WriteLine($"| {Markdown.Code(package.Name)} | {Markdown.Code(package.Version)}{(package.IsGuess ? " (a guess)" : "")} | {Markdown.Code(package.Purl.Type)} | {layers.TrimStart()} | {places} |");
            foreach (var part in package.Contains)
                page.WriteLine($"| {Markdown.Code(TableDetails.FullName(part))} | {Markdown.Code(part.Version)} | {Markdown.Code(part.Type)} | | part of {Markdown.Code(package.Name)} |");
        }
        Close(page);
    }

    private static void WriteNotes(ScanResult result, StreamWriter page)
    {
        foreach (var note in result.Notes) page.WriteLine($"- {Markdown.Code(note)}");
    }

    private static void Row(StreamWriter page, string label, string? text)
    {
        if (!string.IsNullOrEmpty(text)) page.WriteLine($"| {label} | {Markdown.Code(text)} |");
    }

    private static void Open(StreamWriter page, string title, params ReadOnlySpan<string> heads)
    {
        page.WriteLine($"<details><summary>{title}</summary>");
        page.WriteLine();
        page.WriteLine($"| {string.Join(" | ", heads)} |");
        page.WriteLine($"|{string.Concat(Enumerable.Repeat("---|", heads.Length))}");
    }

    private static void Close(StreamWriter page)
    {
        page.WriteLine();
        page.WriteLine("</details>");
        page.WriteLine();
    }

    private static string Index(int? index) => index?.ToString(CultureInfo.InvariantCulture) ?? "";
}
