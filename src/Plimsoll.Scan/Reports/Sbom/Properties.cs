using System.Globalization;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Sbom;

/// <summary>
/// What the standards for bills of materials have no field for, as pairs of a name `plimsoll:…` and a value:
/// properties in CycloneDX, annotations in SPDX. docs/reports.md lists them; the source `sbom:` reads them back.
/// </summary>
internal static class Properties
{
    public static IEnumerable<(string Name, string Value)> OfDocument(ScanResult result)
    {
        yield return ("plimsoll:completeness", result.Completeness == Completeness.Complete ? "complete" : "partial");
        foreach (var problem in result.Problems) yield return ("plimsoll:problem", Facts.Sentence(problem));
        if (result.ApplicationNote is { } reason) yield return ("plimsoll:applicationNote", reason);
        foreach (var note in result.Notes) yield return ("plimsoll:note", note);
    }

    public static IEnumerable<(string Name, string Value)> OfImage(Image image)
    {
        yield return ("plimsoll:image:reference", image.Reference);
        foreach (var name in image.Names) yield return ("plimsoll:image:name", name);
        if (image.Platform is { } platform) yield return ("plimsoll:image:platform", platform.ToString());
        if (image.ConfigDigest is { } config) yield return ("plimsoll:image:configDigest", config.ToString());
        if (image.Base is { } found && (found.Name ?? found.Digest?.ToString()) is { } under) yield return ("plimsoll:image:base", under);
        foreach (var layer in image.Layers)
        {
            var prefix = $"plimsoll:layer:{Number(layer.Index)}:";
            if (layer.Digest is { } digest) yield return (prefix + "digest", digest.ToString());
            if (layer.DiffId is { } diffId) yield return (prefix + "diffId", diffId.ToString());
            yield return (prefix + "size", layer.Size.ToString(CultureInfo.InvariantCulture));
            if (layer.CreatedBy is { } command) yield return (prefix + "createdBy", command);
            if (layer.Origin != LayerOrigin.Unknown) yield return (prefix + "origin", Facts.Origins(layer.Origin));
        }
    }

    public static IEnumerable<(string Name, string Value)> OfApplication(Application application)
    {
        if (!application.Command.IsEmpty) yield return ("plimsoll:application:command", Facts.Command(application));
        if (application.Runtime is { } runtime) yield return ("plimsoll:application:runtime", runtime);
        if (application.User.Length > 0) yield return ("plimsoll:application:user", application.User);
        foreach (var port in application.Ports) yield return ("plimsoll:application:port", port);
        foreach (var file in application.ConfigFiles) yield return ("plimsoll:application:configFile", file.Path);
        foreach (var step in application.Evidence) yield return ("plimsoll:application:evidence", step);
    }

    public static IEnumerable<(string Name, string Value)> OfPackage(Package package)
    {
        yield return ("plimsoll:foundBy", package.FoundBy);
        if (package.Origin != LayerOrigin.Unknown) yield return ("plimsoll:origin", Facts.Origins(package.Origin));
        if (package.RemovedIn is { } layer) yield return ("plimsoll:removedIn", Number(layer));
        if (package.SourceName is { } source) yield return ("plimsoll:source:name", source);
        if (package.SourceVersion is { } version) yield return ("plimsoll:source:version", version);
        if (package.Architecture is { } architecture) yield return ("plimsoll:architecture", architecture);
        if (package.OwnedFiles is { } files) yield return ("plimsoll:ownedFiles", Number(files));
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
