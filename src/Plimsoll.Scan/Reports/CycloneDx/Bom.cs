using Plimsoll.Core.Applications;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Json;
using Plimsoll.Scan.Reports.Sbom;

namespace Plimsoll.Scan.Reports.CycloneDx;

/// <summary>The document: metadata, components, dependencies, compositions, vulnerabilities.</summary>
internal sealed class Bom(ScanResult result, ReportContext context)
{
    private readonly References references = new(result.Packages);

    public void Write(Stream to, string serial)
    {
        using var page = new JsonPage(to);
        page.Begin();
        page.Text("$schema"u8, "http://cyclonedx.org/schema/bom-1.6.schema.json"u8);
        page.Text("bomFormat"u8, "CycloneDX"u8);
        page.Text("specVersion"u8, "1.6"u8);
        page.Text("serialNumber"u8, $"urn:uuid:{serial}");
        page.Number("version"u8, 1);
        WriteMetadata(page);
        WriteComponents(page);
        WriteDependencies(page);
        WriteCompositions(page);
        new Vulnerabilities(result, references).Write(page);
        page.End();
    }

    private void WriteMetadata(JsonPage page)
    {
        page.Begin("metadata"u8);
        if (context.Timestamp is { } time) page.Text("timestamp"u8, time);
        page.BeginList("lifecycles"u8);
        page.Begin();
        page.Text("phase"u8, "post-build"u8);
        page.End();
        page.EndList();
        page.Begin("tools"u8);
        page.BeginList("components"u8);
        page.Begin();
        page.Text("type"u8, "application"u8);
        page.Text("name"u8, "plimsoll"u8);
        page.Text("version"u8, context.ToolVersion);
        page.End();
        page.EndList();
        page.End();
        WriteImage(page);
        Components.Write(page, Properties.OfDocument(result));
        page.End();
    }

    private void WriteImage(JsonPage page)
    {
        var image = result.Image;
        page.Begin("component"u8);
        page.Text("type"u8, Subject.IsContainer(image) ? "container"u8 : result.Os is null ? "application"u8 : "operating-system"u8);
        page.Text("bom-ref"u8, References.Image);
        page.Text("name"u8, Subject.Name(image).Repository);
        if (Subject.Version(image) is { } version) page.Text("version"u8, Components.Version(version));
        if (image.ManifestDigest is { } digest)
        {
            page.BeginList("hashes"u8);
            page.Begin();
            page.Text("alg"u8, digest.Algorithm == "sha512" ? "SHA-512"u8 : "SHA-256"u8);
            page.Text("content"u8, digest.Hex);
            page.End();
            page.EndList();
        }
        if (ImageName.Purl(image) is { } purl) page.Text("purl"u8, purl.ToString());
        Components.Write(page, Properties.OfImage(image));
        page.End();
    }

    private void WriteComponents(JsonPage page)
    {
        page.BeginList("components"u8);
        if (result.Os is { } os) WriteOs(os, page);
        for (var i = 0; i < result.Applications.Length; i++) WriteApplication(i, result.Applications[i], page);
        var components = new Components(result, references);
        for (var i = 0; i < result.Packages.Length; i++) components.Write(i, page);
        page.EndList();
    }

    private static void WriteOs(OsRelease os, JsonPage page)
    {
        page.Begin();
        page.Text("type"u8, "operating-system"u8);
        page.Text("bom-ref"u8, References.Os);
        page.Text("name"u8, os.Id);
        if (os.VersionId is { } version) page.Text("version"u8, Components.Version(version));
        if (os.PrettyName is { } name) page.Text("description"u8, name);
        page.Begin("evidence"u8);
        Components.Occurrences(page, [os.Location]);
        page.End();
        page.End();
    }

    private static void WriteApplication(int index, Application application, JsonPage page)
    {
        page.Begin();
        page.Text("type"u8, "application"u8);
        page.Text("bom-ref"u8, References.Application(index));
        page.Text("name"u8, application.Name);
        if (application.Version is { } version) page.Text("version"u8, Components.Version(version));
        if (application.Executable is { } executable)
        {
            page.Begin("evidence"u8);
            Components.Occurrences(page, [executable]);
            page.End();
        }
        Components.Write(page, Properties.OfApplication(application));
        page.End();
    }

    /// <summary>
    /// A package that declares needs which nothing installed answers, or whose identity is a guess, has no entry: by the
    /// standard an entry without dependencies says that there are none, and a missing one that they are unknown.
    /// </summary>
    private void WriteDependencies(JsonPage page)
    {
        page.BeginList("dependencies"u8);
        Entry(page, References.Image, Contents());
        if (result.Os is not null) Entry(page, References.Os, []);
        var declaresAll = result.Image.Source != SourceKind.Sbom; // Of a bill it is not known which needs it left out.
        for (var i = 0; i < result.Applications.Length; i++)
            if (result.Applications[i].PackageKey is { } key && references.Find(key) is { } from) Entry(page, References.Application(i), [from]);
        for (var i = 0; i < result.Packages.Length; i++)
        {
            var package = result.Packages[i];
            var known = package.Dependencies.Select(references.Find).OfType<string>().Distinct(StringComparer.Ordinal);
            if (!package.Dependencies.IsEmpty || (declaresAll && package.Requires.IsEmpty && !package.IsGuess)) Entry(page, references[i], known);
        }
        page.EndList();
    }

    private IEnumerable<string> Contents()
    {
        if (result.Os is not null) yield return References.Os;
        for (var i = 0; i < result.Applications.Length; i++) yield return References.Application(i);
        for (var i = 0; i < result.Packages.Length; i++)
            if (result.Packages[i].RemovedIn is null) yield return references[i];
    }

    private static void Entry(JsonPage page, string reference, IEnumerable<string> on)
    {
        page.Begin();
        page.Text("ref"u8, reference);
        page.List("dependsOn"u8, on);
        page.End();
    }

    private void WriteCompositions(JsonPage page)
    {
        page.BeginList("compositions"u8);
        page.Begin();
        page.Text("aggregate"u8, result.Completeness == Completeness.Complete ? "complete"u8 : "incomplete"u8);
        page.List("assemblies"u8, [References.Image]);
        page.End();
        page.EndList();
    }
}
