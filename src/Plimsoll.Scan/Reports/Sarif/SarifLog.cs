using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Json;
using Plimsoll.Scan.Reports.Sbom;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Sarif;

/// <summary>The log: one run of one tool.</summary>
internal sealed class SarifLog(ScanResult result, ReportContext context)
{
    private readonly FindingFacts facts = new(result);

    public void Write(Stream to)
    {
        var ends = facts.PastEnd.ToList();
        var findings = facts.All.Take(UploadLimits.Results - ends.Count).ToList();
        var rules = new Rules(findings.Select(one => one.Finding), ends.Count > 0);
        using var page = new JsonPage(to);
        page.Begin();
        page.Text("$schema"u8, "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"u8);
        page.Text("version"u8, "2.1.0"u8);
        page.BeginList("runs"u8);
        page.Begin();
        WriteTool(rules, page);
        WriteInvocation(facts.All.Count() - findings.Count, page);
        // What stands before the last slash is code scanning's category: alerts of one image do not close those of another.
        page.Begin("automationDetails"u8);
        page.Text("id"u8, $"plimsoll/{SafeText.OneLine(Subject.Lasting(result.Image))}/");
        page.End();
        page.Text("columnKind"u8, "utf16CodeUnits"u8);
        var results = new Results(facts, rules, !result.Suppressed.IsEmpty);
        page.BeginList("results"u8);
        foreach (var one in ends) results.Write(one, page);
        foreach (var (one, suppressions) in findings) results.Write(one, suppressions, page);
        page.EndList();
        page.End();
        page.EndList();
        page.End();
    }

    private void WriteTool(Rules rules, JsonPage page)
    {
        page.Begin("tool"u8);
        page.Begin("driver"u8);
        page.Text("name"u8, "Plimsoll"u8);
        page.Text("version"u8, context.ToolVersion);
        page.Text("semanticVersion"u8, context.ToolVersion);
        rules.Write(page);
        page.End();
        page.End();
    }

    /// <summary>What could not be read or is left out: code scanning shows it on the tool's status page.</summary>
    private void WriteInvocation(int leftOut, JsonPage page)
    {
        page.BeginList("invocations"u8);
        page.Begin();
        page.Flag("executionSuccessful"u8, true);
        if (context.Timestamp is { } time) page.Text("endTimeUtc"u8, time);
        page.BeginList("toolExecutionNotifications"u8);
        if (leftOut > 0) WriteNotification("limit", $"{Facts.Count(leftOut, "finding")} of the lowest priority left out: code scanning takes {Facts.Number(UploadLimits.Results)} results.", page);
        if (result.Vulnerabilities is null) WriteNotification("not-judged", "Nobody looked for vulnerabilities: this was a scan of the inventory.", page);
        foreach (var problem in result.Problems) WriteNotification(Facts.Kind(problem.Kind).Replace(' ', '-'), Facts.Sentence(problem), page);
        page.EndList();
        page.End();
        page.EndList();
    }

    private static void WriteNotification(string kind, string text, JsonPage page)
    {
        page.Begin();
        page.Begin("descriptor"u8);
        page.Text("id"u8, kind);
        page.End();
        page.Text("level"u8, "warning"u8);
        page.Begin("message"u8);
        page.Text("text"u8, SarifText.Message(text));
        page.End();
        page.End();
    }
}
