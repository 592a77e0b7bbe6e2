using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Json;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.CycloneDx;

/// <summary>
/// Findings as `vulnerabilities`, one for each: what is said of one package (how bad, what to do, that it is suppressed)
/// need not hold for another. The member is absent when nobody looked, and empty when nothing was found.
/// </summary>
internal sealed class Vulnerabilities(ScanResult result, References references)
{
    private readonly FindingFacts facts = new(result);

    public void Write(JsonPage page)
    {
        if (result.Vulnerabilities is null) return;
        page.BeginList("vulnerabilities"u8);
        var number = 0;
        foreach (var (one, suppressions) in facts.All) Write(++number, one, suppressions, page);
        page.EndList();
    }

    private void Write(int number, Vulnerability one, ImmutableArray<Suppression> suppressions, JsonPage page)
    {
        page.Begin();
        page.Text("bom-ref"u8, $"vulnerability-{number.ToString(CultureInfo.InvariantCulture)}");
        page.Text("id"u8, one.Id);
        WriteSource(one.Id, page);
        WriteAliases(one, page);
        page.BeginList("ratings"u8);
        foreach (var severity in one.Severities) Write(severity, page);
        page.EndList();
        if (!one.Weaknesses.IsEmpty) page.Numbers("cwes"u8, one.Weaknesses);
        if (one.Summary is { Length: > 0 } summary) page.Text("description"u8, summary);
        page.Text("recommendation"u8, FindingFacts.Remedy(one));
        WriteAdvisories(one, page);
        if (one.Published is { } published) page.Text("published"u8, Time(published));
        if (one.Modified is { } modified) page.Text("updated"u8, Time(modified));
        if (!suppressions.IsEmpty || one.Vex is not null) WriteAnalysis(one.Vex, suppressions, page);
        WriteAffected(one, page);
        Components.Write(page, PropertiesOf(one, suppressions));
        page.End();
    }

    private static void WriteSource(string id, JsonPage page)
    {
        if (AdvisoryLinks.Publisher(id) is not { } publisher) return;
        page.Begin("source"u8);
        page.Text("name"u8, publisher);
        page.Text("url"u8, AdvisoryLinks.Page(id));
        page.End();
    }

    /// <summary>Its other names, as far as their publisher is known, which the standard demands; the rest are properties.</summary>
    private static void WriteAliases(Vulnerability one, JsonPage page)
    {
        page.BeginList("references"u8);
        foreach (var alias in one.Aliases.Where(alias => AdvisoryLinks.Publisher(alias) is not null))
        {
            page.Begin();
            page.Text("id"u8, alias);
            WriteSource(alias, page);
            page.End();
        }
        page.EndList();
    }

    private static void Write(SeverityRating severity, JsonPage page)
    {
        page.Begin();
        page.Begin("source"u8);
        page.Text("name"u8, severity.Source);
        page.End();
        if (severity.Vector is { } vector)
        {
            page.Fraction("score"u8, vector.Score);
            page.Text("severity"u8, Word(vector.Rating));
            page.Text("method"u8, vector.Version switch { "2.0" => "CVSSv2"u8, "3.0" => "CVSSv3"u8, "3.1" => "CVSSv31"u8, _ => "CVSSv4"u8 });
            page.Text("vector"u8, vector.Text);
        }
        else
        {
            page.Text("severity"u8, Enum.TryParse<CvssRating>(severity.Text, ignoreCase: true, out var rating) && Enum.IsDefined(rating) ? Word(rating) : "unknown"u8);
            page.Text("method"u8, "other"u8);
            page.Text("justification"u8, severity.Text);
        }
        page.End();
    }

    private static void WriteAdvisories(Vulnerability one, JsonPage page)
    {
        page.BeginList("advisories"u8);
        foreach (var advisory in one.Advisories)
        {
            if (AdvisoryLinks.Page(advisory.Id) is not { } address) continue; // Named among the properties.
            page.Begin();
            page.Text("title"u8, advisory.Id);
            page.Text("url"u8, address);
            page.End();
        }
        page.EndList();
    }

    /// <summary>A VEX statement decides on the state; somebody's wish to ignore it says nothing of that, only that it will not be fixed.</summary>
    private static void WriteAnalysis(VexRemark? remark, ImmutableArray<Suppression> suppressions, JsonPage page)
    {
        var vex = suppressions.FirstOrDefault(by => by.Status is VexStatus.NotAffected or VexStatus.Fixed);
        page.Begin("analysis"u8);
        if (vex is not null)
        {
            page.Text("state"u8, vex.Status == VexStatus.Fixed ? "resolved"u8 : "not_affected"u8);
            if (vex.Status == VexStatus.NotAffected && Justification(vex.Justification) is { } code) page.Text("justification"u8, code);
        }
        else
        {
            if (remark is not null) page.Text("state"u8, remark.Status == VexStatus.UnderInvestigation ? "in_triage"u8 : "exploitable"u8);
            if (!suppressions.IsEmpty) page.List("response"u8, ["will_not_fix"]);
        }
        page.Text("detail"u8, string.Join('\n', suppressions.Select(PlanFacts.Describe).Concat(remark is null ? [] : [PlanFacts.Describe(remark)])));
        page.End();
    }

    /// <summary>OpenVEX's codes as CycloneDX has them; null for those that it has no word for.</summary>
    private static string? Justification(string? code) => code switch
    {
        "component_not_present" or "vulnerable_code_not_present" => "code_not_present",
        "vulnerable_code_not_in_execute_path" => "code_not_reachable",
        "inline_mitigations_already_exist" => "protected_by_mitigating_control",
        _ => null,
    };

    private void WriteAffected(Vulnerability one, JsonPage page)
    {
        page.BeginList("affects"u8);
        if (references.Find(one.PackageKey) is { } reference)
        {
            page.Begin();
            page.Text("ref"u8, reference);
            page.BeginList("versions"u8);
            Version(one.Version, "affected"u8, page);
            foreach (var version in one.FixedVersions) Version(version, "unaffected"u8, page);
            page.EndList();
            page.End();
        }
        page.EndList();
    }

    private static void Version(string version, ReadOnlySpan<byte> status, JsonPage page)
    {
        if (version.Length == 0) return; // The schema has no empty version; the component says the same.
        page.Begin();
        page.Text("version"u8, Components.Version(version));
        page.Text("status"u8, status);
        page.End();
    }

    private IEnumerable<(string Name, string Value)> PropertiesOf(Vulnerability one, ImmutableArray<Suppression> suppressions)
    {
        yield return ("plimsoll:vulnerability:package", one.PackageKey);
        if (one.Rating is { } rating) yield return ("plimsoll:vulnerability:rating", rating.ToString().ToLowerInvariant());
        if (suppressions.IsEmpty && one.Priority is { } priority) yield return ("plimsoll:vulnerability:rank", Number(priority.Rank));
        foreach (var alias in one.Aliases) if (AdvisoryLinks.Publisher(alias) is null) yield return ("plimsoll:vulnerability:alias", alias);
        foreach (var advisory in one.Advisories) if (AdvisoryLinks.Page(advisory.Id) is null) yield return ("plimsoll:vulnerability:advisory", $"{advisory.Feed}: {advisory.Id}");
        if (one.Exploited is { } exploited)
        {
            yield return ("plimsoll:kev:added", exploited.Added is { } added ? FindingFacts.Day(added) : "");
            if (exploited.Due is { } due) yield return ("plimsoll:kev:due", FindingFacts.Day(due));
            yield return ("plimsoll:kev:ransomware", exploited.UsedByRansomware ? "true" : "false");
        }
        if (one.Probability is { } probability)
        {
            yield return ("plimsoll:epss:score", probability.Score.ToString("0.#####", CultureInfo.InvariantCulture));
            if (probability.Percentile is { } percentile) yield return ("plimsoll:epss:percentile", percentile.ToString("0.#####", CultureInfo.InvariantCulture));
        }
        if (FindingFacts.Doubt(one) is { } doubt) yield return ("plimsoll:vulnerability:doubt", doubt);
        if (!suppressions.IsEmpty) yield return ("plimsoll:vulnerability:suppressed", "true");
        else if (facts.HasConditions) yield return ("plimsoll:vulnerability:violatesPolicy", facts.Fails(one) ? "true" : "false");
    }

    private static ReadOnlySpan<byte> Word(CvssRating rating) => rating switch
    {
        CvssRating.Critical => "critical"u8,
        CvssRating.High => "high"u8,
        CvssRating.Medium => "medium"u8,
        CvssRating.Low => "low"u8,
        _ => "none"u8,
    };

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
}
