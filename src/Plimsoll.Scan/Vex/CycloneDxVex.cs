using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Vex;

/// <summary>
/// CycloneDX 1.4 to 1.6, `vulnerabilities` with an `analysis` (https://cyclonedx.org/capabilities/vex/). What is affected is a
/// `bom-ref` of the same document, a BOM-Link (`urn:cdx:SERIAL/VERSION#BOM-REF`) or a package URL.
/// </summary>
internal static class CycloneDxVex
{
    public static IEnumerable<VexStatement> Read(JsonElement root, string path, ProblemLog problems)
    {
        var components = new Dictionary<string, VexProduct>(StringComparer.Ordinal);
        Collect(root.Member("metadata").Member("component"), components);
        foreach (var component in root.Member("components").Items()) Collect(component, components);
        var written = VexFile.Time(root.Member("metadata").Text("timestamp"));
        var number = 0;
        foreach (var vulnerability in root.Member("vulnerabilities").Items())
        {
            number++;
            var analysis = vulnerability.Member("analysis");
            if (analysis.Text("state") is not { } state) continue; // A finding that nobody has judged says nothing.
            var status = state switch
            {
                "not_affected" or "false_positive" => VexStatus.NotAffected,
                "resolved" or "resolved_with_pedigree" => VexStatus.Fixed,
                "exploitable" => VexStatus.Affected,
                "in_triage" => VexStatus.UnderInvestigation,
                _ => (VexStatus?)null,
            };
            ImmutableArray<string> names = [.. new[] { vulnerability.Text("id") }.OfType<string>(), .. vulnerability.Member("references").Items().Select(reference => reference.Text("id")).OfType<string>()];
            if (status is null || names.IsEmpty)
            {
                problems.Report(ProblemKind.Malformed, $"{path}, vulnerability {number}", "expected an `id` and a `state` of CycloneDX, found something else; it was not used");
                continue;
            }
            yield return new VexStatement
            {
                Vulnerabilities = names,
                Products = [.. vulnerability.Member("affects").Items().Select(affected => Product(affected.Text("ref"), components)).OfType<VexProduct>()],
                Status = status.Value,
                Justification = analysis.Text("justification") ?? (state == "false_positive" ? "false_positive" : null),
                Detail = analysis.Text("detail"),
                Action = vulnerability.Text("workaround") ?? vulnerability.Text("recommendation") ?? Responses(analysis),
                File = path,
                Id = vulnerability.Text("bom-ref") ?? $"vulnerability {number}",
                Time = VexFile.Time(analysis.Text("lastUpdated")) ?? VexFile.Time(vulnerability.Text("updated")) ?? written,
            };
        }
    }

    private static string? Responses(JsonElement analysis) => analysis.Texts("response") is { IsEmpty: false } responses ? string.Join(", ", responses.Select(response => response.Replace('_', ' '))) : null;

    private static void Collect(JsonElement component, Dictionary<string, VexProduct> into)
    {
        var purl = VexFile.Purl(component.Text("purl"));
        ImmutableArray<string> digests = component.Text("type") == "container"
            ? [.. component.Member("hashes").Items().Where(hash => hash.Text("alg") is "SHA-256" or "SHA-512").Select(hash => $"{hash.Text("alg")!.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant()}:{hash.Text("content")}"), .. new[] { component.Text("version") }.OfType<string>().Where(version => version.StartsWith("sha256:", StringComparison.Ordinal))]
            : [];
        if (component.Text("bom-ref") is { } reference && (purl is not null || !digests.IsEmpty)) into[reference] = new VexProduct(purl, digests, []);
        foreach (var part in component.Member("components").Items()) Collect(part, into);
    }

    private static VexProduct? Product(string? reference, Dictionary<string, VexProduct> components)
    {
        if (reference is null) return null;
        if (reference.StartsWith("urn:cdx:", StringComparison.Ordinal) && reference.IndexOf('#', StringComparison.Ordinal) is var at and > 0) reference = Uri.UnescapeDataString(reference[(at + 1)..]);
        return components.TryGetValue(reference, out var known) ? known : VexFile.Purl(reference) is { } purl ? new VexProduct(purl, [], []) : null;
    }
}
