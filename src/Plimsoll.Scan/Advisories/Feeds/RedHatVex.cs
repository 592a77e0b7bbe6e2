using System.Text.Json;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// Red Hat's statements on one vulnerability, a CSAF 2.0 document of the profile VEX
/// (https://docs.oasis-open.org/csaf/csaf/v2.0/, 4.5; up to some 50 MB, one a vulnerability): `document`,
/// `product_tree` with nested `branches` that give identifiers their CPE or purl, and `relationships` that put
/// components into products; `vulnerabilities` with `product_status`, `remediations`, `threats` and `scores`.
/// </summary>
internal sealed class RedHatVex : AdvisoryFeed
{
    public const string FeedId = "csaf";

    /// <summary>
    /// Where Red Hat has a folder of documents for each year (`2024/cve-2024-0001.json`), an archive of all of them, whose
    /// name is in <see cref="ArchiveName"/>, and lists of the documents that changed or went since.
    /// </summary>
    public const string Publisher = "https://security.access.redhat.com/data/csaf/v2/vex/";

    public const string ArchiveName = "archive_latest.txt";
    public const string Changes = "changes.csv";
    public const string Deletions = "deletions.csv";

    /// <summary>Products, components and their relations in one document; the largest known has some 300,000.</summary>
    internal const int MostProducts = 2_000_000;

    public override string Id => FeedId;
    public override string Describes => "Red Hat's VEX documents: what Red Hat says of each CVE in each product";
    public override TimeSpan StaleAfter => TimeSpan.FromDays(7);

    /// <summary>As Red Hat lays them out, or ZIP archives of documents.</summary>
    public override string? PartOf(string path) => path.Split('/') switch
    {
        [FeedId, Deletions] => "Red Hat",
        [FeedId, var file] when VexFiles.IsArchive(file) || VexFiles.IsDocument(file) => "Red Hat",
        [FeedId, _, var file] when VexFiles.IsDocument(file) => "Red Hat",
        _ => null,
    };

    /// <exception cref="UnreadableException">It is no CSAF document, or not all of it.</exception>
    public static void Read(Stream source, string where, Action<Advisory> add, ProblemLog problems)
    {
        var document = new VexDocument(where, problems);
        var found = new List<VexVulnerability>();
        var hasList = false;
        JsonStream.Read(source, where, problems, json => json.Members("the document", name =>
        {
            if (name == "document") json.Value("`document`", document.ReadHead);
            else if (name == "product_tree") ReadTree(json, document);
            else if (name == "vulnerabilities")
            {
                hasList = true;
                json.Items("`vulnerabilities`", () => ReadVulnerability(json, found, document));
            }
        }));
        if (!hasList) throw new UnreadableException(ProblemKind.Malformed, "expected a CSAF document with `vulnerabilities`, but there are none");
        foreach (var vulnerability in found)
            if (document.Advisory(vulnerability) is { } advisory) add(advisory);
    }

    protected override void Read(FeedFile file, AdvisoryImport to, CancellationToken cancelled) => new VexFiles(to, cancelled).Read([file]);

    protected override void ReadAll(IReadOnlyList<FeedFile> files, AdvisoryImport to, CancellationToken cancelled) => new VexFiles(to, cancelled).Read(files);

    private static void ReadTree(JsonStream json, VexDocument document) => json.Members("`product_tree`", name =>
    {
        if (name == "branches") ReadBranches(json, document);
        else if (name == "relationships") json.Items("`relationships`", () => json.Value("a relationship", document.ReadRelationship));
        else if (name == "full_product_names") json.Items("`full_product_names`", () => json.Value("a product", document.ReadProduct));
        // `product_groups` are used by no status that Red Hat writes.
    });

    private static void ReadBranches(JsonStream json, VexDocument document) => json.Items("`branches`", () => json.Members("a branch", name =>
    {
        if (name == "branches") ReadBranches(json, document);
        else if (name == "product") json.Value("a product", document.ReadProduct);
    }));

    private static void ReadVulnerability(JsonStream json, List<VexVulnerability> found, VexDocument document)
    {
        var vulnerability = new VexVulnerability();
        json.Members("a vulnerability", name =>
        {
            switch (name)
            {
                case "cve":
                    json.Value("`cve`", value => vulnerability.Cve = value.AsText());
                    break;
                case "cwe":
                    json.Value("`cwe`", value => vulnerability.Weakness = value.Text("id"));
                    break;
                case "title":
                    json.Value("`title`", value => vulnerability.Title = value.AsText());
                    break;
                case "release_date":
                    json.Value("`release_date`", value => vulnerability.Released = value.AsText());
                    break;
                case "notes":
                    json.Items("`notes`", () => json.Value("a note", vulnerability.ReadNote));
                    break;
                case "references":
                    json.Items("`references`", () => json.Value("a reference", vulnerability.ReadReference));
                    break;
                case "product_status":
                    json.Members("`product_status`", status => ReadStatus(json, status, vulnerability, document));
                    break;
                case "remediations":
                    json.Items("`remediations`", () => json.Value("a remediation", vulnerability.ReadRemediation));
                    break;
                case "threats":
                    json.Items("`threats`", () => json.Value("a threat", vulnerability.ReadThreat));
                    break;
                case "scores":
                    json.Items("`scores`", () => json.Value("a score", vulnerability.ReadScore));
                    break;
            }
        });
        found.Add(vulnerability);
    }

    private static void ReadStatus(JsonStream json, string name, VexVulnerability vulnerability, VexDocument document)
    {
        VexStatus? status = name switch
        {
            "fixed" or "first_fixed" => VexStatus.Fixed,
            "known_affected" or "first_affected" or "last_affected" => VexStatus.Affected,
            "known_not_affected" => VexStatus.NotAffected,
            "under_investigation" => VexStatus.UnderInvestigation,
            _ => null,
        };
        if (status is not { } known)
        {
            if (name != "recommended") json.Unexpected($"the status `{name}`", "one of CSAF 2.0"); // It names what to use, and says nothing of what is affected.
            return;
        }
        json.Items($"`{name}`", () =>
        {
            if (json.Token != JsonTokenType.String) json.Unexpected($"an item of `{name}`", "a product's identifier");
            else if (document.HasRoom()) vulnerability.Statuses.Add((known, json.Text));
        });
    }
}
