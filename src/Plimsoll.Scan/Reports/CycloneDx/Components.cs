using System.Globalization;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Json;
using Plimsoll.Scan.Reports.Sbom;

namespace Plimsoll.Scan.Reports.CycloneDx;

/// <summary>Packages as components.</summary>
internal sealed class Components(ScanResult result, References references)
{
    /// <summary>Characters of a layer's command that are repeated at each package; the whole of it is at the image.</summary>
    private const int LongestCommand = 200;

    /// <summary>The schema's own bound on a version (`version`, maxLength).</summary>
    private const int LongestVersion = 1024;

    public void Write(int index, JsonPage page)
    {
        var package = result.Packages[index];
        page.Begin();
        page.Text("type"u8, "library"u8);
        page.Text("bom-ref"u8, references[index]);
        if (package.Supplier is { Length: > 0 } supplier)
        {
            page.Begin("supplier"u8);
            page.Text("name"u8, supplier);
            page.End();
        }
        WriteName(package, page);
        if (package.Version.Length > 0) page.Text("version"u8, Version(package.Version));
        // Not in the image any more: consumers leave excluded components out of their counts.
        if (package.RemovedIn is not null) page.Text("scope"u8, "excluded"u8);
        Licenses.Write(package.Licenses, page);
        if (package.Cpe is { } cpe) page.Text("cpe"u8, cpe);
        page.Text("purl"u8, package.Key);
        WriteParts(index, package, page);
        WriteEvidence(package, page);
        Write(page, Properties.OfPackage(package).Concat(LayersOf(package)));
        page.End();
    }

    public static void Write(JsonPage page, IEnumerable<(string Name, string Value)> properties)
    {
        page.BeginList("properties"u8);
        foreach (var (name, value) in properties)
        {
            page.Begin();
            page.Text("name"u8, name);
            page.Text("value"u8, value);
            page.End();
        }
        page.EndList();
    }

    public static void Occurrences(JsonPage page, IEnumerable<Location> locations)
    {
        page.BeginList("occurrences"u8);
        foreach (var location in locations)
        {
            page.Begin();
            page.Text("location"u8, location.Path);
            if (location.Line is { } line) page.Number("line"u8, line);
            if (location.Layer is { } layer) page.Text("additionalContext"u8, $"layer {layer.ToString(CultureInfo.InvariantCulture)}");
            page.End();
        }
        page.EndList();
    }

    public static string Version(string version) => version.Length <= LongestVersion ? version : version[..LongestVersion];

    /// <summary>The namespace is a group only where the ecosystem's own name carries it: npm's scope, a Go path, Maven's group.</summary>
    private static void WriteName(Package package, JsonPage page)
    {
        var group = package.Purl.Namespace;
        if (!string.IsNullOrEmpty(group) && package.Name.Length > group.Length + 1
            && package.Name.StartsWith(group, StringComparison.Ordinal) && package.Name[group.Length] is '/' or ':')
        {
            page.Text("group"u8, group);
            page.Text("name"u8, package.Name[(group.Length + 1)..]);
            return;
        }
        page.Text("name"u8, package.Name);
    }

    /// <summary>Language packages that the OS package installed: components inside its component.</summary>
    private void WriteParts(int index, Package package, JsonPage page)
    {
        if (package.Contains.IsEmpty) return;
        page.BeginList("components"u8);
        foreach (var part in package.Contains.Distinct())
        {
            page.Begin();
            page.Text("type"u8, "library"u8);
            page.Text("bom-ref"u8, references.Part(index, part));
            if (!string.IsNullOrEmpty(part.Namespace)) page.Text("group"u8, part.Namespace);
            page.Text("name"u8, part.Name);
            if (!string.IsNullOrEmpty(part.Version)) page.Text("version"u8, Version(part.Version));
            page.Text("purl"u8, part.ToString());
            page.End();
        }
        page.EndList();
    }

    private static void WriteEvidence(Package package, JsonPage page)
    {
        var confidence = package.IsGuess ? 0.5m : 1m;
        page.Begin("evidence"u8);
        page.BeginList("identity"u8);
        page.Begin();
        page.Text("field"u8, "purl"u8);
        page.Fraction("confidence"u8, confidence);
        page.Text("concludedValue"u8, package.Key);
        page.BeginList("methods"u8);
        page.Begin();
        page.Text("technique"u8, Technique(package));
        page.Fraction("confidence"u8, confidence);
        if (!package.Locations.IsEmpty) page.Text("value"u8, package.Locations[0].ToString());
        page.End();
        page.EndList();
        page.End();
        page.EndList();
        if (!package.Locations.IsEmpty) Occurrences(page, package.Locations);
        page.End();
    }

    private static ReadOnlySpan<byte> Technique(Package package) =>
        package.IsGuess ? "filename"u8
        : package.FoundBy.StartsWith("binary/", StringComparison.Ordinal) ? "binary-analysis"u8
        : "manifest-analysis"u8;

    private IEnumerable<(string Name, string Value)> LayersOf(Package package)
    {
        int? before = null;
        foreach (var location in package.Locations)
        {
            // Neighbours in one layer, as a package's files mostly are, say it once.
            if (location.Layer is not { } index || index == before) continue;
            before = index;
            yield return ("plimsoll:layer:index", index.ToString(CultureInfo.InvariantCulture));
            // Layers are listed from 0 without gaps; an index beyond them has nothing more to say.
            if (index < 0 || index >= result.Image.Layers.Length) continue;
            var layer = result.Image.Layers[index];
            if ((layer.Digest ?? layer.DiffId) is { } digest) yield return ("plimsoll:layer:digest", digest.ToString());
            if (layer.CreatedBy is { } command) yield return ("plimsoll:layer:createdBy", command.Length > LongestCommand ? command[..LongestCommand] + "…" : command);
        }
    }
}
