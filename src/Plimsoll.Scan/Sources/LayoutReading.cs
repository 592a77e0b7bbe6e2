using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Sources;

/// <summary>What both kinds of layout need: reading verified JSON, and joining what manifest, configuration and history say of each layer.</summary>
internal sealed class LayoutReading(IBlobStore store, Limits limits, ProblemLog problems)
{
    public IBlobStore Store => store;
    public ProblemLog Problems => problems;

    /// <summary>Reads a manifest, index or configuration and verifies it.</summary>
    /// <exception cref="PlimsollException">Absent, too long, or other bytes than declared: nothing that it says can be trusted then.</exception>
    private byte[] ReadVerified(Func<string, Blob?> open, string name, string what, Digest? digest, long? size)
    {
        var blob = open(name) ?? throw Broken($"`{store.Display}` holds no {what} `{name}`" + (store.Truncated is null ? "" : $", and it ends early: {store.Truncated}"));
        try
        {
            var bytes = blob.ReadAll(limits.ManifestBytes);
            if (size is { } declared && declared != bytes.Length) throw Broken($"the {what} `{name}` is declared with {declared:N0} bytes but has {bytes.Length:N0}");
            return DigestCheck.Difference(digest, bytes, $"the {what} `{name}`") is { } difference ? throw Broken(difference) : bytes;
        }
        catch (UnreadableException unreadable)
        {
            throw Broken(unreadable.Message);
        }
    }

    public JsonDocument ReadJson(string name, string what, Digest? digest = null, long? size = null)
    {
        var bytes = ReadVerified(store.OpenManifest, name, what, digest, size);
        try
        {
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException malformed)
        {
            throw Broken($"the {what} `{name}` is no JSON: {malformed.Message}");
        }
    }

    public ImageConfigReader ReadConfig(string name, Digest? digest, long? size = null)
    {
        var bytes = ReadVerified(each => store.OpenConfig(each, size), name, "image configuration", digest, size);
        try
        {
            return ImageConfigReader.Read(bytes);
        }
        catch (JsonException malformed)
        {
            throw Broken($"the image configuration `{name}` is no JSON: {malformed.Message}");
        }
    }

    /// <summary>One layer for each declared blob; a blob that is not there is a problem and the others are read.</summary>
    public ResolvedImage Join(Image image, ImageConfigReader? config, IReadOnlyList<(string Name, Digest? Digest, long? Size)> declared)
    {
        if (declared.Count > limits.Layers) throw Broken($"the manifest lists {declared.Count:N0} layers, more than {limits.Layers:N0}");
        if (config is not null && config.DiffIds.Length != declared.Count)
            problems.Report(ProblemKind.Mismatch, "manifest", $"it lists {declared.Count} layers but the image configuration has {config.DiffIds.Length} diffIDs; layers without one are not verified against it");
        var hasHistory = config is not null && config.CreatedBy.Length == declared.Count;
        var layers = new List<Layer>();
        var blobs = new List<LayerBlob>();
        for (var i = 0; i < declared.Count; i++)
        {
            var (name, digest, size) = declared[i];
            var layer = new Layer(i, digest, config is not null && i < config.DiffIds.Length ? config.DiffIds[i] : null, size ?? 0, hasHistory ? config!.CreatedBy[i] : null);
            var blob = store.OpenLayer(layer, name);
            if (size is null && blob is not null) layer = layer with { Size = blob.Length };
            layers.Add(layer);
            if (blob is not null) blobs.Add(new LayerBlob(layer, blob));
            else problems.Report(ProblemKind.Unreadable, layer.Name, $"its blob `{name}` is not in `{store.Display}`; its files are missing from this report");
        }
        return new ResolvedImage(image with
        {
            Config = config?.Config ?? ImageConfig.None,
            Platform = config?.Platform ?? image.Platform,
            Layers = [.. layers],
        })
        {
            Layers = [.. blobs],
            Holds = [store],
        };
    }

    public PlimsollException Broken(string sentence) =>
        new("image-broken", char.ToUpperInvariant(sentence[0]) + sentence[1..] + ".", "Save or copy the image again; if it is the same then, its source is damaged.");
}
