using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Json;
using Plimsoll.Scan.Reports.Sbom;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports;

/// <summary>
/// Findings for GitLab's vulnerability report: the container scanning format of its security report schemas, version 15.2.0.
/// </summary>
internal sealed class GitlabReport : IReport
{
    /// <summary>The schema's bounds on `name`, `solution`, and `description`, of which less is said here.</summary>
    private const int LongestName = 255;
    private const int LongestSolution = 7000;
    private const int LongestDescription = 4096;

    /// <summary>The schema's bound on `cvss_vectors`.</summary>
    private const int MostVectors = 10;

    /// <summary>The format demands times; without one it is the beginning of time.</summary>
    private const string NoTime = "1970-01-01T00:00:00";

    public string Id => "gitlab";
    public string Summary => "findings for GitLab's vulnerability report, container scanning JSON";

    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        using var page = new JsonPage(to);
        page.Begin();
        page.Text("version"u8, "15.2.0"u8);
        page.Text("schema"u8, "https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/raw/v15.2.0/dist/container-scanning-report-format.json"u8);
        WriteScan(result, context, page);
        page.BeginList("vulnerabilities"u8);
        var facts = new FindingFacts(result);
        var system = result.Os is { } os ? $"{os.Id} {os.VersionId}".Trim() : "";
        foreach (var (one, suppressions) in facts.All) Write(one, suppressions, facts, system.Length > 0 ? system : "unknown", Name(result), page);
        page.EndList();
        page.BeginList("remediations"u8);
        page.EndList();
        page.End();
    }

    private static string Name(ScanResult result)
    {
        var names = result.Image.Names;
        var name = !names.IsEmpty && names[0].AsSpan().ContainsAny('/', ':') ? names[0] : Subject.Lasting(result.Image);
        return name.Length > 0 ? name : "unknown";
    }

    private static void WriteScan(ScanResult result, ReportContext context, JsonPage page)
    {
        page.Begin("scan"u8);
        WriteTool("analyzer"u8, context, page);
        WriteTool("scanner"u8, context, page);
        page.Text("type"u8, "container_scanning"u8);
        page.Text("start_time"u8, context.Timestamp?.TrimEnd('Z') ?? NoTime);
        page.Text("end_time"u8, context.Timestamp?.TrimEnd('Z') ?? NoTime);
        page.Text("status"u8, "success"u8);
        page.BeginList("messages"u8);
        if (result.Vulnerabilities is null) WriteMessage("warn"u8, "Nobody looked for vulnerabilities: this was a scan of the inventory.", page);
        foreach (var problem in result.Problems) WriteMessage("warn"u8, Facts.Sentence(problem), page);
        foreach (var verdict in result.Policy?.Verdicts ?? []) WriteMessage(verdict.IsViolated ? "warn"u8 : "info"u8, $"Policy, {verdict.Title}: {verdict.Sentence}", page);
        page.EndList();
        page.End();
    }

    private static void WriteMessage(ReadOnlySpan<byte> level, string text, JsonPage page)
    {
        page.Begin();
        page.Text("level"u8, level);
        page.Text("value"u8, SafeText.OneLine(text));
        page.End();
    }

    private static void WriteTool(ReadOnlySpan<byte> name, ReportContext context, JsonPage page)
    {
        page.Begin(name);
        page.Text("id"u8, "plimsoll"u8);
        page.Text("name"u8, "Plimsoll"u8);
        page.Text("version"u8, context.ToolVersion);
        page.Begin("vendor"u8);
        page.Text("name"u8, "Plimsoll"u8);
        page.End();
        page.End();
    }

    private static void Write(Vulnerability one, ImmutableArray<Suppression> suppressions, FindingFacts facts, string system, string image, JsonPage page)
    {
        page.Begin();
        page.Text("id"u8, Identifier(one));
        page.Text("name"u8, SafeText.CutEnd(SafeText.OneLine($"{one.Id} in {one.KnownAs ?? one.PackageName}"), LongestName));
        page.Text("description"u8, SafeText.CutEnd(SafeText.OneLine(string.Join(' ', Description(one, facts))), LongestDescription));
        page.Text("severity"u8, one.Rating switch { null => "Unknown", CvssRating.None => "Info", { } rating => rating.ToString() });
        page.Text("solution"u8, SafeText.CutEnd(SafeText.OneLine(FindingFacts.Remedy(one)), LongestSolution));
        WriteIdentifiers(one, page);
        WriteVectors(one, page);
        page.List("links"u8, one.Advisories.Select(advisory => AdvisoryLinks.Page(advisory.Id)).OfType<string>().Distinct(StringComparer.Ordinal), address =>
        {
            page.Text("url"u8, address);
        });
        WriteDetails(one, suppressions, facts, page);
        WriteFlags(suppressions, page);
        WriteLocation(one, system, image, page);
        page.End();
    }

    private static string Identifier(Vulnerability one)
    {
        using var digest = new DigestStream();
        digest.Write(Encoding.UTF8.GetBytes($"{one.Id}\n{one.PackageKey}"));
        return digest.Uuid;
    }

    private static IEnumerable<string> Description(Vulnerability one, FindingFacts facts)
    {
        yield return one.Summary is { Length: > 0 } summary ? $"{summary.TrimEnd('.')}." : $"{one.Id} is a known vulnerability of {one.KnownAs ?? one.PackageName}.";
        foreach (var sentence in FindingFacts.Exploitation(one)) yield return sentence;
        var places = facts.Places(one);
        if (!places.IsEmpty) yield return $"Found in {places[0]}{(facts.LayerOf(places[0]) is { } layer ? $", {layer.Name}" : "")}.";
        if (FindingFacts.Doubt(one) is { } doubt) yield return doubt;
    }

    /// <summary>The first is what GitLab knows the vulnerability by.</summary>
    private static void WriteIdentifiers(Vulnerability one, JsonPage page)
    {
        var names = one.Aliases.Prepend(one.Id).Where(id => id.Length > 0).Distinct(StringComparer.Ordinal).DefaultIfEmpty("unnamed").Select(id => (Kind: AdvisoryLinks.Kind(id), Name: id, Value: id, Page: AdvisoryLinks.Page(id)));
        var weaknesses = one.Weaknesses.Select(number => (Kind: "cwe", Name: Cwe.Name(number), Value: number.ToString(CultureInfo.InvariantCulture), Page: (string?)Cwe.Page(number)));
        page.List("identifiers"u8, names.Concat(weaknesses), identifier =>
        {
            page.Text("type"u8, identifier.Kind);
            page.Text("name"u8, identifier.Name);
            page.Text("value"u8, identifier.Value);
            if (identifier.Page is { } address) page.Text("url"u8, address);
        });
    }

    /// <summary>The format knows CVSS 2 and 3. A vector of version 4 stands in the details.</summary>
    private static void WriteVectors(Vulnerability one, JsonPage page)
    {
        var vectors = one.Severities.Where(severity => severity.Vector is { Version: not "4.0" } && severity.Source.Length > 0).Take(MostVectors).ToList();
        if (vectors.Count == 0) return;
        page.List("cvss_vectors"u8, vectors, severity =>
        {
            page.Text("vendor"u8, severity.Source);
            page.Text("vector"u8, severity.Vector!.Text);
        });
    }

    private static void WriteDetails(Vulnerability one, ImmutableArray<Suppression> suppressions, FindingFacts facts, JsonPage page)
    {
        page.Begin("details"u8);
        Detail("purl"u8, "Package", one.PackageKey, page);
        if (one.Severities.FirstOrDefault(severity => severity.Vector is { Version: "4.0" }) is { } rated) Detail("cvss4"u8, "CVSS 4.0 vector", $"{rated.Vector!.Text} ({rated.Source})", page);
        if (suppressions.IsEmpty && one.Priority is { } priority) Detail("rank"u8, "Place in the order of what to do first", priority.Rank.ToString(CultureInfo.InvariantCulture), page);
        if (!suppressions.IsEmpty) Detail("suppressed"u8, "Suppressed", string.Join(' ', suppressions.Select(PlanFacts.Describe)), page);
        if (one.Vex is { } remark) Detail("vex"u8, "VEX", PlanFacts.Describe(remark), page);
        if (suppressions.IsEmpty && facts.HasConditions) Detail("policy"u8, "Policy", facts.Fails(one) ? "violated" : "kept", page);
        page.End();
    }

    private static void Detail(ReadOnlySpan<byte> key, string name, string value, JsonPage page)
    {
        page.Begin(key);
        page.Text("name"u8, name);
        page.Text("type"u8, "text"u8);
        page.Text("value"u8, SafeText.OneLine(value));
        page.End();
    }

    /// <summary>GitLab's one flag says what a VEX statement says; an ignored finding is none of that, and stands in the details only.</summary>
    private static void WriteFlags(ImmutableArray<Suppression> suppressions, JsonPage page)
    {
        page.List("flags"u8, suppressions.Where(by => by.Status is VexStatus.NotAffected or VexStatus.Fixed), by =>
        {
            page.Text("type"u8, "flagged-as-likely-false-positive"u8);
            page.Text("origin"u8, "plimsoll"u8);
            page.Text("description"u8, SafeText.OneLine(PlanFacts.Describe(by)));
        });
    }

    private static void WriteLocation(Vulnerability one, string system, string image, JsonPage page)
    {
        page.Begin("location"u8);
        page.Begin("dependency"u8);
        page.Begin("package"u8);
        page.Text("name"u8, one.PackageName);
        page.End();
        page.Text("version"u8, one.Version);
        page.End();
        page.Text("operating_system"u8, SafeText.OneLine(system));
        page.Text("image"u8, SafeText.OneLine(image));
        page.End();
    }
}
