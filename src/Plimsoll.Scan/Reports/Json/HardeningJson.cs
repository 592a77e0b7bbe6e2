using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Reports.Json;

/// <summary>The member `hardening` of the JSON reports.</summary>
internal static class HardeningJson
{
    public static void Write(HardeningResult? hardening, JsonPage page)
    {
        if (hardening is null)
        {
            page.Null("hardening"u8);
            return;
        }
        page.Begin("hardening"u8);
        page.Text("deployment"u8, hardening.Deployment);
        if (hardening.Exposure is { } exposure)
        {
            page.Begin("exposure"u8);
            page.Text("reach"u8, exposure.Reach.ToString().ToLowerInvariant());
            page.Text("reason"u8, exposure.Reason);
            page.End();
        }
        else page.Null("exposure"u8);
        page.BeginList("findings"u8);
        foreach (var finding in hardening.Findings) Write(finding, page);
        page.EndList();
        page.List("followed"u8, hardening.Followed);
        page.List("notes"u8, hardening.Notes);
        page.End();
    }

    public static void Write(ReadOnlySpan<byte> name, Origin? origin, JsonPage page)
    {
        if (origin is null)
        {
            page.Null(name);
            return;
        }
        page.Begin(name);
        page.Text("kind"u8, origin.Kind switch
        {
            OriginKind.ImageDefault => "image",
            OriginKind.VendorDefault => "default",
            var kind => kind.ToString().ToLowerInvariant(),
        });
        page.Text("path"u8, origin.File?.Path);
        page.Number("layer"u8, origin.File?.Layer);
        page.Number("line"u8, origin.File?.Line);
        page.Number("column"u8, origin.Column > 0 ? origin.Column : null);
        page.Text("detail"u8, origin.Detail);
        page.End();
    }

    private static void Write(HardeningFinding finding, JsonPage page)
    {
        page.Begin();
        page.Text("rule"u8, finding.Rule.Id);
        page.Text("title"u8, finding.Rule.Title);
        page.Text("severity"u8, finding.Rule.Severity.ToString().ToLowerInvariant());
        page.Text("rank"u8, finding.Rank.ToString().ToLowerInvariant());
        page.Text("application"u8, finding.Application);
        page.Text("answer"u8, finding.Answer == HardeningAnswer.CannotKnow ? "cannotKnow" : "doesNotFollow");
        page.Text("found"u8, finding.Found);
        Write("origin"u8, finding.Origin, page);
        page.Text("scope"u8, finding.Scope);
        Write("place"u8, finding.Place, page);
        page.Text("write"u8, finding.Kind switch
        {
            RemedyKind.Replace => "replace",
            RemedyKind.InsertBelow => "insertBelow",
            _ => "elsewhere",
        });
        page.Text("remedy"u8, finding.Remedy);
        page.Text("needs"u8, finding.Needs);
        page.Text("detail"u8, finding.Detail);
        page.Text("why"u8, finding.Rule.Why);
        page.Begin("source"u8);
        page.Text("title"u8, finding.Rule.Source.Title);
        page.Text("url"u8, finding.Rule.Source.Url);
        page.Text("read"u8, finding.Rule.Source.Read.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        page.End();
        page.End();
    }

    private static void Write(ReadOnlySpan<byte> name, Location? place, JsonPage page)
    {
        if (place is not { } location)
        {
            page.Null(name);
            return;
        }
        page.Begin(name);
        page.Text("path"u8, location.Path);
        page.Number("layer"u8, location.Layer);
        page.Number("line"u8, location.Line);
        page.End();
    }
}
