using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// The National Vulnerability Database, JSON 2.0 (https://nvd.nist.gov/vuln/data-feeds, one file a year, some 1.5 GB
/// together; pages of the API have the same shape): `vulnerabilities`, each a `cve` with `id`, `vulnStatus`,
/// `descriptions`, `metrics`, `weaknesses` and `configurations`, from which <see cref="NvdConfigurations"/> takes what is affected.
/// </summary>
internal sealed class Nvd : AdvisoryFeed
{
    public const string FeedId = "nvd";

    /// <summary>Where NVD has `nvdcve-2.0-2002.json.gz` and one more for each year since.</summary>
    public const string Publisher = "https://nvd.nist.gov/feeds/json/cve/2.0/";

    public const int FirstYear = 2002;

    /// <summary>Lists of `metrics` with the type of their vectors, the newest first.</summary>
    private static readonly (string Member, string Type)[] metrics = [("cvssMetricV40", "CVSS_V4"), ("cvssMetricV31", "CVSS_V3"), ("cvssMetricV30", "CVSS_V3"), ("cvssMetricV2", "CVSS_V2")];

    public override string Id => FeedId;
    public override string Describes => "NVD: which versions of applications a CVE affects, and how bad it is";
    public override TimeSpan StaleAfter => TimeSpan.FromDays(7);

    /// <summary>Files of the years, and pages of the API under any name.</summary>
    public override string? PartOf(string path) => path.Split('/') is [FeedId, var file] && (file.EndsWith(".json.gz", StringComparison.Ordinal) || file.EndsWith(".json", StringComparison.Ordinal)) ? NvdConfigurations.Ecosystem : null;

    public static string FileName(int year) => string.Create(CultureInfo.InvariantCulture, $"nvdcve-2.0-{year}.json.gz");

    /// <exception cref="UnreadableException">It is no such file, or not all of it.</exception>
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
        if (!hasList) throw new UnreadableException(ProblemKind.Malformed, $"expected a list `vulnerabilities` as in NVD's JSON 2.0, but there is none (its `format` is `{format}`)");
    }

    protected override void Read(FeedFile file, AdvisoryImport to, CancellationToken cancelled) => FeedContent.Read(file, content => Read(content, file.Path, advisory =>
    {
        cancelled.ThrowIfCancellationRequested();
        to.Add(file.Path, advisory);
    }, to.Problems));

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
        var severities = metrics.SelectMany(metric => Vectors(cve.Member("metrics").Member(metric.Member), metric.Type)).Distinct().ToImmutableArray();
        // It says neither what is affected nor how bad it is: nothing to find, until a later update has it analysed.
        if (affected.IsEmpty && severities.IsEmpty && !isRejected) return;
        add(new Advisory
        {
            Id = id,
            Feed = FeedId,
            Published = Time(cve, "published", id, where, problems),
            Modified = modified,
            Withdrawn = isRejected ? modified ?? DateTimeOffset.UnixEpoch : null,
            Details = cve.Member("descriptions").Items().FirstOrDefault(text => text.Text("lang") == "en").Text("value"),
            Severities = severities,
            Weaknesses = FeedWeaknesses.Of(cve.Member("weaknesses").Items().SelectMany(weakness => weakness.Member("description").Items()).Select(text => text.Text("value"))),
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
