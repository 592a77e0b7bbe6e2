using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Json;

namespace Plimsoll.Scan.Reports.Harden;

/// <summary>The findings for programs: the member `hardening` of `plimsoll/scan/1` with a head of its own.</summary>
internal sealed class HardenJson : IReport
{
    public string Id => "json";
    public string Summary => "the findings for programs";

    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        using var page = new JsonPage(to);
        page.Begin();
        Head("plimsoll/harden/1"u8, result, context, page);
        HardeningJson.Write(result.Hardening, page);
        Write(result.Hardening?.Remedies, page);
        page.End();
    }

    private static void Write(Remedies? remedies, JsonPage page)
    {
        if (remedies is null)
        {
            page.Null("remedies"u8);
            return;
        }
        page.Begin("remedies"u8);
        page.List("files"u8, [.. remedies.Files.Select(file => file.Path)]);
        page.List("instructions"u8, remedies.Instructions);
        page.List("cleared"u8, remedies.Cleared);
        page.BeginList("left"u8);
        foreach (var left in remedies.Left)
        {
            page.Begin();
            page.Text("rule"u8, left.Finding.Rule.Id);
            page.Text("path"u8, left.Finding.Place?.Path);
            page.Number("line"u8, left.Finding.Place?.Line);
            page.Text("reason"u8, left.Reason);
            page.End();
        }
        page.EndList();
        page.End();
    }

    public static void Head(ReadOnlySpan<byte> schema, ScanResult result, ReportContext context, JsonPage page)
    {
        page.Text("schema"u8, schema);
        page.Begin("tool"u8);
        page.Text("name"u8, "plimsoll"u8);
        page.Text("version"u8, context.ToolVersion);
        page.End();
        page.Text("time"u8, context.Timestamp);
        page.Text("image"u8, result.Image.Reference);
        page.Text("completeness"u8, result.Completeness == Completeness.Complete ? "complete"u8 : "partial"u8);
        page.List("problems"u8, result.Problems, problem =>
        {
            page.Text("unit"u8, problem.Unit);
            page.Text("where"u8, problem.Where);
            page.Text("message"u8, problem.Message);
        });
    }
}
