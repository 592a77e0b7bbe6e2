using System.Globalization;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Json;
using Plimsoll.Scan.Reports.Sbom;

namespace Plimsoll.Scan.Reports.Spdx;

/// <summary>Packages of the image as packages of the document.</summary>
internal sealed class Packages(Identifiers identifiers, Licenses licenses, Annotations annotations)
{
    public void Write(int index, Package package, JsonPage page)
    {
        Begin(page, identifiers[index], package.Name.Length > 0 ? package.Name : package.Purl.Name, package.Version);
        if (Supplier(package) is { } supplier) page.Text("supplier"u8, supplier);
        page.Text("sourceInfo"u8, Found(package));
        page.Text("licenseDeclared"u8, licenses.Expression(package.Licenses));
        References(page, package.Purl, package.Cpe);
        annotations.Write(page, Properties.OfPackage(package).Concat(More(package)));
        page.End();
        foreach (var (purl, id) in identifiers.Parts(index)) WritePart(id, purl, package, page);
    }

    /// <summary>What every package has: nothing is asserted on where it comes from or on the licences of its files.</summary>
    public static void Begin(JsonPage page, string id, string name, string? version)
    {
        page.Begin();
        page.Text("name"u8, name);
        page.Text("SPDXID"u8, id);
        if (!string.IsNullOrEmpty(version)) page.Text("versionInfo"u8, version);
        page.Text("downloadLocation"u8, "NOASSERTION"u8);
        page.Flag("filesAnalyzed"u8, false);
        page.Text("licenseConcluded"u8, "NOASSERTION"u8);
        page.Text("copyrightText"u8, "NOASSERTION"u8);
    }

    public static void References(JsonPage page, PackageUrl purl, string? cpe = null)
    {
        page.BeginList("externalRefs"u8);
        Reference(page, "PACKAGE-MANAGER"u8, "purl"u8, purl.ToString());
        if (cpe is not null) Reference(page, "SECURITY"u8, "cpe23Type"u8, cpe);
        page.EndList();
    }

    private static void Reference(JsonPage page, ReadOnlySpan<byte> category, ReadOnlySpan<byte> type, string locator)
    {
        page.Begin();
        page.Text("referenceCategory"u8, category);
        page.Text("referenceType"u8, type);
        page.Text("referenceLocator"u8, locator);
        page.End();
    }

    /// <summary>`layer 0, line 12: /path`, or `file: /path` without either: what stands before the first colon never comes from a path.</summary>
    public static string Place(Location location)
    {
        var (layer, line) = (location.Layer?.ToString(CultureInfo.InvariantCulture), location.Line?.ToString(CultureInfo.InvariantCulture));
        var prefix = (layer, line) switch
        {
            (null, null) => "file",
            (_, null) => $"layer {layer}",
            (null, _) => $"line {line}",
            _ => $"layer {layer}, line {line}",
        };
        return $"{prefix}: {location.Path}";
    }

    /// <summary>A language package that the OS package installed.</summary>
    private void WritePart(string id, PackageUrl purl, Package of, JsonPage page)
    {
        Begin(page, id, string.IsNullOrEmpty(purl.Namespace) ? purl.Name : $"{purl.Namespace}/{purl.Name}", purl.Version);
        page.Text("sourceInfo"u8, $"installed as a part of {of.Name} {of.Version}");
        page.Text("licenseDeclared"u8, "NOASSERTION"u8);
        References(page, purl);
        annotations.Write(page, [("plimsoll:partOf", of.Key)]);
        page.End();
    }

    /// <summary>Facts for which CycloneDX has a field of its own.</summary>
    private static IEnumerable<(string Name, string Value)> More(Package package)
    {
        if (package.IsGuess) yield return ("plimsoll:isGuess", "true");
        foreach (var location in package.Locations) yield return ("plimsoll:location", Place(location));
        if (package.Supplier is { Length: > 0 } supplier) yield return ("plimsoll:supplier", supplier);
        if (package.Licenses.Length > 1)
            foreach (var license in package.Licenses) yield return ("plimsoll:license", license);
    }

    private static string Found(Package package)
    {
        var how = package.IsGuess ? $"deduced by {package.FoundBy}" : $"found by {package.FoundBy}";
        return package.Locations.Length switch
        {
            0 => how,
            1 => $"{how} in {package.Locations[0]}",
            var count => $"{how} in {package.Locations[0]} and {count - 1} more",
        };
    }

    /// <summary>
    /// SPDX wants to know whether it is a person, which no declaration says: maintainers of an OS package stand for
    /// their distribution, authors of others are taken for persons. `Name &lt;mail&gt;` is `Name (mail)` there.
    /// </summary>
    private static string? Supplier(Package package)
    {
        var name = string.Join(' ', (package.Supplier ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        if (name.Length == 0) return null;
        if (name.EndsWith('>') && name.LastIndexOf('<') is > 0 and var open) name = $"{name[..open].TrimEnd()} ({name[(open + 1)..^1]})";
        return package.FoundBy.StartsWith("os/", StringComparison.Ordinal) ? $"Organization: {name}" : $"Person: {name}";
    }
}
