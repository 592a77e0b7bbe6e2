using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Sources;

namespace Plimsoll.Scan.Tests.Catalogers;

/// <summary>A folder of this machine, read and catalogued as a scan of `rootfs:` does.</summary>
internal sealed class RootFolder : IDisposable
{
    private readonly ProblemLog walk = new("rootfs");

    public RootFolder(string path)
    {
        var resolved = RootfsSource.Resolve(path);
        var tree = new RootfsWalker(resolved.Folder!, new FileTree(), Limits.Default, walk, []).Walk();
        Files = new ImageFiles(tree, new LiveContent(resolved.Folder!), hasLayers: false);
        (Packages, Problems) = MemoryImage.Catalog(Files);
    }

    public ImageFiles Files { get; }
    public IReadOnlyList<Package> Packages { get; }

    /// <summary>Of the catalogers.</summary>
    public IReadOnlyList<Problem> Problems { get; }

    public void Dispose() => Files.Dispose();
}
