using System.Text.Json;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Sources;

/// <summary>
/// An OCI image layout (OCI image specification, "Image Layout"): `index.json` lists descriptors of manifests or of
/// further indexes, each blob is a file `blobs/ALGORITHM/HEX`.
/// </summary>
internal static class OciLayout
{
    public const string Index = "index.json";
    public const string IndexType = "application/vnd.oci.image.index.v1+json";
    public const string ManifestType = "application/vnd.oci.image.manifest.v1+json";

    /// <summary>Indexes one inside the other; registries and engines make two.</summary>
    private const int MaxNesting = 4;

    /// <summary>What BuildKit calls the platform of attestations, which are no images.</summary>
    private const string NoPlatform = "unknown";

    private sealed record Descriptor(Digest Digest, long? Size, string MediaType, Platform? Platform, string? RefName)
    {
        public string BlobName => $"blobs/{Digest.Algorithm}/{Digest.Hex}";
        public bool IsIndex => MediaType is IndexType or "application/vnd.docker.distribution.manifest.list.v2+json";
        public string Display => (RefName ?? Digest.ToString()) + (Platform is null ? "" : $" ({Platform})");
    }

    public static ResolvedImage Resolve(LayoutReading reading, Target target, Platform? platform)
    {
        var chosen = Choose(Descriptors(reading, Index, null, null), target, platform, reading, isTop: true);
        for (var nesting = 1; chosen.IsIndex; nesting++)
        {
            if (nesting > MaxNesting) throw reading.Broken($"`{target.Path}` nests indexes more than {MaxNesting} deep");
            chosen = Choose(Descriptors(reading, chosen.BlobName, chosen.Digest, chosen.Size), target, platform, reading, isTop: false) with { RefName = chosen.RefName };
        }
        return ReadManifest(reading, target, chosen, platform);
    }

    private static ResolvedImage ReadManifest(LayoutReading reading, Target target, Descriptor chosen, Platform? platform)
    {
        using var document = reading.ReadJson(chosen.BlobName, "manifest", chosen.Digest, chosen.Size);
        var manifest = document.RootElement;
        var configAt = Parse(manifest.Member("config")) ?? throw reading.Broken($"the manifest {chosen.Digest} names no configuration");
        var config = reading.ReadConfig(configAt.BlobName, configAt.Digest, configAt.Size);
        config.Require(platform, target);
        var layers = new List<(string, Digest?, long?)>();
        foreach (var layer in manifest.Member("layers").Items())
        {
            var at = Parse(layer) ?? throw reading.Broken($"a layer of the manifest {chosen.Digest} has no valid digest");
            if (at.MediaType.EndsWith("+encrypted", StringComparison.Ordinal))
                throw new PlimsollException("layer-encrypted", $"Layer {layers.Count + 1} of `{target.Path}` is encrypted.", "Decrypt the image first, `skopeo copy --decryption-key`.");
            layers.Add((at.BlobName, at.Digest, at.Size));
        }
        DockerArchive.ReportTruncation(reading);
        return reading.Join(new Image
        {
            Reference = target.Path,
            Source = target.Kind,
            Names = chosen.RefName is { } name ? [name] : [],
            ManifestDigest = chosen.Digest,
            ConfigDigest = configAt.Digest,
            Platform = chosen.Platform,
            Annotations = manifest.Member("annotations").Map(),
        }, config, layers);
    }

    private static List<Descriptor> Descriptors(LayoutReading reading, string name, Digest? digest, long? size)
    {
        using var document = reading.ReadJson(name, "index", digest, size);
        var found = new List<Descriptor>();
        foreach (var item in document.RootElement.Member("manifests").Items())
        {
            var descriptor = Parse(item) ?? throw reading.Broken($"an entry of the index `{name}` has no valid digest");
            if (descriptor.Platform?.Os != NoPlatform) found.Add(descriptor);
        }
        return found;
    }

    private static Descriptor Choose(List<Descriptor> among, Target target, Platform? platform, LayoutReading reading, bool isTop)
    {
        if (among.Count == 0) throw reading.Broken($"`{target.Path}` lists no image");
        var fitting = among;
        if (isTop && target.Reference is { } reference)
        {
            fitting = among.FindAll(descriptor => Names(descriptor, reference));
            if (fitting.Count == 0) throw new PlimsollException("image-not-found", $"`{target.Path}` holds no image `{reference}`.", $"It holds: {Listed(among)}.");
        }
        if (fitting.Count == 1 && (platform is null || fitting[0].Platform is null || platform.Accepts(fitting[0].Platform!))) return fitting[0];
        var wanted = platform ?? Platform.OfThisMachine;
        var ofPlatform = fitting.FindAll(descriptor => descriptor.Platform is { } offered && wanted.Accepts(offered));
        if (ofPlatform.Count >= 1 && (!isTop || ofPlatform.Count == 1)) return ofPlatform[0];
        if (ofPlatform.Count == 0 && fitting.TrueForAll(descriptor => descriptor.Platform is not null))
            throw new PlimsollException("platform-not-found", $"`{target.Path}` holds no image for {wanted}.", $"Give one of its platforms by `--platform`: {string.Join(", ", fitting.Select(descriptor => descriptor.Platform).Distinct())}.");
        throw new PlimsollException("image-ambiguous", $"`{target.Path}` holds {fitting.Count} images: {Listed(fitting)}.", $"Name one: `oci:{target.Path}:{fitting[0].RefName ?? fitting[0].Digest.ToString()}`.");
    }

    private static bool Names(Descriptor descriptor, string reference) =>
        descriptor.RefName == reference || descriptor.Digest.ToString() == reference || descriptor.RefName?.EndsWith(":" + reference, StringComparison.Ordinal) == true;

    private static string Listed(List<Descriptor> all) => string.Join(", ", all.Take(20).Select(descriptor => descriptor.Display)) + (all.Count > 20 ? " …" : "");

    private static Descriptor? Parse(JsonElement from)
    {
        if (!Digest.TryParse(from.Text("digest"), out var digest)) return null;
        var platform = from.Member("platform");
        return new Descriptor(digest, from.Number("size"), from.Text("mediaType") ?? "",
            platform.Text("os") is { } os && platform.Text("architecture") is { } architecture ? new Platform(os, architecture, platform.Text("variant")) : null,
            from.Member("annotations").Text("io.containerd.image.name") ?? from.Member("annotations").Text("org.opencontainers.image.ref.name"));
    }
}
