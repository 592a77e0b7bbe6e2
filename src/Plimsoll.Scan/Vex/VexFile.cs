using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Policies;

namespace Plimsoll.Scan.Vex;

/// <summary>A file of VEX statements, in any of the formats that are read.</summary>
public sealed record VexFile
{
    /// <summary>Bytes of one file; the largest that vendors publish on one product has some 20 MB.</summary>
    internal const int MostBytes = 64 << 20;

    /// <summary>Levels of nesting: a CSAF product tree of ten branches has 30.</summary>
    private const int MostLevels = 128;

    private const string Remedy = "Give OpenVEX, CSAF 2.0 (profile VEX) or CycloneDX with vulnerabilities, all as JSON.";

    /// <summary>As it was named.</summary>
    public required string Path { get; init; }

    internal ImmutableArray<VexStatement> Statements { get; init; } = [];

    /// <summary>Statements that could not be used.</summary>
    public ImmutableArray<Problem> Problems { get; init; } = [];

    /// <exception cref="PlimsollException">It cannot be read or is no VEX.</exception>
    public static VexFile Read(string path) => Parse(WholeFile.Read(path, MostBytes, "vex", "The VEX file"), path);

    internal static VexFile Parse(ReadOnlyMemory<byte> json, string path)
    {
        if (json.Span.StartsWith("\uFEFF"u8)) json = json[3..];
        var problems = new ProblemLog(Suppressing.VexUnit);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MostLevels });
            var root = document.RootElement;
            IEnumerable<VexStatement> statements =
                root.Text("@context")?.Contains("openvex", StringComparison.Ordinal) == true ? OpenVex.Read(root, path, problems)
                : root.Member("document").Text("csaf_version") is not null ? CsafVex.Read(root, path, problems)
                : root.Text("bomFormat") == "CycloneDX" && root.Member("vulnerabilities").ValueKind == JsonValueKind.Array ? CycloneDxVex.Read(root, path, problems)
                : root.Text("bomFormat") == "CycloneDX" ? throw new PlimsollException("vex-unknown", $"`{path}` is a bill of materials without `vulnerabilities`, so it states nothing of any.", Remedy)
                : throw new PlimsollException("vex-unknown", $"`{path}` is no VEX: it has neither OpenVEX's `@context` nor `document.csaf_version` nor `bomFormat`.", Remedy);
            return new VexFile { Path = path, Statements = [.. statements], Problems = [.. problems.All()] };
        }
        catch (JsonException broken)
        {
            throw new PlimsollException("vex-malformed", $"`{path}` is no JSON: {broken.Message.Split(" LineNumber")[0].TrimEnd('.')} in line {broken.LineNumber + 1}.", Remedy);
        }
        catch (InvalidOperationException)
        {
            throw new PlimsollException("vex-malformed", $"`{path}` has a string that is no UTF-8 or half a surrogate pair.", Remedy);
        }
    }

    /// <summary>A product by its package URL; one that has none, or none that reads, names nothing here.</summary>
    internal static PackageUrl? Purl(string? text) => text is not null && PackageUrlParser.TryParse(text, out var purl) ? purl : null;

    internal static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal | System.Globalization.DateTimeStyles.AdjustToUniversal, out var time) ? time : null;
}
