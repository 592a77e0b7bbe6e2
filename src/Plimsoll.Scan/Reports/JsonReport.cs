using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Json;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports;

/// <summary>
/// Everything that a scan found, for programs. The format is Plimsoll's own and has a version; its schema is
/// docs/schema/scan-1.schema.json. Every field is always there; what is not known is null.
/// </summary>
internal sealed class JsonReport : IReport
{
    public string Id => "json";
    public string Summary => "everything that was found, in Plimsoll's own JSON schema";

    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        using var page = new JsonPage(to);
        page.Begin();
        page.Text("schema"u8, "plimsoll/scan/1"u8);
        page.Begin("tool"u8);
        page.Text("name"u8, "plimsoll"u8);
        page.Text("version"u8, context.ToolVersion);
        page.End();
        page.Text("time"u8, context.Timestamp);
        page.Text("completeness"u8, result.Completeness == Completeness.Complete ? "complete"u8 : "partial"u8);
        WriteImage(result.Image, page);
        WriteLayers(result.Image.Layers, page);
        WriteOs(result.Os, page);
        WriteApplications(result.Applications, page);
        page.Text("applicationNote"u8, result.ApplicationNote);
        WritePackages(result.Packages, page);
        JsonVulnerabilities.Write(result, page);
        PlanJson.Write(result, page);
        SupportJson.Write(result.Support, page);
        FreshnessJson.Write(result.Freshness, page);
        HardeningJson.Write(result.Hardening, page);
        WriteProblems(result.Problems, page);
        page.List("notes"u8, result.Notes);
        WriteCounts(result.Counts, page);
        page.End();
    }

    private static void WriteImage(Image image, JsonPage page)
    {
        page.Begin("image"u8);
        page.Text("reference"u8, image.Reference);
        page.Text("source"u8, image.Source.ToString().ToLowerInvariant());
        page.List("names"u8, image.Names);
        page.Text("manifestDigest"u8, image.ManifestDigest?.ToString());
        page.Text("configDigest"u8, image.ConfigDigest?.ToString());
        WritePlatform(image.Platform, page);
        WriteConfig(image.Config, page);
        WriteMap("annotations"u8, image.Annotations, page);
        WriteBase(image.Base, page);
        page.End();
    }

    private static void WritePlatform(Platform? platform, JsonPage page)
    {
        if (platform is null)
        {
            page.Null("platform"u8);
            return;
        }
        page.Begin("platform"u8);
        page.Text("os"u8, platform.Os);
        page.Text("architecture"u8, platform.Architecture);
        page.Text("variant"u8, platform.Variant);
        page.End();
    }

    /// <summary>Null where nothing says how a container is started, so that defaults are not taken for statements.</summary>
    private static void WriteConfig(ImageConfig config, JsonPage page)
    {
        if (!config.Known)
        {
            page.Null("config"u8);
            return;
        }
        page.Begin("config"u8);
        page.List("entrypoint"u8, config.Entrypoint);
        page.List("cmd"u8, config.Cmd);
        page.List("env"u8, config.Env);
        page.Text("user"u8, config.User);
        page.Text("workingDir"u8, config.WorkingDir);
        page.List("exposedPorts"u8, config.ExposedPorts);
        page.List("volumes"u8, config.Volumes);
        WriteMap("labels"u8, config.Labels, page);
        page.Text("stopSignal"u8, config.StopSignal);
        page.Flag("hasHealthcheck"u8, config.HasHealthcheck);
        page.Text("created"u8, config.Created);
        page.End();
    }

    private static void WriteBase(BaseImage? found, JsonPage page)
    {
        if (found is null)
        {
            page.Null("base"u8);
            return;
        }
        page.Begin("base"u8);
        page.Text("name"u8, found.Name);
        page.Text("digest"u8, found.Digest?.ToString());
        page.Number("layerCount"u8, found.LayerCount);
        page.Text("evidence"u8, found.Evidence);
        page.End();
    }

    private static void WriteLayers(ImmutableArray<Layer> layers, JsonPage page)
    {
        page.List("layers"u8, layers, layer =>
        {
            page.Number("index"u8, layer.Index);
            page.Text("digest"u8, layer.Digest?.ToString());
            page.Text("diffId"u8, layer.DiffId?.ToString());
            page.Number("size"u8, layer.Size);
            page.Text("createdBy"u8, layer.CreatedBy);
            page.Text("origin"u8, Facts.Origins(layer.Origin));
        });
    }

    private static void WriteOs(OsRelease? os, JsonPage page)
    {
        if (os is null)
        {
            page.Null("os"u8);
            return;
        }
        page.Begin("os"u8);
        page.Text("id"u8, os.Id);
        page.List("idLike"u8, os.IdLike);
        page.Text("versionId"u8, os.VersionId);
        page.Text("versionCodename"u8, os.VersionCodename);
        page.Text("prettyName"u8, os.PrettyName);
        page.Begin("location"u8);
        WriteLocation(os.Location, page);
        page.End();
        page.End();
    }

    private static void WriteApplications(ImmutableArray<Application> applications, JsonPage page)
    {
        page.List("applications"u8, applications, application =>
        {
            page.Text("name"u8, application.Name);
            page.Text("version"u8, application.Version);
            page.List("command"u8, application.Command);
            if (application.Executable is { } executable)
            {
                page.Begin("executable"u8);
                WriteLocation(executable, page);
                page.End();
            }
            else page.Null("executable"u8);
            page.Text("package"u8, application.PackageKey);
            page.Text("runtime"u8, application.Runtime);
            page.Text("user"u8, application.User);
            page.List("ports"u8, application.Ports);
            WriteLocations("configFiles"u8, application.ConfigFiles, page);
            page.List("evidence"u8, application.Evidence);
        });
    }

    private static void WritePackages(ImmutableArray<Package> packages, JsonPage page)
    {
        page.BeginList("packages"u8);
        foreach (var package in packages) WritePackage(package, page);
        page.EndList();
    }

    private static void WritePackage(Package package, JsonPage page)
    {
        page.Begin();
        page.Text("purl"u8, package.Key);
        page.Text("type"u8, package.Purl.Type);
        page.Text("name"u8, package.Name);
        page.Text("version"u8, package.Version);
        page.Text("cpe"u8, package.Cpe);
        page.Text("sourceName"u8, package.SourceName);
        page.Text("sourceVersion"u8, package.SourceVersion);
        page.Text("architecture"u8, package.Architecture);
        page.List("licenses"u8, package.Licenses);
        page.Text("supplier"u8, package.Supplier);
        WriteLocations("locations"u8, package.Locations, page);
        page.Text("foundBy"u8, package.FoundBy);
        page.List("requires"u8, package.Requires, requirement =>
        {
            page.Text("target"u8, requirement.Target);
            page.Flag("byLocation"u8, requirement.ByLocation);
        });
        page.List("provides"u8, package.Provides);
        page.List("dependencies"u8, package.Dependencies);
        page.List("contains"u8, package.Contains.Select(part => part.ToString()));
        page.Number("ownedFiles"u8, package.OwnedFiles);
        page.Text("origin"u8, Facts.Origins(package.Origin));
        page.Number("removedIn"u8, package.RemovedIn);
        page.Flag("isGuess"u8, package.IsGuess);
        page.End();
    }

    private static void WriteProblems(ImmutableArray<Problem> problems, JsonPage page)
    {
        page.List("problems"u8, problems, problem =>
        {
            page.Text("kind"u8, Kind(problem.Kind));
            page.Text("unit"u8, problem.Unit);
            page.Text("where"u8, problem.Where);
            page.Text("message"u8, problem.Message);
        });
    }

    private static void WriteCounts(ScanCounts counts, JsonPage page)
    {
        page.Begin("counts"u8);
        page.Number("entries"u8, counts.Entries);
        page.Number("files"u8, counts.Files);
        page.Number("executables"u8, counts.Executables);
        page.Number("unownedExecutables"u8, counts.UnownedExecutables);
        page.End();
    }

    private static void WriteLocations(ReadOnlySpan<byte> name, ImmutableArray<Location> locations, JsonPage page)
    {
        page.List(name, locations, location =>
        {
            WriteLocation(location, page);
        });
    }

    private static void WriteLocation(Location location, JsonPage page)
    {
        page.Text("path"u8, location.Path);
        page.Number("layer"u8, location.Layer);
        page.Number("line"u8, location.Line);
    }

    private static void WriteMap(ReadOnlySpan<byte> name, ImmutableSortedDictionary<string, string> map, JsonPage page)
    {
        page.Begin(name);
        foreach (var (key, value) in map) page.Text(key, value);
        page.End();
    }

    private static string Kind(ProblemKind kind) => kind switch
    {
        ProblemKind.LimitReached => "limitReached",
        ProblemKind.DataMissing => "dataMissing",
        _ => Facts.Kind(kind),
    };
}
