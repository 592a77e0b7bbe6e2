namespace Plimsoll.Scan.Layers;

/// <summary>
/// Bounds on hostile input, each with its reason; docs/limits.md lists them for users. Passing one is a problem
/// in the result, never a silent cut.
/// </summary>
internal sealed record Limits
{
    public static readonly Limits Default = new();

    /// <summary>Entries of all layers together. The largest real images known hold about 1.5 million; at 100 bytes each this is 500 MB.</summary>
    public int Entries { get; init; } = 5_000_000;

    /// <summary>Bytes of one path: PATH_MAX of Linux; longer ones cannot be opened by any program in the container.</summary>
    public int PathLength { get; init; } = 4096;

    /// <summary>Folders one below the other. Linux bounds it only by PATH_MAX; 1,024 is 30 times the deepest node_modules seen.</summary>
    public int PathDepth { get; init; } = 1024;

    /// <summary>Bytes of one inflated layer: twice the 64 GiB above which registries refuse.</summary>
    public long LayerBytes { get; init; } = 128L << 30;

    /// <summary>
    /// Inflated bytes for one stored byte, judged after the first 64 MiB. Deflate cannot exceed 1,032; real layers
    /// stay under 20, sparse database files reach some hundred.
    /// </summary>
    public int Ratio { get; init; } = 1000;

    /// <summary>Bytes that compressed input may put into the private spool on disk, all layers together.</summary>
    public long SpoolBytes { get; init; } = 16L << 30;

    /// <summary>Bytes of one manifest, index or configuration; registries take 4 MiB (OCI distribution specification, "Pushing manifests").</summary>
    public int ManifestBytes { get; init; } = 4 << 20;

    /// <summary>Layers of one image: overlayfs and engines stop at 127 or 128; containerd images with more cannot run.</summary>
    public int Layers { get; init; } = 1024;

    /// <summary>Entries of an image archive: three for each layer in the oldest format, and some for each image in it.</summary>
    public int ArchiveEntries { get; init; } = 100_000;

    /// <summary>Bytes of one PAX extended header or GNU long name.</summary>
    public int HeaderBytes { get; init; } = 1 << 20;
}
