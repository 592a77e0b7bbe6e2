using System.Globalization;
using System.Text.Json;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// CISA's catalog of known exploited vulnerabilities (https://www.cisa.gov/known-exploited-vulnerabilities-catalog,
/// some 2 MB): `count`, `dateReleased` and `vulnerabilities` with `cveID`, `vendorProject`, `product`,
/// `vulnerabilityName`, `dateAdded`, `dueDate`, `requiredAction`, `knownRansomwareCampaignUse` (`Known`, `Unknown`)
/// and `notes`. `count` says how many there must be.
/// </summary>
internal sealed class Kev : IFeed
{
    public const string FeedId = "kev";

    /// <summary>Where CISA has it, under the name <see cref="FileName"/>.</summary>
    public const string Publisher = "https://www.cisa.gov/sites/default/files/feeds/";

    public const string FileName = "known_exploited_vulnerabilities.json";

    public string Id => FeedId;
    public string Describes => "CISA's catalog of vulnerabilities that are known to be exploited";
    public string Extension => ".keyed";
    public TimeSpan StaleAfter => TimeSpan.FromDays(3);

    public string? PartOf(string path) => path == $"{FeedId}/{FileName}" ? FeedId : null;

    public void Import(FeedImport import)
    {
        var entries = new SortedDictionary<CveId, KnownExploited>();
        var rows = KeyedImport.Read(FeedId, import, (file, problems) => FeedContent.Read(file, content => Read(content, file.Path, entry => entries[entry.Cve] = entry, problems)), () => entries.Count);
        KnownExploitedTable.Write(import.Target, rows, entries.Values);
    }

    public PartFacts Inspect(string path, bool thorough) => KeyedFile.Inspect(path, FeedId, thorough);

    public static void Read(Stream source, string where, Action<KnownExploited> add, ProblemLog problems)
    {
        long? expected = null;
        long items = 0;
        var hasList = false;
        JsonStream.Read(source, where, problems, json => json.Members("the document", name =>
        {
            if (name == "count") json.Value("`count`", value => expected = value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) ? count : null);
            else if (name == "vulnerabilities")
            {
                hasList = true;
                json.Items("`vulnerabilities`", () => json.Value("a vulnerability", value =>
                {
                    items++;
                    ReadVulnerability(value, where, add, problems);
                }));
            }
        }));
        if (!hasList) throw new UnreadableException(ProblemKind.Malformed, "expected a list `vulnerabilities`, but there is none");
        if (expected is { } all && all != items) problems.Report(ProblemKind.Mismatch, where, $"`count` is {all:N0}, but there are {items:N0} vulnerabilities");
    }

    private static void ReadVulnerability(JsonElement value, string where, Action<KnownExploited> add, ProblemLog problems)
    {
        if (!CveId.TryParse(value.Text("cveID"), out var cve))
        {
            problems.Report(ProblemKind.Malformed, where, $"expected the number of a CVE, but found `{value.Text("cveID")}`; the entry was left out");
            return;
        }
        add(new KnownExploited
        {
            Cve = cve,
            Name = value.Text("vulnerabilityName"),
            Vendor = value.Text("vendorProject"),
            Product = value.Text("product"),
            Added = Date(value, "dateAdded", cve, where, problems),
            Due = Date(value, "dueDate", cve, where, problems),
            UsedByRansomware = value.Text("knownRansomwareCampaignUse") == "Known",
            RequiredAction = value.Text("requiredAction"),
            Notes = value.Text("notes") is { Length: > 0 } notes ? notes : null,
        });
    }

    private static DateOnly? Date(JsonElement value, string name, CveId cve, string where, ProblemLog problems)
    {
        if (value.Text(name) is not { } text) return null;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)) return date;
        problems.Report(ProblemKind.Malformed, where, $"{cve} has the {name} `{text}`, expected a date; it is listed without");
        return null;
    }
}
