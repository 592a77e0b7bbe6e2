using System.Text;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Catalogers.Os;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Tests.Catalogers;

/// <summary>One file of an image that a test writes down.</summary>
/// <param name="Link">Target of a symlink; null for a regular file.</param>
/// <param name="Removed">A whiteout.</param>
internal sealed record MemoryFile(string Path, byte[] Content, string? Link = null, bool Removed = false, short Layer = 0);

/// <summary>An image whose content is in memory.</summary>
internal sealed class MemoryImage : IContentReader
{
    private readonly Dictionary<int, byte[]> contents = [];

    private MemoryImage()
    {
    }

    public static ImageFiles Of(IReadOnlyCollection<MemoryFile> from, bool hasLayers = false)
    {
        var image = new MemoryImage();
        var tree = new FileTree();
        foreach (var file in MemoryZip.Pack(from))
        {
            var node = FileTree.Root;
            foreach (var part in file.Path.Split('/', StringSplitOptions.RemoveEmptyEntries)) node = tree.ChildOrAdd(node, Encoding.UTF8.GetBytes(part));
            var mode = file.Removed ? FileType.Whiteout : file.Link is not null ? FileType.Symlink : FileType.File;
            var entry = tree.Set(node, new FileTree.Entry { Size = file.Content.Length, Mode = (ushort)(mode == FileType.File ? mode | 0x1A4 : mode), Layer = file.Layer, Magic = Names.MagicOf(file.Content) }, Encoding.UTF8.GetBytes(file.Link ?? ""));
            image.contents[entry] = file.Content;
        }
        tree.Seal();
        return new ImageFiles(tree, image, hasLayers);
    }

    /// <summary>Runs all catalogers as a scan does.</summary>
    public static (IReadOnlyList<Package> Packages, IReadOnlyList<Problem> Problems) Catalog(ImageFiles files)
    {
        var log = new ProblemLog(OsReleaseReader.Unit);
        var os = OsReleaseReader.Read(files, log);
        var problems = log.All().ToList();
        var packages = new Cataloging(All.Catalogers, []).Run(files, os, problems);
        return (packages, [.. problems.Order()]);
    }

    public Stream Open(FileTree tree, int node, int entry) => new MemoryStream(contents[entry], writable: false);

    public void Dispose()
    {
    }
}
