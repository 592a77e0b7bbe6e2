using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// The National Vulnerability Database, JSON 2.0 (https://nvd.nist.gov/vuln/data-feeds, one file a year, some 1.5 GB
/// together; pages of the API have the same shape): `vulnerabilities`, each a `cve` with `id`, `vulnStatus`,
/// `descriptions`, `metrics` and `configurations`, from which <see cref="NvdConfigurations"/> takes what is affected.
/// </summary>
internal static class Nvd
{
    public const string Id = "nvd";

    /// <summary>Lists of `metrics` with the type of their vectors, the newest first.</summary>
    private static readonly (string Member, string Type)[] metrics = [("cvssMetricV40", "CVSS_V4"), ("cvssMetricV31", "CVSS_V3"), ("cvssMetricV30", "CVSS_V3"), ("cvssMetricV2", "CVSS_V2")];

    public static void Read(Stream source, string where, Action<Advisory> add, ProblemLog problems)
    {
        string? format = null;
        var hasList = false;
        JsonStream.Read(source, where, problems, json => json.Members("the document", name =>
        {
            if (name == "format") json.Value("`format`", value => format = value.AsText());
            else if (name == "vulnerabilities")
            {
                hasList = true;
                json.Items("`vulnerabilities`", () => json.Value("a vulnerability", value => ReadVulnerability(value.Member("cve"), where, add, problems)));
            }
        }));
        if (!hasList) problems.Report(ProblemKind.Malformed, where, $"expected a list `vulnerabilities` as in NVD's JSON 2.0, but there is none (its `format` is `{format}`)");
    }

    private static void ReadVulnerability(JsonElement cve, string where, Action<Advisory> add, ProblemLog problems)
    {
        if (cve.Text("id") is not { Length: > 0 } id)
        {
            problems.Report(ProblemKind.Malformed, where, "expected a `cve` with an `id`, but an item of `vulnerabilities` has none; it was left out");
            return;
        }
        var modified = Time(cve, "lastModified", id, where, problems);
        var isRejected = cve.Text("vulnStatus") == "Rejected";
        var affected = new NvdConfigurations(id, where, problems).Read(cve.Member("configurations"));
        // Without a platform that we can meet nothing would ever find it; those not yet analysed come with a later update.
        if (affected.IsEmpty && !isRejected) return;
        add(new Advisory
        {
            Id = id,
            Feed = Id,
            Published = Time(cve, "published", id, where, problems),
            Modified = modified,
            Withdrawn = isRejected ? modified ?? DateTimeOffset.UnixEpoch : null,
            Details = cve.Member("descriptions").Items().FirstOrDefault(text => text.Text("lang") == "en").Text("value"),
            Severities = [.. metrics.SelectMany(metric => Vectors(cve.Member("metrics").Member(metric.Member), metric.Type)).Distinct()],
            Affected = affected,
            References = [$"https://nvd.nist.gov/vuln/detail/{id}", .. cve.Member("references").Items().Select(page => page.Text("url")).OfType<string>().Distinct(StringComparer.Ordinal)],
        });
    }

    /// <summary>NVD's own rating (`Primary`) before that of whoever reported it.</summary>
    private static IEnumerable<Severity> Vectors(JsonElement list, string type) =>
        list.Items().OrderBy(metric => metric.Text("type") == "Primary" ? 0 : 1)
            .Select(metric => metric.Member("cvssData").Text("vectorString")).OfType<string>()
            .Select(vector => new Severity(type, vector));

    /// <summary>Times of NVD are in UTC and do not say so.</summary>
    private static DateTimeOffset? Time(JsonElement cve, string name, string id, string where, ProblemLog problems)
    {
        if (cve.Text(name) is not { } text) return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return time;
        problems.Report(ProblemKind.Malformed, where, $"`{id}` has the {name} time `{text}`, which is none; it is listed without");
        return null;
    }
}
