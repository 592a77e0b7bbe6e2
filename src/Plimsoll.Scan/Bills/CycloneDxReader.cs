using System.Globalization;
using System.Text.Json;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Sources;

namespace Plimsoll.Scan.Bills;

/// <summary>
/// CycloneDX 1.4 to 1.6, JSON (ECMA-424): `metadata.component` and `.properties`, `components` with the components
/// in them, `dependencies`, and what `compositions` says on completeness.
/// </summary>
internal sealed class CycloneDxReader(Bill bill) : IBillReader
{
    public IReadOnlyList<string> Names => ["metadata", "components", "dependencies", "compositions"];

    public void Read(string name, JsonElement value)
    {
        switch (name)
        {
            case "metadata":
                ReadMetadata(value);
                break;
            case "components":
                ReadComponent(value, within: null);
                break;
            case "dependencies":
                ReadDependency(value);
                break;
            default:
                if (value.Text("aggregate") is { } aggregate && aggregate.StartsWith("incomplete", StringComparison.Ordinal)) bill.SaysIncomplete($"`compositions` has `{aggregate}`");
                break;
        }
    }

    private void ReadMetadata(JsonElement metadata)
    {
        bill.Properties = Properties(metadata);
        var subject = metadata.Member("component");
        if (subject.ValueKind != JsonValueKind.Object) return; // A bill may be about nothing in particular.
        bill.Subject = Component(subject, within: null);
        foreach (var part in subject.Member("components").Items()) ReadComponent(part, within: null);
    }

    private void ReadComponent(JsonElement json, Component? within)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            bill.Malformed("an item of `components` is no object; it was not read");
            return;
        }
        var component = Component(json, within);
        bill.Add(component);
        foreach (var part in json.Member("components").Items()) ReadComponent(part, component);
    }

    private static Component Component(JsonElement json, Component? within)
    {
        var type = json.Text("type");
        var hash = json.Member("hashes").Items().FirstOrDefault(hash => hash.Text("alg") is "SHA-256" or "SHA-512");
        return new Component
        {
            Reference = json.Text("bom-ref"),
            Kind = type switch
            {
                "operating-system" => ComponentKind.System,
                "file" or "data" or "machine-learning-model" or "cryptographic-asset" => ComponentKind.Data,
                _ => ComponentKind.Package,
            },
            Name = json.Text("name") ?? "",
            Group = json.Text("group"),
            Version = json.Text("version"),
            Purl = json.Text("purl"),
            Cpe = json.Text("cpe"),
            Description = json.Text("description"),
            Supplier = json.Member("supplier").Text("name") ?? json.Text("author"),
            Licenses = [.. json.Member("licenses").Items().Select(License).OfType<string>()],
            Locations = [.. json.Member("evidence").Member("occurrences").Items().Select(Occurrence).OfType<Location>()],
            Digest = Digest.TryParse($"{hash.Text("alg")?.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant()}:{hash.Text("content")}", out var digest) ? digest : null,
            IsContainer = type == "container",
            // An object in 1.5, a list in 1.6.
            IsUnsure = json.Member("evidence").Member("identity") is var identity && (identity.ValueKind == JsonValueKind.Array ? identity.Items() : [identity]).Any(IsUnsure),
            IsExcluded = json.Text("scope") == "excluded",
            Within = within,
            Properties = Properties(json),
        };
    }

    private static bool IsUnsure(JsonElement identity) =>
        identity.Text("field") == "purl" && identity.Member("confidence") is { ValueKind: JsonValueKind.Number } confidence && confidence.TryGetDecimal(out var sure) && sure < 1;

    private static string? License(JsonElement choice) =>
        choice.Text("expression") ?? choice.Member("license").Text("id") ?? choice.Member("license").Text("name");

    private static Location? Occurrence(JsonElement json)
    {
        if (json.Text("location") is not { } path) return null; // The schema demands one: without it nothing is said.
        var layer = json.Text("additionalContext") is { } context && context.StartsWith("layer ", StringComparison.Ordinal)
            && int.TryParse(context.AsSpan("layer ".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : (int?)null;
        return new Location(path, layer, json.Number("line") is >= 0 and <= int.MaxValue and var line ? (int)line : null);
    }

    private static BillProperties Properties(JsonElement json) =>
        new(json.Member("properties").Items().Select(property => (property.Text("name") ?? "", property.Text("value") ?? "")));

    private void ReadDependency(JsonElement json)
    {
        if (json.Text("ref") is not { } from)
        {
            bill.Malformed("an entry of `dependencies` has no `ref`; it was not read");
            return;
        }
        foreach (var to in json.Member("dependsOn").Items())
            if (to.AsText() is { } target) bill.Depend(from, target);
            else bill.Malformed($"a dependency of `{from}` is no text; it was not read");
    }
}
