using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Layers;

/// <summary>One path of the image as its container sees it. A light value: the tree and the readers behind it are shared.</summary>
internal readonly struct ImageFile(ImageFiles files, int node) : IEquatable<ImageFile>
{
    public int Node { get; } = node;
    private FileTree Tree => files.Tree;
    private int Entry => Tree.Visible(Node);

    /// <summary>Absolute, canonical.</summary>
    public string Path => Tree.PathOf(Node);

    /// <summary>Base name.</summary>
    public string Name => System.Text.Encoding.UTF8.GetString(Tree.Name(Node));

    /// <summary>All files of the image that this one belongs to.</summary>
    public ImageFiles Image => files;

    public ReadOnlySpan<byte> NameBytes => Tree.Name(Node);
    public ImageFile Parent => new(files, Node == FileTree.Root ? FileTree.Root : Tree.Parent(Node));
    public bool IsRoot => Node == FileTree.Root;

    private ushort TypeBits => Entry is var entry && entry == FileTree.None ? FileType.Folder : (ushort)(Tree.EntryAt(entry).Mode & FileType.Mask);

    /// <summary>A regular file; hard links are regular files.</summary>
    public bool IsFile => TypeBits is FileType.File or FileType.HardLink;

    public bool IsFolder => TypeBits == FileType.Folder;
    public bool IsSymlink => TypeBits == FileType.Symlink;

    public long Size => Entry is var entry && entry == FileTree.None ? 0 : Tree.EntryAt(files.Content(entry)).Size;

    /// <summary>Permission bits, setuid, setgid and sticky included.</summary>
    public int Permissions => Entry is var entry && entry == FileTree.None ? 0x1ED : Tree.EntryAt(files.Content(entry)).Mode & 0xFFF;

    /// <summary>Index of the layer that holds this version; null in a folder that is scanned in place.</summary>
    public int? Layer => files.HasLayers && Entry is var entry && entry != FileTree.None ? files.LayerOf(entry) : null;

    public Magic Magic => Entry is var entry && entry == FileTree.None ? Magic.Other : Tree.EntryAt(files.Content(entry)).Magic;

    /// <summary>Target of a symlink as written.</summary>
    public string? LinkTarget => IsSymlink ? System.Text.Encoding.UTF8.GetString(Tree.Link(Entry)) : null;

    /// <summary>Key of the OS package that installed it; null for none.</summary>
    public string? Owner => files.OwnerOf(Node);

    public Location At(int? line = null) => new(Path, Layer, line);

    /// <summary>Entries of a folder, in no particular order.</summary>
    public IEnumerable<ImageFile> Children()
    {
        for (var child = Tree.FirstChild(Node); child != FileTree.None; child = Tree.NextSibling(child))
            if (Tree.Exists(child)) yield return new ImageFile(files, child);
    }

    /// <summary>Finds a path from here, `../lib/x` or `/etc/x`, following symlinks inside the image only.</summary>
    public bool TryFind(string path, out ImageFile found) => files.TryFind(Node, path, out found);

    /// <summary>Opens the content for reading and seeking.</summary>
    /// <exception cref="UnreadableException">It cannot be read; the message says why.</exception>
    public Stream Open() => files.Open(Node);

    /// <summary>The whole content, at most <paramref name="limit"/> bytes of it.</summary>
    /// <exception cref="UnreadableException">It is longer, or cannot be read.</exception>
    public ReadOnlyMemory<byte> ReadBytes(int limit)
    {
        byte[] bytes = [];
        return ReadInto(ref bytes, limit);
    }

    /// <summary>As <see cref="ReadBytes"/>, into a buffer that is used for several files and grows as needed.</summary>
    public ReadOnlyMemory<byte> ReadInto(ref byte[] buffer, int limit)
    {
        var size = Size;
        if (size > limit) throw new UnreadableException(ProblemKind.LimitReached, $"the file has {size:N0} bytes, more than the {limit:N0} that are read of its kind");
        if (buffer.Length < size) buffer = GC.AllocateUninitializedArray<byte>((int)size);
        using var stream = Open();
        var read = stream.ReadAtLeast(buffer.AsSpan(0, (int)size), (int)size, throwOnEndOfStream: false);
        if (read < size) throw new UnreadableException(ProblemKind.Truncated, $"the file has {size:N0} bytes by its header, but only {read:N0} could be read");
        return buffer.AsMemory(0, read);
    }

    /// <summary>At most <paramref name="count"/> bytes from the start: for looking at what a file is.</summary>
    public byte[] ReadStart(int count)
    {
        using var stream = Open();
        var bytes = new byte[Math.Min(count, Size)];
        var read = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return read == bytes.Length ? bytes : bytes[..read];
    }

    public bool Equals(ImageFile other) => Node == other.Node;
    public override bool Equals(object? obj) => obj is ImageFile other && Equals(other);
    public override int GetHashCode() => Node;
    public override string ToString() => Path;
}

/// <summary>A file of the image that cannot be read; the engine turns it into a problem of its kind.</summary>
internal sealed class UnreadableException(ProblemKind kind, string message) : Exception(message)
{
    public ProblemKind Kind { get; } = kind;
}
