using System.Security.Cryptography;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Json;
using Plimsoll.Scan.Reports.Sbom;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports;

/// <summary>
/// VEX statements on every finding (OpenVEX 0.2.0, https://github.com/openvex/spec): what counts is `affected` with the plan's
/// action, what a VEX statement is about keeps that statement's status, and what a policy ignores stays `affected` with the
/// policy's reason, since an accepted risk is one.
/// </summary>
internal sealed class OpenVexReport : IReport
{
    public string Id => "openvex";
    public string Summary => "OpenVEX statements on every finding, to be checked and passed on";

    /// <summary>The schema demands a statement, and one that says nothing of a vulnerability does not exist.</summary>
    public string? HasNone(ScanResult result) =>
        result.Vulnerabilities is null ? "nobody looked for vulnerabilities, so there is nothing to state"
        : result.Vulnerabilities.Value.IsEmpty && result.Suppressed.IsEmpty ? "there is no finding to state anything of, and OpenVEX has no document without a statement"
        : null;

    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        if (HasNone(result) is not null) return;
        // The identifier of a document is the digest of what it says, so that the same document has the same.
        using var hash = new MemoryStream();
        Write(result, context, "", hash);
        Write(result, context, $"urn:plimsoll:vex:{Convert.ToHexStringLower(SHA256.HashData(hash.GetBuffer().AsSpan(0, (int)hash.Length)))}", to);
    }

    private static void Write(ScanResult result, ReportContext context, string id, Stream to)
    {
        using var page = new JsonPage(to);
        page.Begin();
        page.Text("@context"u8, "https://openvex.dev/ns/v0.2.0"u8);
        page.Text("@id"u8, id);
        page.Text("author"u8, "plimsoll");
        page.Text("timestamp"u8, context.Timestamp ?? "1970-01-01T00:00:00Z");
        page.Number("version"u8, 1);
        page.Text("tooling"u8, $"plimsoll {context.ToolVersion}");
        page.BeginList("statements"u8);
        var actions = (result.Plan?.Actions ?? []).SelectMany(action => action.Fixes.Select(finding => (finding, action.Title))).ToLookup(pair => pair.finding, pair => pair.Title);
        foreach (var one in result.Vulnerabilities ?? [])
            if (one.Vex is { Status: VexStatus.UnderInvestigation } open)
                Statement(result, one, "under_investigation", page, () => page.Text("status_notes"u8, PlanFacts.Describe(open)));
            else
                Statement(result, one, "affected", page, () => page.Text("action_statement"u8, one.Vex?.Text ?? actions[one.Key].FirstOrDefault() ?? "Nothing to be done yet: no version fixes it."));
        foreach (var suppressed in result.Suppressed)
            if (suppressed.By.FirstOrDefault(by => by.Source == SuppressionSource.Vex) is { } said)
                Statement(result, suppressed.Finding, said.Status == VexStatus.Fixed ? "fixed" : "not_affected", page, () => Justify(said, page));
            else
                Statement(result, suppressed.Finding, "affected", page, () => page.Text("action_statement"u8, $"Accepted by {suppressed.By[0].File}, {suppressed.By[0].Statement}: {suppressed.By[0].Reason}"));
        page.EndList();
        page.End();
    }

    private static void Statement(ScanResult result, Vulnerability one, string status, JsonPage page, Action rest)
    {
        page.Begin();
        page.Begin("vulnerability"u8);
        page.Text("name"u8, one.Id);
        if (!one.Aliases.IsEmpty) page.List("aliases"u8, one.Aliases);
        page.End();
        page.BeginList("products"u8);
        page.Begin();
        // Without a name or digest of the image the package is the product.
        if (ImageName.Purl(result.Image) is { } image)
        {
            Purl(image.ToString(), page);
            page.BeginList("subcomponents"u8);
            page.Begin();
            Purl(one.PackageKey, page);
            page.End();
            page.EndList();
        }
        else Purl(one.PackageKey, page);
        page.End();
        page.EndList();
        page.Text("status"u8, status);
        rest();
        page.End();
    }

    private static void Purl(string purl, JsonPage page)
    {
        page.Text("@id"u8, purl);
        page.Begin("identifiers"u8);
        page.Text("purl"u8, purl);
        page.End();
    }

    /// <summary>OpenVEX knows five codes, and takes a sentence in place of one; the words of other formats become that sentence.</summary>
    private static void Justify(Suppression said, JsonPage page)
    {
        var isCode = said.Justification is "component_not_present" or "vulnerable_code_not_present" or "vulnerable_code_not_in_execute_path" or "vulnerable_code_cannot_be_controlled_by_adversary" or "inline_mitigations_already_exist";
        if (said.Status == VexStatus.NotAffected && isCode) page.Text("justification"u8, said.Justification);
        if (said.Status == VexStatus.NotAffected && !isCode) page.Text("impact_statement"u8, said.Reason);
        else page.Text("status_notes"u8, said.Reason);
    }
}
