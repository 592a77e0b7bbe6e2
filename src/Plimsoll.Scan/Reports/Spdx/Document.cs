using Plimsoll.Core.Applications;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Json;
using Plimsoll.Scan.Reports.Sbom;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Spdx;

/// <summary>
/// The document: creation, packages, relationships. Packages that a later layer removed are left out, since SPDX has
/// no word for them and a reader would count them as present; the document's comment says how many.
/// </summary>
internal sealed class Document(ScanResult result, ReportContext context)
{
    /// <summary>Stands for a time that is not known, which the standard has no word for; a comment says so.</summary>
    private const string NoTime = "1970-01-01T00:00:00Z";

    private readonly ScanResult installed = result with { Packages = [.. result.Packages.Where(package => package.RemovedIn is null)] };
    private readonly string name = Subject.Name(result.Image).Repository is { Length: > 0 } known ? known : "image";

    public void Write(Stream to, string uuid)
    {
        var tool = $"Tool: plimsoll-{context.ToolVersion}";
        var annotations = new Annotations(tool, context.Timestamp ?? NoTime);
        using var page = new JsonPage(to);
        page.Begin();
        page.Text("spdxVersion"u8, "SPDX-2.3"u8);
        page.Text("dataLicense"u8, "CC0-1.0"u8);
        page.Text("SPDXID"u8, Identifiers.Document);
        page.Text("name"u8, name);
        page.Text("documentNamespace"u8, $"https://spdx.org/spdxdocs/{Identifiers.Clean(name)}-{uuid}");
        WriteCreation(tool, page);
        page.Text("comment"u8, Comment());
        annotations.Write(page, Properties.OfDocument(result));
        var identifiers = new Identifiers(installed.Packages);
        WritePackages(identifiers, annotations, page);
        WriteRelationships(identifiers, page);
        page.End();
    }

    private void WriteCreation(string tool, JsonPage page)
    {
        page.Begin("creationInfo"u8);
        page.Text("created"u8, context.Timestamp ?? NoTime);
        page.List("creators"u8, [tool]);
        if (context.Timestamp is null) page.Text("comment"u8, "The time of creation is not known."u8);
        page.End();
    }

    private string Comment()
    {
        var facts = new Facts(result);
        return facts.Removed.Any() ? $"{facts.Verdict} Removed and not listed: {facts.RemovedCount}." : facts.Verdict;
    }

    private void WritePackages(Identifiers identifiers, Annotations annotations, JsonPage page)
    {
        var licenses = new Licenses();
        page.BeginList("packages"u8);
        WriteImage(annotations, page);
        if (result.Os is { } os) WriteOs(os, annotations, page);
        for (var i = 0; i < result.Applications.Length; i++) WriteApplication(i, result.Applications[i], annotations, page);
        var packages = new Packages(identifiers, licenses, annotations);
        for (var i = 0; i < installed.Packages.Length; i++) packages.Write(i, installed.Packages[i], page);
        page.EndList();
        licenses.WriteTexts(page);
    }

    private void WriteImage(Annotations annotations, JsonPage page)
    {
        var image = result.Image;
        Packages.Begin(page, Identifiers.Image, name, Subject.Version(image));
        page.Text("primaryPackagePurpose"u8, Subject.IsContainer(image) ? "CONTAINER"u8 : result.Os is null ? "APPLICATION"u8 : "OPERATING_SYSTEM"u8);
        page.Text("licenseDeclared"u8, "NOASSERTION"u8);
        if (image.ManifestDigest is { } digest)
        {
            page.BeginList("checksums"u8);
            page.Begin();
            page.Text("algorithm"u8, digest.Algorithm == "sha512" ? "SHA512"u8 : "SHA256"u8);
            page.Text("checksumValue"u8, digest.Hex);
            page.End();
            page.EndList();
        }
        if (ImageName.Purl(image) is { } purl) Packages.References(page, purl);
        annotations.Write(page, Properties.OfImage(image));
        page.End();
    }

    private static void WriteOs(OsRelease os, Annotations annotations, JsonPage page)
    {
        Packages.Begin(page, Identifiers.Os, os.Id.Length > 0 ? os.Id : "unknown", os.VersionId);
        page.Text("primaryPackagePurpose"u8, "OPERATING_SYSTEM"u8);
        page.Text("licenseDeclared"u8, "NOASSERTION"u8);
        if (os.PrettyName is { } pretty) page.Text("description"u8, pretty);
        annotations.Write(page, [("plimsoll:location", Packages.Place(os.Location))]);
        page.End();
    }

    private static void WriteApplication(int index, Application application, Annotations annotations, JsonPage page)
    {
        Packages.Begin(page, Identifiers.Application(index), application.Name.Length > 0 ? application.Name : "unknown", application.Version);
        page.Text("primaryPackagePurpose"u8, "APPLICATION"u8);
        page.Text("licenseDeclared"u8, "NOASSERTION"u8);
        var executable = application.Executable is { } file ? new[] { ("plimsoll:location", Packages.Place(file)) } : [];
        annotations.Write(page, executable.Concat(Properties.OfApplication(application)));
        page.End();
    }

    private void WriteRelationships(Identifiers identifiers, JsonPage page)
    {
        page.BeginList("relationships"u8);
        Relate(page, Identifiers.Document, "DESCRIBES"u8, Identifiers.Image);
        // What else the image contains is not known: by the standard's own word for it.
        if (result.Completeness != Completeness.Complete) Relate(page, Identifiers.Image, "CONTAINS"u8, "NOASSERTION");
        if (result.Os is not null) Relate(page, Identifiers.Image, "CONTAINS"u8, Identifiers.Os);
        for (var i = 0; i < result.Applications.Length; i++)
        {
            Relate(page, Identifiers.Image, "CONTAINS"u8, Identifiers.Application(i));
            if (result.Applications[i].PackageKey is { } key && identifiers.Find(key) is { } from) Relate(page, Identifiers.Application(i), "DEPENDS_ON"u8, from);
        }
        for (var i = 0; i < installed.Packages.Length; i++)
        {
            Relate(page, Identifiers.Image, "CONTAINS"u8, identifiers[i]);
            foreach (var (_, part) in identifiers.Parts(i)) Relate(page, identifiers[i], "CONTAINS"u8, part);
            foreach (var needed in installed.Packages[i].Dependencies.Select(identifiers.Find).OfType<string>().Distinct(StringComparer.Ordinal))
                Relate(page, identifiers[i], "DEPENDS_ON"u8, needed);
        }
        page.EndList();
    }

    private static void Relate(JsonPage page, string from, ReadOnlySpan<byte> how, string to)
    {
        page.Begin();
        page.Text("spdxElementId"u8, from);
        page.Text("relationshipType"u8, how);
        page.Text("relatedSpdxElement"u8, to);
        page.End();
    }
}
