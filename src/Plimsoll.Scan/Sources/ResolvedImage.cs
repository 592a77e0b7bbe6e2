using System.Collections.Immutable;
using Microsoft.Win32.SafeHandles;
using Plimsoll.Core.Images;
using Plimsoll.Scan.Deployments;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Sources;

/// <summary>An image whose parts are located but not yet read: layers as blobs, or a folder that is its root.</summary>
internal sealed record ResolvedImage(Image Image) : IDisposable
{
    public ImmutableArray<LayerBlob> Layers { get; init; } = [];

    /// <summary>The root folder, for an image that is read in place.</summary>
    public SafeFileHandle? Folder { get; init; }

    /// <summary>What the user should know of how it was found, each a sentence.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>How it is run, of a container that an engine has; null for an image.</summary>
    public Deployment? Deployment { get; init; }

    /// <summary>What the blobs are read from.</summary>
    public ImmutableArray<IDisposable> Holds { get; init; } = [];

    public void Dispose()
    {
        Folder?.Dispose();
        foreach (var hold in Holds) hold.Dispose();
    }
}

/// <summary>A layer as it is stored; what the manifest and the configuration declare of it is in <see cref="Layer"/>.</summary>
internal sealed record LayerBlob(Layer Layer, Blob Blob)
{
    /// <summary>Whether the blob was brought here for this scan at some cost, as an engine's archive is, and ends with it.</summary>
    public bool IsCopy { get; init; }
}
