using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Vex;

/// <summary>
/// CSAF 2.0, profile VEX (https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html): products stand in `product_tree`,
/// as branches, by full name, and as relationships of one to another; `vulnerabilities` refer to them by their ids.
/// </summary>
internal static class CsafVex
{
    private static readonly (string Name, VexStatus Status)[] statuses =
    [
        ("known_affected", VexStatus.Affected), ("first_affected", VexStatus.Affected), ("last_affected", VexStatus.Affected),
        ("under_investigation", VexStatus.UnderInvestigation),
        ("fixed", VexStatus.Fixed), ("first_fixed", VexStatus.Fixed),
        ("known_not_affected", VexStatus.NotAffected),
    ];

    public static IEnumerable<VexStatement> Read(JsonElement root, string path, ProblemLog problems)
    {
        var products = Products(root.Member("product_tree"));
        var groups = root.Member("product_tree").Member("product_groups").Items().Where(group => group.Text("group_id") is not null)
            .DistinctBy(group => group.Text("group_id"), StringComparer.Ordinal).ToDictionary(group => group.Text("group_id")!, group => group.Texts("product_ids"), StringComparer.Ordinal);
        var tracking = root.Member("document").Member("tracking");
        var time = VexFile.Time(tracking.Text("current_release_date"));
        var number = 0;
        foreach (var vulnerability in root.Member("vulnerabilities").Items())
        {
            number++;
            ImmutableArray<string> names = [.. new[] { vulnerability.Text("cve") }.OfType<string>(), .. vulnerability.Member("ids").Items().Select(id => id.Text("text")).OfType<string>()];
            if (names.IsEmpty)
            {
                problems.Report(ProblemKind.Malformed, $"{path}, vulnerability {number}", "expected a `cve` or `ids`, found neither; it was not used");
                continue;
            }
            var flags = ByProduct(vulnerability.Member("flags"), groups, flag => flag.Text("label"));
            var impacts = ByProduct(vulnerability.Member("threats"), groups, threat => threat.Text("category") == "impact" ? threat.Text("details") : null);
            var actions = ByProduct(vulnerability.Member("remediations"), groups, remedy => remedy.Text("details"));
            foreach (var (name, status) in statuses)
                // What is said of products is said of each by itself: flags and threats differ.
                foreach (var group in vulnerability.Member("product_status").Texts(name).GroupBy(id => (Flag: flags.GetValueOrDefault(id), Impact: impacts.GetValueOrDefault(id), Action: status == VexStatus.Affected ? actions.GetValueOrDefault(id) : null)))
                    yield return new VexStatement
                    {
                        Vulnerabilities = names,
                        Products = [.. group.Select(id => products.GetValueOrDefault(id)).OfType<VexProduct>()],
                        Status = status,
                        Justification = group.Key.Flag,
                        Detail = group.Key.Impact,
                        Action = group.Key.Action,
                        File = path,
                        Id = $"{tracking.Text("id") ?? "document"}, {names[0]}",
                        Time = time,
                    };
        }
    }

    /// <summary>What is said of products, by their ids or by those of groups of them; of several the first.</summary>
    private static Dictionary<string, string> ByProduct(JsonElement items, Dictionary<string, ImmutableArray<string>> groups, Func<JsonElement, string?> text)
    {
        var by = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in items.Items())
            if (text(item) is { } said)
                foreach (var id in item.Texts("product_ids").Concat(item.Texts("group_ids").SelectMany(group => groups.GetValueOrDefault(group, [])))) by.TryAdd(id, said);
        return by;
    }

    private static Dictionary<string, VexProduct> Products(JsonElement tree)
    {
        var products = new Dictionary<string, VexProduct>(StringComparer.Ordinal);
        foreach (var branch in tree.Member("branches").Items()) Collect(branch, products);
        foreach (var product in tree.Member("full_product_names").Items()) Add(product, products);
        foreach (var relation in tree.Member("relationships").Items()) Relate(relation, products);
        return products;
    }

    private static void Collect(JsonElement branch, Dictionary<string, VexProduct> into)
    {
        Add(branch.Member("product"), into);
        foreach (var below in branch.Member("branches").Items()) Collect(below, into);
    }

    private static void Add(JsonElement product, Dictionary<string, VexProduct> into)
    {
        if (product.Text("product_id") is { } id && Identified(product) is { } known) into[id] = known;
    }

    private static VexProduct? Identified(JsonElement product)
    {
        var helper = product.Member("product_identification_helper");
        var purl = VexFile.Purl(helper.Text("purl"));
        ImmutableArray<string> digests = [.. helper.Member("hashes").Items().SelectMany(hash => hash.Member("file_hashes").Items()).Where(hash => hash.Text("algorithm") is "sha256" or "sha512").Select(hash => $"{hash.Text("algorithm")}:{hash.Text("value")?.ToLowerInvariant()}")];
        return purl is null && digests.IsEmpty ? null : new VexProduct(purl, digests, []);
    }

    /// <summary>
    /// A component of a product: inside of an image where the product is one. Of another product, a release of a distribution
    /// for one, nothing says that this image is it; the component then counts by its exact version only.
    /// </summary>
    private static void Relate(JsonElement relation, Dictionary<string, VexProduct> products)
    {
        if (relation.Member("full_product_name").Text("product_id") is not { } id) return;
        if (Identified(relation.Member("full_product_name")) is { } own)
        {
            products[id] = own;
            return;
        }
        if (!products.TryGetValue(relation.Text("product_reference") ?? "", out var component)) return; // Nothing that can be recognised in an image.
        var whole = products.GetValueOrDefault(relation.Text("relates_to_product_reference") ?? "");
        var isInImage = whole is not null && (whole.Purl is null || whole.Purl.Type is "oci" or "docker");
        if (isInImage && component.Purl is { } part) products[id] = whole! with { Parts = [part] };
        else if (component.Purl?.Version is not null) products[id] = component;
    }
}
