using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.SavedReports;

/// <summary>
/// Reads a JSON report (docs/schema/scan-1.schema.json) back into a result: image, system, applications, packages, findings,
/// plan and problems. What a comparison or explanation does not need stays out.
/// </summary>
public static class SavedReport
{
    /// <summary>Bytes of a report: one of an image with 10,000 packages and as many findings has some 40 MB.</summary>
    internal const int MostBytes = 256 << 20;

    /// <summary>Bytes at the beginning in which a file must say what it is.</summary>
    private const int HeadBytes = 512;

    private const string Schema = "plimsoll/scan/1";
    private const string Remedy = "Write one with `plimsoll scan TARGET --format json`.";

    /// <summary>Whether a file is such a report, by its first lines.</summary>
    public static bool LooksLike(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            Span<byte> head = stackalloc byte[HeadBytes];
            head = head[..file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false)];
            return head.IndexOf("\"plimsoll/scan/"u8) >= 0;
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return false; // No file, or whoever opens it next says why.
        }
    }

    /// <exception cref="PlimsollException">It is no report, or one of another version.</exception>
    public static ScanResult Read(string path) => Parse(WholeFile.Read(path, MostBytes, "report", "The report"), path);

    internal static ScanResult Parse(ReadOnlyMemory<byte> json, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.Text("schema") is not Schema) throw new PlimsollException("report-unknown", $"`{path}` has the schema `{root.Text("schema") ?? "none"}`, and this version reads `{Schema}`.", Remedy);
            return Result(root);
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or FormatException)
        {
            throw new PlimsollException("report-malformed", $"`{path}` is no report that can be read: {broken.Message.Split(" LineNumber")[0].TrimEnd('.')}.", Remedy);
        }
    }

    private static ScanResult Result(JsonElement root)
    {
        var found = root.Member("vulnerabilities");
        return new ScanResult
        {
            Image = Image(root.Member("image"), root.Member("layers")),
            Os = Os(root.Member("os")),
            Applications = [.. root.Member("applications").Items().Select(one => new Application { Name = one.Text("name") ?? "", Version = one.Text("version"), PackageKey = one.Text("package"), Runtime = one.Text("runtime") })],
            ApplicationNote = root.Text("applicationNote"),
            Packages = [.. root.Member("packages").Items().Select(Package)],
            Vulnerabilities = found.ValueKind == JsonValueKind.Array ? [.. found.Items().Select(SavedFindings.Vulnerability)] : null,
            Suppressed = [.. root.Member("suppressed").Items().Select(SavedFindings.Suppressed)],
            Plan = root.Member("plan").ValueKind == JsonValueKind.Object ? SavedFindings.Plan(root.Member("plan")) : null,
            Problems = [.. root.Member("problems").Items().Select(one => new Problem(SavedFindings.Word<ProblemKind>(one.Text("kind")?.Replace(" ", "", StringComparison.Ordinal)), one.Text("unit") ?? "", one.Text("where") ?? "", one.Text("message") ?? ""))],
            Notes = root.Texts("notes"),
            Counts = new ScanCounts(0, 0, 0, null),
        };
    }

    private static Image Image(JsonElement image, JsonElement layers) => new()
    {
        Reference = image.Text("reference") ?? "",
        Source = SavedFindings.Word<SourceKind>(image.Text("source")),
        Names = image.Texts("names"),
        ManifestDigest = Digest.TryParse(image.Text("manifestDigest"), out var manifest) ? manifest : null,
        ConfigDigest = Digest.TryParse(image.Text("configDigest"), out var config) ? config : null,
        Layers = [.. layers.Items().Select((layer, index) => new Layer(index, Digest.TryParse(layer.Text("digest"), out var digest) ? digest : null, Digest.TryParse(layer.Text("diffId"), out var diffId) ? diffId : null, layer.Number("size") ?? 0, layer.Text("createdBy")))],
    };

    private static OsRelease? Os(JsonElement os) => os.Text("id") is not { } id ? null : new OsRelease
    {
        Id = id,
        VersionId = os.Text("versionId"),
        VersionCodename = os.Text("versionCodename"),
        PrettyName = os.Text("prettyName"),
        Location = new Location(os.Member("location").Text("path") ?? ""),
    };

    private static Package Package(JsonElement one)
    {
        var key = one.Text("purl") ?? "";
        if (!PackageUrlParser.TryParse(key, out var purl)) throw new FormatException($"`{key}` is no package URL");
        return new Package
        {
            Purl = purl,
            Name = one.Text("name") ?? purl.Name,
            Version = one.Text("version") ?? "",
            SourceName = one.Text("sourceName"),
            SourceVersion = one.Text("sourceVersion"),
            FoundBy = one.Text("foundBy") ?? "",
            Locations = [.. one.Member("locations").Items().Select(place => new Location(place.Text("path") ?? "", (int?)place.Number("layer"), (int?)place.Number("line")))],
            Dependencies = one.Texts("dependencies"),
            Origin = SavedFindings.Word<LayerOrigin>(one.Text("origin")),
            RemovedIn = (int?)one.Number("removedIn"),
            IsGuess = one.Member("isGuess").ValueKind == JsonValueKind.True,
        };
    }
}
