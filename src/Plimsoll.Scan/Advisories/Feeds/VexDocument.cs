using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// A CSAF document's products, and what its statuses mean for packages.
/// Ecosystem: `Red Hat:` and the product's CPE behind its vendor, as OSV writes it (`Red Hat:enterprise_linux:9::appstream`).
/// Name: of the source package (`arch=src`), and before it the module and stream where there is one
/// (`nodejs:18/nodejs`), since each stream has versions of its own. A binary package is named only where its status or
/// version is not that of a source package in the same product.
/// </summary>
internal sealed class VexDocument(string where, ProblemLog problems)
{
    /// <summary>Components of components: a package of a module of a product is two steps.</summary>
    private const int MostSteps = 8;

    private readonly Dictionary<string, string> cpes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> purls = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (string Component, string Product)> relations = new(StringComparer.Ordinal);
    private int count;
    private string? id;
    private string? modified;
    private string? rating;
    private string? category;

    /// <summary>Counts one more thing to remember; false, and reported once, when there are too many.</summary>
    public bool HasRoom()
    {
        if (count == RedHatVex.MostProducts) problems.Report(ProblemKind.LimitReached, where, $"it has more than {RedHatVex.MostProducts:N0} products; the others were not read");
        if (count > RedHatVex.MostProducts) return false;
        return count++ < RedHatVex.MostProducts;
    }

    public void ReadHead(JsonElement document)
    {
        category = document.Text("category");
        id = document.Member("tracking").Text("id");
        modified = document.Member("tracking").Text("current_release_date");
        rating = document.Member("aggregate_severity").Text("text");
        if (category is not ("csaf_vex" or null)) problems.Report(ProblemKind.Unsupported, where, $"expected a document of the category `csaf_vex`, but it is `{category}`; its statuses are read as they stand");
    }

    public void ReadProduct(JsonElement product)
    {
        if (product.Text("product_id") is not { } name)
        {
            problems.Report(ProblemKind.Malformed, where, "a product of the tree has no `product_id`; it was left out");
            return;
        }
        if (!HasRoom()) return; // Reported there.
        var helper = product.Member("product_identification_helper");
        if (helper.Text("cpe") is { } cpe) cpes.TryAdd(name, cpe);
        if (helper.Text("purl") is { } purl) purls.TryAdd(name, purl);
    }

    public void ReadRelationship(JsonElement relation)
    {
        if (relation.Member("full_product_name").Text("product_id") is { } name && relation.Text("product_reference") is { } component && relation.Text("relates_to_product_reference") is { } product)
        {
            if (HasRoom()) relations.TryAdd(name, (component, product));
        }
        else problems.Report(ProblemKind.Malformed, where, "a relationship does not name two products and what they are together; it was left out");
    }

    /// <summary>Null, and reported, when the vulnerability has no name.</summary>
    public Advisory? Advisory(VexVulnerability vulnerability)
    {
        if ((vulnerability.Cve ?? id) is not { Length: > 0 } name)
        {
            problems.Report(ProblemKind.Malformed, where, "a vulnerability has no `cve`, and the document no id; it was left out");
            return null;
        }
        var impacts = vulnerability.Impacts.Values.Distinct(StringComparer.Ordinal).ToList();
        return new Advisory
        {
            Id = name,
            Feed = RedHatVex.FeedId,
            Published = Time(vulnerability.Released),
            Modified = Time(modified),
            Summary = vulnerability.Title,
            Details = vulnerability.Description,
            Severities = impacts.Count > 1 ? [.. vulnerability.Scores]
                : (impacts is [var one] ? one : rating) is { } word ? [.. vulnerability.Scores, new Severity("Red Hat", word)] : [.. vulnerability.Scores],
            Weaknesses = FeedWeaknesses.Of([vulnerability.Weakness]),
            Affected = Affected(vulnerability, eachHasImpact: impacts.Count > 1),
            References = [.. vulnerability.References.Distinct(StringComparer.Ordinal)],
        };
    }

    private ImmutableArray<AffectedPackage> Affected(VexVulnerability vulnerability, bool eachHasImpact)
    {
        var components = new List<(VexStatus Status, VexComponent Component, string Identifier)>();
        foreach (var (status, product) in vulnerability.Statuses)
            if (Component(product) is not { } component) continue; // Reported there where it is a loss.
            else if (status == VexStatus.Fixed && component.Version is null) problems.Report(ProblemKind.Malformed, where, $"`{product}` is fixed, but its purl does not say in which version; it was left out");
            else components.Add((status, component, product));
        var sources = components.Where(one => one.Component.IsSource).Select(one => (one.Status, one.Component.Product, one.Component.Module, Version(one.Component.Version))).ToHashSet();
        return
        [
            .. components
                .Where(one => one.Component.IsSource || one.Component.Version is null || !sources.Contains((one.Status, one.Component.Product, one.Component.Module, Version(one.Component.Version))))
                .GroupBy(one => (one.Component.Ecosystem, one.Component.FullName, Said: one.Status, Plan: Status(one.Status, one.Identifier, vulnerability)))
                .OrderBy(group => group.Key.Ecosystem, StringComparer.Ordinal).ThenBy(group => group.Key.FullName, StringComparer.Ordinal).ThenBy(group => group.Key.Said).ThenBy(group => group.Key.Plan)
                .Select(group => new AffectedPackage
                {
                    Ecosystem = group.Key.Ecosystem,
                    Name = group.Key.FullName,
                    Status = group.Key.Plan,
                    Ranges = group.Key.Said switch
                    {
                        VexStatus.NotAffected => [],
                        VexStatus.Fixed => [FeedRanges.UntilFirst(group.Select(one => one.Component.Version!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))],
                        _ => [FeedRanges.All],
                    },
                    Severities = eachHasImpact && group.Select(one => vulnerability.Impacts.GetValueOrDefault(one.Identifier)).FirstOrDefault(word => word is not null) is { } impact ? [new Severity("Red Hat", impact)] : [],
                }),
        ];

        // Sub-packages may lack the epoch of their source.
        static string? Version(string? version) => version is null ? null : version[(version.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    private static AffectedStatus Status(VexStatus status, string product, VexVulnerability vulnerability) => status switch
    {
        VexStatus.NotAffected => AffectedStatus.NotAffected,
        VexStatus.UnderInvestigation => AffectedStatus.UnderInvestigation,
        VexStatus.Affected => vulnerability.Plans.GetValueOrDefault(product, AffectedStatus.Affected),
        _ => AffectedStatus.Affected,
    };

    /// <summary>The package and product behind an identifier; null when it is no RPM package of a product with a CPE, which only is what a container image can show.</summary>
    private VexComponent? Component(string identifier)
    {
        if (!relations.TryGetValue(identifier, out var relation))
        {
            if (!cpes.ContainsKey(identifier) && !purls.ContainsKey(identifier)) problems.Report(ProblemKind.Malformed, where, $"`{identifier}` has a status, but stands neither in the product tree nor among the relationships; it was left out");
            return null; // A product as a whole, or an image: no package.
        }
        string? module = null;
        var product = relation.Product;
        for (var step = 0; step < MostSteps && relations.TryGetValue(product, out var outer); step++)
        {
            module ??= Module(outer.Component);
            product = outer.Product;
        }
        if (!purls.TryGetValue(relation.Component, out var text) || !PackageUrlParser.TryParse(text, out var purl) || purl.Type != "rpm") return null; // Components of layered products: archives, images, libraries. Not what RPM installs.
        if (!cpes.TryGetValue(product, out var cpe) || Ecosystem(cpe) is not { } ecosystem)
        {
            problems.Report(ProblemKind.Malformed, where, $"the product of `{identifier}` has no CPE of Red Hat; it was left out");
            return null;
        }
        if (purl.Qualifiers.TryGetValue("rpmmod", out var label)) module ??= Stream(label);
        var epoch = purl.Qualifiers.GetValueOrDefault("epoch");
        var version = purl.Version is null || epoch is null or "0" ? purl.Version : $"{epoch}:{purl.Version}";
        return new VexComponent(ecosystem, product, module, purl.Name, version, purl.Qualifiers.GetValueOrDefault("arch") == "src");
    }

    private string? Module(string component) =>
        purls.TryGetValue(component, out var text) && PackageUrlParser.TryParse(text, out var purl) && purl.Type == "rpmmod" ? Stream($"{purl.Name}:{purl.Version}") : null;

    /// <summary>`nodejs:18` of a module's label `nodejs:18:8080020230718:63b34585`.</summary>
    private static string Stream(string label) => string.Join(':', label.Split(':').Take(2));

    /// <summary>CPE 2.2 URI (NIST IR 7695, 6.1): `cpe:/PART:redhat:PRODUCT:…`.</summary>
    private static string? Ecosystem(string cpe) =>
        cpe.Split(':', 4) is ["cpe", ['/', _], "redhat", var product] && product.Length > 0 ? $"Red Hat:{product}" : null;

    private DateTimeOffset? Time(string? text)
    {
        if (text is null) return null;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)) return time;
        problems.Report(ProblemKind.Malformed, where, $"expected a time, but found `{text}`; it is listed without");
        return null;
    }
}

/// <param name="Product">The document's own identifier of the product.</param>
/// <param name="Module">Module and stream, `nodejs:18`; null outside modules.</param>
/// <param name="Version">`epoch:version-release`; null when every version is meant.</param>
internal readonly record struct VexComponent(string Ecosystem, string Product, string? Module, string Name, string? Version, bool IsSource)
{
    public string FullName => Module is null ? Name : $"{Module}/{Name}";
}
