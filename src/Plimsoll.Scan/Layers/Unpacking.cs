using System.Collections.Immutable;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Layers.Cache;
using Plimsoll.Scan.Sources;

namespace Plimsoll.Scan.Layers;

/// <summary>The stage that turns layers, or a folder read in place, into the files that a container sees.</summary>
internal static class Unpacking
{
    public static ImageFiles Unpack(ResolvedImage image, FileIndex wanted, Limits limits, LayerCache? cache, List<string> notes, ProblemLog problems, ScanProgress? progress)
    {
        if (image.Folder is null) return new LayerReader(image.Layers, new FileTree(), wanted, limits, cache, problems, progress).Read();
        progress?.Begin("reading the folder");
        return new ImageFiles(new RootfsWalker(image.Folder, new FileTree(), limits, problems, notes).Walk(), new LiveContent(image.Folder), hasLayers: false);
    }

    /// <summary>Counts what the final tree holds.</summary>
    public static ScanCounts Count(ImageFiles files)
    {
        long regular = 0, executables = 0, unowned = 0;
        for (var node = 1; node < files.Tree.NodeCount; node++)
        {
            var file = new ImageFile(files, node);
            if (files.Tree.Visible(node) == FileTree.None || !file.IsFile) continue;
            regular++;
            if (file.Magic is not (Magic.Elf or Magic.Shebang)) continue;
            executables++;
            if (files.OwnerOf(node) is null) unowned++;
        }
        return new ScanCounts(files.Tree.EntryCount, regular, executables, files.KnowsOwners ? unowned : null);
    }
}
