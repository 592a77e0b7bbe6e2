using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Vex;

/// <summary>
/// OpenVEX 0.2.0 (https://github.com/openvex/spec): `statements` with `vulnerability`, `products`, `status`. In 0.0.1
/// vulnerability, products and subcomponents are plain strings.
/// </summary>
internal static class OpenVex
{
    public static IEnumerable<VexStatement> Read(JsonElement root, string path, ProblemLog problems)
    {
        var written = VexFile.Time(root.Text("last_updated")) ?? VexFile.Time(root.Text("timestamp"));
        var number = 0;
        foreach (var statement in root.Member("statements").Items())
        {
            number++;
            var id = statement.Text("@id") ?? $"statement {number}";
            var vulnerability = statement.Member("vulnerability");
            ImmutableArray<string> names = [.. new[] { vulnerability.AsText(), vulnerability.Text("name") }.OfType<string>(), .. vulnerability.Texts("aliases")];
            var status = statement.Text("status") switch
            {
                "not_affected" => VexStatus.NotAffected,
                "affected" => VexStatus.Affected,
                "fixed" => VexStatus.Fixed,
                "under_investigation" => VexStatus.UnderInvestigation,
                _ => (VexStatus?)null,
            };
            if (status is null || names.IsEmpty)
            {
                problems.Report(ProblemKind.Malformed, $"{path}, {id}", "expected a `vulnerability` with a name and a `status` of OpenVEX, found something else; the statement was not used");
                continue;
            }
            var shared = Parts(statement);
            yield return new VexStatement
            {
                Vulnerabilities = names,
                Products = [.. statement.Member("products").Items().Select(product => Product(product, shared))],
                Status = status.Value,
                Justification = statement.Text("justification"),
                Detail = statement.Text("impact_statement") ?? statement.Text("status_notes"),
                Action = statement.Text("action_statement"),
                File = path,
                Id = id,
                Time = VexFile.Time(statement.Text("last_updated")) ?? VexFile.Time(statement.Text("timestamp")) ?? written,
            };
        }
    }

    private static VexProduct Product(JsonElement product, ImmutableArray<PackageUrl> shared)
    {
        var purl = Purl(product);
        ImmutableArray<string> digests = [.. product.Member("hashes").Members().Where(hash => hash.Name is "sha-256" or "sha-512").Select(hash => $"{hash.Name.Replace("-", "", StringComparison.Ordinal)}:{hash.Value.AsText()?.ToLowerInvariant()}")];
        var own = Parts(product);
        return new VexProduct(purl, digests, own.IsEmpty ? shared : own);
    }

    private static ImmutableArray<PackageUrl> Parts(JsonElement of) => [.. of.Member("subcomponents").Items().Select(Purl).OfType<PackageUrl>()];

    private static PackageUrl? Purl(JsonElement component) => VexFile.Purl(component.AsText()) ?? VexFile.Purl(component.Member("identifiers").Text("purl")) ?? VexFile.Purl(component.Text("@id"));
}
