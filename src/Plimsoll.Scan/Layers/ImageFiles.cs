using System.Text;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Layers;

/// <summary>The files of an image as its container sees them, and the way back to their content.</summary>
internal sealed class ImageFiles(FileTree tree, IContentReader content, bool hasLayers) : IDisposable
{
    /// <summary>Hard links that name one another; tar names the first path of a file, so one step is the rule.</summary>
    private const int MaxHardLinks = 8;

    private readonly List<string> owners = [];
    private readonly Dictionary<int, byte[]> laid = [];

    public FileTree Tree { get; } = tree;
    public bool HasLayers { get; } = hasLayers;
    public ImageFile Root => new(this, FileTree.Root);

    /// <summary>True once an OS package database has said which files it owns.</summary>
    public bool KnowsOwners => owners.Count > 0;

    public bool TryFind(string path, out ImageFile found) => TryFind(FileTree.Root, path, out found);

    public bool TryFind(int from, string path, out ImageFile found)
    {
        var bytes = path.Length <= 512 ? stackalloc byte[path.Length * 3] : new byte[path.Length * 3];
        return TryFind(from, bytes[..Encoding.UTF8.GetBytes(path, bytes)], out found);
    }

    public bool TryFind(int from, ReadOnlySpan<byte> path, out ImageFile found, bool followLast = true)
    {
        var node = Tree.Resolve(from, path, followLast);
        found = new ImageFile(this, Math.Max(node, FileTree.Root));
        return node != FileTree.None;
    }

    /// <summary>
    /// Lays a layer of texts over the image, as mounts and copies do when a container is made of it. What is asked for afterwards sees them;
    /// they belong to no layer of the image.
    /// </summary>
    /// <param name="layer">Above all others; a second one with the same number replaces what the first one has of a path.</param>
    /// <param name="hidden">Paths below which nothing of the image is seen, before the files.</param>
    /// <param name="written">Absolute paths, contents and permission bits.</param>
    public void Lay(short layer, IEnumerable<string> hidden, IEnumerable<(string Path, byte[] Content, int Mode)> written)
    {
        foreach (var path in hidden)
            if (Place(layer, path) is var node and not FileTree.None) Tree.Set(node, new FileTree.Entry { Layer = layer, Mode = FileType.Whiteout }, default);
        foreach (var (path, content, mode) in written)
            if (Place(layer, path) is var node and not FileTree.None)
                laid[Tree.Set(node, new FileTree.Entry { Layer = layer, Size = content.Length, Mode = (ushort)(FileType.File | mode), Magic = Names.MagicOf(content.AsSpan(0, Math.Min(4, content.Length))) }, default)] = content;
        Tree.Seal();
    }

    /// <summary>The layer of what an entry is; null for what was laid over the image.</summary>
    public int? LayerOf(int entry) => laid.ContainsKey(entry) ? null : Tree.EntryAt(entry).Layer;

    private int Place(short layer, string path)
    {
        var bytes = Encoding.UTF8.GetBytes(path.TrimEnd('/'));
        var slash = bytes.AsSpan().LastIndexOf((byte)'/');
        if (slash < 0 || slash == bytes.Length - 1 || bytes.AsSpan(slash + 1) is var name && (name.SequenceEqual(".."u8) || name.SequenceEqual("."u8))) return FileTree.None;
        var folder = Tree.FolderOf(layer, bytes.AsSpan(0, slash + 1));
        return folder == FileTree.None ? FileTree.None : Tree.ChildOrAdd(folder, bytes.AsSpan(slash + 1));
    }

    /// <summary>An owner's key as the small number that a path remembers.</summary>
    public int AddOwner(string packageKey)
    {
        owners.Add(packageKey);
        return owners.Count - 1;
    }

    /// <summary>Before the catalogers run again over another state of the tree.</summary>
    public void ForgetOwners()
    {
        if (owners.Count == 0) return;
        owners.Clear();
        for (var node = 0; node < Tree.NodeCount; node++) Tree.Owner(node) = FileTree.None;
    }

    /// <summary>Notes that a package installed a path. Folders are shared by many packages and have no owner.</summary>
    /// <param name="from">Node of the folder that a relative path starts from.</param>
    /// <param name="path">As the package lists it; symlinks on the way (`/lib` to `usr/lib`) are followed, the last name is not.</param>
    /// <returns>Whether the path is in the image and no folder.</returns>
    public bool Claim(int from, ReadOnlySpan<byte> path, int owner)
    {
        var node = Tree.Resolve(from, path, followLast: false);
        if (node == FileTree.None || new ImageFile(this, node).IsFolder) return false;
        Tree.Owner(node) = owner;
        return true;
    }

    public string? OwnerOf(int node) => Tree.Owner(node) is var owner && owner >= 0 ? owners[owner] : null;

    /// <summary>The entry that holds the bytes: a hard link leads to its target in the same layer, or else below it.</summary>
    public int Content(int entry)
    {
        for (var hops = 0; hops < MaxHardLinks && (Tree.EntryAt(entry).Mode & FileType.Mask) == FileType.HardLink; hops++)
        {
            var found = (int)Tree.EntryAt(entry).Offset;
            if (found == FileTree.None && Tree.Find(Tree.Link(entry)) is var target and not FileTree.None) found = Tree.AtOrBelow(target, Tree.EntryAt(entry).Layer);
            if (found == FileTree.None) return entry;
            entry = found;
        }
        return entry;
    }

    /// <summary>Says which files will be opened next, so that a compressed layer is inflated once for all of them.</summary>
    public void Prepare(IEnumerable<ImageFile> next) =>
        content.Prepare(Tree, [.. next.Select(file => Tree.Visible(file.Node)).Where(entry => entry != FileTree.None).Select(Content).Where(entry => !laid.ContainsKey(entry)).Distinct()]);

    public Stream Open(int node)
    {
        var entry = Tree.Visible(node);
        if (entry == FileTree.None) throw new UnreadableException(ProblemKind.Unreadable, "there is no such file");
        entry = Content(entry);
        if (laid.TryGetValue(entry, out var text)) return new MemoryStream(text, writable: false);
        return (Tree.EntryAt(entry).Mode & FileType.Mask) switch
        {
            FileType.File => content.Open(Tree, node, entry),
            FileType.HardLink => throw new UnreadableException(ProblemKind.Malformed, "it is a hard link to a file that its layer does not hold"),
            _ => throw new UnreadableException(ProblemKind.Unreadable, "it is not a regular file"),
        };
    }

    /// <summary>Keeps for the next scan what this one has read, where that is wanted.</summary>
    public void Keep(ProblemLog problems, List<string> notes) => content.Keep(problems, notes);

    public void Dispose()
    {
        content.Dispose();
        Tree.Dispose();
    }
}

/// <summary>Reads the content of an entry again, at random.</summary>
internal interface IContentReader : IDisposable
{
    /// <exception cref="UnreadableException">It cannot be read; the message says why.</exception>
    Stream Open(FileTree tree, int node, int entry);

    /// <summary>Hears which entries will be opened next.</summary>
    void Prepare(FileTree tree, IReadOnlyCollection<int> entries)
    {
        // Most content is where it can be read.
    }

    /// <summary>Keeps for the next scan what this one has read.</summary>
    void Keep(ProblemLog problems, List<string> notes)
    {
        // What is read in place is there next time.
    }
}
