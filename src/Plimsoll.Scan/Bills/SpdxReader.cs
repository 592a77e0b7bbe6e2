using System.Text.Json;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Sources;

namespace Plimsoll.Scan.Bills;

/// <summary>
/// SPDX 2.3, JSON (and 2.2, which has the same fields): `packages`, what `documentDescribes` or `DESCRIBES` names,
/// dependencies among the `relationships`, texts of licences, and annotations `plimsoll:…=…`. Files are not read:
/// they are no packages.
/// </summary>
internal sealed class SpdxReader(Bill bill) : IBillReader
{
    private readonly List<(string Name, string Value)> annotations = [];

    public IReadOnlyList<string> Names => ["annotations", "documentDescribes", "packages", "relationships", "hasExtractedLicensingInfos"];

    public void Read(string name, JsonElement value)
    {
        switch (name)
        {
            case "annotations":
                if (Annotation(value) is { } pair) annotations.Add(pair);
                bill.Properties = new BillProperties(annotations);
                break;
            case "documentDescribes":
                if (value.AsText() is { } described) bill.Describe(described);
                break;
            case "packages":
                if (value.ValueKind == JsonValueKind.Object) bill.Add(Component(value));
                else bill.Malformed("an item of `packages` is no object; it was not read");
                break;
            case "relationships":
                ReadRelationship(value);
                break;
            default:
                if (value.Text("licenseId") is { } id && (value.Text("extractedText") ?? value.Text("name")) is { } text) bill.LicenseTexts[id] = text;
                break;
        }
    }

    private static Component Component(JsonElement json)
    {
        var purpose = json.Text("primaryPackagePurpose");
        var properties = new BillProperties(json.Member("annotations").Items().Select(Annotation).OfType<(string, string)>());
        var checksum = json.Member("checksums").Items().FirstOrDefault(sum => sum.Text("algorithm") is "SHA256" or "SHA512");
        return new Component
        {
            Reference = json.Text("SPDXID"),
            Kind = purpose switch
            {
                "OPERATING_SYSTEM" => ComponentKind.System,
                "FILE" => ComponentKind.Data,
                _ => ComponentKind.Package,
            },
            Name = json.Text("name") ?? "",
            Version = json.Text("versionInfo"),
            Purl = Reference(json, "purl"),
            Cpe = Reference(json, "cpe23Type"),
            Description = json.Text("description"),
            Supplier = properties.First("plimsoll:supplier") ?? Supplier(json.Text("supplier")),
            Licenses = [.. properties.All("plimsoll:license")],
            LicenseExpression = !properties.Has("plimsoll:license") && json.Text("licenseDeclared") is { } license and not ("NOASSERTION" or "NONE" or "") ? license : null,
            Locations = [.. properties.All("plimsoll:location").Select(OwnFacts.Place)],
            Digest = Digest.TryParse($"{checksum.Text("algorithm")?.ToLowerInvariant()}:{checksum.Text("checksumValue")}", out var digest) ? digest : null,
            IsContainer = purpose == "CONTAINER",
            IsUnsure = properties.Has("plimsoll:isGuess"),
            Properties = properties,
        };
    }

    private static string? Reference(JsonElement json, string type) =>
        json.Member("externalRefs").Items().FirstOrDefault(reference => reference.Text("referenceType") == type).Text("referenceLocator");

    /// <summary>`Organization: Name (mail)`: without the kind, and the mail as declarations have it.</summary>
    private static string? Supplier(string? text)
    {
        if (text is null or "NOASSERTION" || text.IndexOf(": ", StringComparison.Ordinal) is not (> 0 and var colon)) return null;
        var name = text[(colon + 2)..];
        return name.EndsWith(')') && name.LastIndexOf('(') is > 0 and var open && open < name.Length - 2 ? $"{name[..open].TrimEnd()} <{name[(open + 1)..^1]}>" : name.Replace("()", "", StringComparison.Ordinal).Trim();
    }

    /// <summary>Null for remarks of others, which are for people.</summary>
    private static (string Name, string Value)? Annotation(JsonElement json)
    {
        if (json.Text("comment") is not { } comment || !comment.StartsWith("plimsoll:", StringComparison.Ordinal)) return null;
        var equals = comment.IndexOf('=', StringComparison.Ordinal);
        return equals < 0 ? null : (comment[..equals], comment[(equals + 1)..]);
    }

    private void ReadRelationship(JsonElement json)
    {
        if (json.Text("spdxElementId") is not { } from || json.Text("relationshipType") is not { } how || json.Text("relatedSpdxElement") is not { } to)
        {
            bill.Malformed("a relationship lacks `spdxElementId`, `relationshipType` or `relatedSpdxElement`; it was not read");
            return;
        }
        if (how == "DESCRIBES") bill.Describe(to);
        else if (how == "DESCRIBED_BY") bill.Describe(from);
        else if (how == "CONTAINS" && to == "NOASSERTION") bill.IncompleteIfSubject(from);
        else if (to is "NONE" or "NOASSERTION") return; // No dependencies, or not known which: neither names any.
        else if (how is "DEPENDS_ON" or "HAS_PREREQUISITE") bill.Depend(from, to);
        else if (how.EndsWith("DEPENDENCY_OF", StringComparison.Ordinal) || how == "PREREQUISITE_FOR") bill.Depend(to, from);
        // All other kinds relate files, builds and copies, or say again which package is in the subject.
    }
}
