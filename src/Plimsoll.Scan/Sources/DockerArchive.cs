using System.Text.Json;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Sources;

/// <summary>
/// The output of `docker save` and `podman save`: `manifest.json` is a list of objects with `Config`, `RepoTags` and
/// `Layers`, paths of the archive (Docker image specification 1.2, "Combined Image JSON + Filesystem Changeset Format").
/// </summary>
internal static class DockerArchive
{
    public const string Manifest = "manifest.json";

    public static ResolvedImage Resolve(LayoutReading reading, Target target, Platform? platform)
    {
        using var document = reading.ReadJson(Manifest, "manifest");
        var chosen = Choose([.. document.RootElement.Items()], target, reading);
        var configName = chosen.Text("Config") ?? throw reading.Broken($"the {Manifest} of `{target.Path}` names no image configuration");
        var configDigest = DigestOf(configName);
        var config = reading.ReadConfig(configName, configDigest);
        config.Require(platform, target);
        var image = new Image
        {
            Reference = target.Path,
            Source = target.Kind,
            Names = chosen.Texts("RepoTags"),
            ConfigDigest = configDigest,
        };
        ReportTruncation(reading);
        return reading.Join(image, config, [.. chosen.Texts("Layers").Select(name => (name, DigestOf(name), (long?)null))]);
    }

    /// <summary>
    /// An archive that ends before its manifest, which engines write last: its layers stand in it from the base
    /// upward, and reading them is worth more than nothing.
    /// </summary>
    public static ResolvedImage Salvage(LayoutReading reading, Target target, IEnumerable<string> names)
    {
        var layers = names.Where(name => name.EndsWith(".tar", StringComparison.Ordinal) || (DigestOf(name) is not null && !name.EndsWith(".json", StringComparison.Ordinal))).ToList();
        if (layers.Count == 0) throw reading.Broken($"`{target.Path}` ends before any layer: {reading.Store.Truncated}");
        ReportTruncation(reading);
        reading.Problems.Report(ProblemKind.Truncated, target.Path, $"the {Manifest} is missing, so how the image is started is not known, and the {layers.Count} layers that are there were read in the order of the archive without being verified");
        return reading.Join(new Image { Reference = target.Path, Source = target.Kind }, null, [.. layers.Select(name => (name, (Digest?)null, (long?)null))]);
    }

    public static void ReportTruncation(LayoutReading reading)
    {
        if (reading.Store.Truncated is { } reason) reading.Problems.Report(ProblemKind.Truncated, reading.Store.Display, reason);
    }

    private static JsonElement Choose(List<JsonElement> images, Target target, LayoutReading reading)
    {
        if (images.Count == 0) throw reading.Broken($"the {Manifest} of `{target.Path}` lists no image");
        if (target.Reference is null)
            return images.Count == 1 ? images[0] : throw new PlimsollException("image-ambiguous", $"`{target.Path}` holds {images.Count} images: {string.Join(", ", images.Select(Display))}.", $"Name one: `archive:{target.Path}:{Display(images[0])}`.");
        foreach (var image in images)
            if (image.Texts("RepoTags").Any(tag => tag == target.Reference) || DigestOf(image.Text("Config") ?? "")?.Hex.StartsWith(target.Reference, StringComparison.Ordinal) == true)
                return image;
        throw new PlimsollException("image-not-found", $"`{target.Path}` holds no image `{target.Reference}`.", $"It holds: {string.Join(", ", images.Select(Display))}.");

        static string Display(JsonElement image) => image.Texts("RepoTags") is { IsEmpty: false } tags ? tags[0] : DigestOf(image.Text("Config") ?? "")?.Short ?? "?";
    }

    /// <summary>The digest that a path states: `blobs/sha256/HEX`, or `HEX.json` and `HEX.tar` of older engines. A folder `HEX/layer.tar` is named by something else.</summary>
    private static Digest? DigestOf(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        return Digest.TryParse("sha256:" + (dot < 0 ? name : name[..dot]), out var digest) ? digest : null;
    }
}
