using System.Collections.Immutable;

namespace Plimsoll.Core.Images;

/// <summary>What was scanned: where it came from, its layers from the base upward, and how it is started.</summary>
public sealed record Image
{
    /// <summary>The reference as the user gave it, without the prefix that names the kind.</summary>
    public required string Reference { get; init; }

    public required SourceKind Source { get; init; }

    /// <summary>Names under which the source knows the image (`nginx:1.25`).</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>Digest of the manifest; none for a folder or an archive without one.</summary>
    public Digest? ManifestDigest { get; init; }

    /// <summary>Digest of the configuration: what engines call the image ID.</summary>
    public Digest? ConfigDigest { get; init; }

    public Platform? Platform { get; init; }

    public ImageConfig Config { get; init; } = ImageConfig.None;

    public ImmutableArray<Layer> Layers { get; init; } = [];

    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The image that this one was built on; null when nothing says it.</summary>
    public BaseImage? Base { get; init; }
}

/// <summary>What kind of thing a target is; its name in lower case is the prefix of the target.</summary>
public enum SourceKind
{
    Archive,
    Oci,
    Rootfs,
    Sbom,
    Docker,
    Podman,
    Container,
    Registry,
}

/// <summary>One layer of an image.</summary>
/// <param name="Index">0 is the lowest.</param>
/// <param name="Digest">Digest of the blob as it is stored, compressed or not; null for a folder.</param>
/// <param name="DiffId">Digest of the uncompressed tar, as the configuration declares it; null for a folder.</param>
/// <param name="Size">Bytes of the blob as it is stored.</param>
/// <param name="CreatedBy">The history command that made it.</param>
public sealed record Layer(int Index, Digest? Digest, Digest? DiffId, long Size, string? CreatedBy)
{
    public LayerOrigin Origin { get; init; }

    /// <summary>For messages: `layer 3 (1f0e9c8b7a65)`, counted from 1 at the bottom.</summary>
    public string Name => (Digest ?? DiffId) is { } digest ? $"layer {Index + 1} ({digest.Short})" : $"layer {Index + 1}";
}

/// <summary>Whether something belongs to the base image or was added on top of it.</summary>
public enum LayerOrigin
{
    Unknown,
    Base,
    Added,
}

/// <summary>The image underneath.</summary>
/// <param name="Name">Its name, where known.</param>
/// <param name="LayerCount">How many of the lowest layers belong to it; null when only its name is known.</param>
/// <param name="Evidence">How it is known: an annotation, `--base`, or a list of known diffIDs.</param>
public sealed record BaseImage(string? Name, Digest? Digest, int? LayerCount, string Evidence);

/// <summary>How a container of this image is started (OCI image configuration, `config`).</summary>
public sealed record ImageConfig
{
    public static readonly ImageConfig None = new();

    /// <summary>False for a plain folder, which says nothing on how it is started.</summary>
    public bool Known { get; init; }

    public ImmutableArray<string> Entrypoint { get; init; } = [];
    public ImmutableArray<string> Cmd { get; init; } = [];

    /// <summary>`NAME=value`, in the order of the configuration.</summary>
    public ImmutableArray<string> Env { get; init; } = [];

    public string User { get; init; } = "";
    public string WorkingDir { get; init; } = "";

    /// <summary>`80/tcp`, sorted.</summary>
    public ImmutableArray<string> ExposedPorts { get; init; } = [];

    public ImmutableArray<string> Volumes { get; init; } = [];
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public string? StopSignal { get; init; }
    public bool HasHealthcheck { get; init; }
    public string? Created { get; init; }

    public string? EnvValue(string name)
    {
        foreach (var pair in Env)
            if (pair.Length > name.Length && pair[name.Length] == '=' && pair.StartsWith(name, StringComparison.Ordinal))
                return pair[(name.Length + 1)..];
        return null;
    }
}
