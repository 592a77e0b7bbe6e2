using System.Text;

namespace Plimsoll.Scan.Layers;

/// <summary>
/// Every path of an image with each layer's version of it. Layers may be added in any order and from several
/// threads: what is visible is decided when the tree is asked, by the layers' order, their whiteouts and their
/// opaque folders (OCI image specification, "Layer Filesystem Changeset").
/// A path costs 28 bytes and its name, a version 32, the index about 8.
/// </summary>
internal sealed class FileTree
{
    public const int None = -1;
    public const int Root = 0;

    /// <summary>Deepest path: Linux takes 4,096 bytes, so at most 2,048 names of one letter.</summary>
    public const int MaxDepth = 2048;

    /// <summary>Symlinks followed in one resolution, as Linux does (path_resolution(7)).</summary>
    private const int MaxLinks = 40;

    private readonly ChunkedList<Node> nodes = new();
    private readonly ChunkedList<Entry> entries = new();
    private readonly ByteArena names = new();
    private int[] slots = new int[1024];
    private int layerLimit = int.MaxValue;

    public FileTree()
    {
        Array.Fill(slots, None);
        nodes.Add(new Node { Parent = None, Name = names.Add([]), Newest = None, FirstChild = None, NextSibling = None, Owner = None });
    }

    public Lock Gate { get; } = new();
    public int NodeCount => nodes.Count;
    public int EntryCount => entries.Count;

    /// <summary>One path.</summary>
    private struct Node
    {
        public int Parent;
        public int Name;
        public int Newest;
        public int FirstChild;
        public int NextSibling;
        public int Owner;
        public short HidesBelow;
        public bool Exists;
    }

    /// <summary>One layer's version of a path.</summary>
    public struct Entry
    {
        /// <summary>Next older version.</summary>
        internal int Older;

        /// <summary>Target of a symlink or hard link, in the name arena.</summary>
        internal int Link;

        public long Size;

        /// <summary>Where its content starts: in the layer's blob, or in the spool.</summary>
        public long Offset;

        public short Layer;

        /// <summary>Permission and type bits as in `st_mode` (inode(7)).</summary>
        public ushort Mode;

        public Magic Magic;
        public ContentPlace Place;
    }

    public int Child(int parent, ReadOnlySpan<byte> name)
    {
        for (var i = Hash(parent, name) & (slots.Length - 1); slots[i] != None; i = (i + 1) & (slots.Length - 1))
        {
            ref var node = ref nodes[slots[i]];
            if (node.Parent == parent && names.Get(node.Name).SequenceEqual(name)) return slots[i];
        }
        return None;
    }

    public int ChildOrAdd(int parent, ReadOnlySpan<byte> name)
    {
        var found = Child(parent, name);
        if (found != None) return found;
        if ((nodes.Count + 1) * 4L > slots.Length * 3L) Grow();
        ref var up = ref nodes[parent];
        var node = nodes.Add(new Node { Parent = parent, Name = names.Add(name), Newest = None, FirstChild = None, NextSibling = up.FirstChild, Owner = None });
        up.FirstChild = node;
        Insert(node);
        return node;
    }

    /// <summary>Adds a layer's version of a path; a second one in the same layer replaces the first, as in extraction.</summary>
    /// <returns>The entry's index.</returns>
    public int Set(int node, Entry entry, ReadOnlySpan<byte> link)
    {
        entry.Link = link.IsEmpty ? None : names.Add(link);
        ref var at = ref nodes[node].Newest;
        while (at != None && (entries[at].Layer, Rank(entries[at].Mode)).CompareTo((entry.Layer, Rank(entry.Mode))) > 0) at = ref entries[at].Older;
        if (at != None && entries[at].Layer == entry.Layer && Rank(entries[at].Mode) == Rank(entry.Mode))
        {
            entry.Older = entries[at].Older;
            entries[at] = entry;
            return at;
        }
        entry.Older = at;
        var added = entries.Add(entry);
        at = added;
        return added;
    }

    /// <summary>Within one layer a file stands above a whiteout of its own name: whiteouts only hide what lies below.</summary>
    private static int Rank(ushort mode) => mode switch { FileType.Whiteout => 0, FileType.Opaque => 1, _ => 2 };

    public ref Entry EntryAt(int entry) => ref entries[entry];

    /// <summary>
    /// Decides what a container sees: all layers by default, or the image as it was after the given layer.
    /// Needed once before the tree is asked, and again after more was added.
    /// </summary>
    public void Seal(int upToLayer = int.MaxValue)
    {
        layerLimit = upToLayer;
        for (var node = 0; node < nodes.Count; node++)
        {
            ref var at = ref nodes[node];
            var hidden = at.Parent == None ? (short)None : nodes[at.Parent].HidesBelow;
            var newest = NewestIn(node);
            at.Exists = node == Root || (newest != None && entries[newest].Mode != FileType.Whiteout && entries[newest].Layer >= hidden);
            for (var entry = at.Newest; entry != None; entry = entries[entry].Older)
                if (entries[entry].Layer <= layerLimit && (entries[entry].Mode & FileType.Mask) != FileType.Folder)
                {
                    hidden = Math.Max(hidden, entries[entry].Layer);
                    break;
                }
            at.HidesBelow = hidden;
        }
        for (var node = nodes.Count - 1; node > Root; node--)
            if (nodes[node].Exists) nodes[nodes[node].Parent].Exists = true;
    }

    /// <summary>True for a path that a container sees: by an entry, or as a folder that only its children imply.</summary>
    public bool Exists(int node) => nodes[node].Exists;

    /// <summary>The version of a path that a container sees; <see cref="None"/> for an implied folder or a hidden path.</summary>
    public int Visible(int node)
    {
        if (!nodes[node].Exists) return None;
        var entry = NewestIn(node);
        if (entry == None || entries[entry].Mode == FileType.Whiteout) return None;
        var parent = nodes[node].Parent;
        return parent == None || entries[entry].Layer >= nodes[parent].HidesBelow ? entry : None;
    }

    /// <summary>The version of a path that a layer and those below it hold, hidden later or not; <see cref="None"/> when they have none.</summary>
    public int AtOrBelow(int node, int layer)
    {
        var entry = nodes[node].Newest;
        while (entry != None && (entries[entry].Layer > layer || Rank(entries[entry].Mode) < 2)) entry = entries[entry].Older;
        return entry;
    }

    /// <summary>A path taken literally, without links and whether a container sees it or not.</summary>
    public int Find(ReadOnlySpan<byte> path)
    {
        var at = Root;
        foreach (var range in path.Split((byte)'/'))
        {
            var part = path[range];
            if (part.IsEmpty || part.SequenceEqual("."u8)) continue;
            at = Child(at, part);
            if (at == None) return None;
        }
        return at;
    }

    private int NewestIn(int node)
    {
        var entry = nodes[node].Newest;
        while (entry != None && (entries[entry].Layer > layerLimit || entries[entry].Mode == FileType.Opaque)) entry = entries[entry].Older;
        return entry;
    }

    /// <summary>Whether a layer up to the sealed one removed what an older layer had put here.</summary>
    public bool Removed(int node) => !nodes[node].Exists && nodes[node].Newest != None;

    public ReadOnlySpan<byte> Name(int node) => names.Get(nodes[node].Name);

    public int Parent(int node) => nodes[node].Parent;
    public int FirstChild(int node) => nodes[node].FirstChild;
    public int NextSibling(int node) => nodes[node].NextSibling;
    public ref int Owner(int node) => ref nodes[node].Owner;

    public ReadOnlySpan<byte> Link(int entry) => entries[entry].Link == None ? default : names.Get(entries[entry].Link);

    /// <summary>Absolute path as text; bytes that are no UTF-8 become replacement characters.</summary>
    public string PathOf(int node)
    {
        if (node == Root) return "/";
        var length = PathLength(node);
        var bytes = length <= 512 ? stackalloc byte[length] : new byte[length];
        WritePath(node, bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Path below the root, without the leading slash and with a closing NUL, as system calls take it.</summary>
    public byte[] SystemPath(int node)
    {
        var length = PathLength(node);
        var bytes = new byte[length + 1];
        WritePath(node, bytes.AsSpan(0, length));
        return bytes[1..];
    }

    private int PathLength(int node)
    {
        var length = 0;
        for (var at = node; at != Root; at = nodes[at].Parent) length += 1 + Name(at).Length;
        return length;
    }

    private void WritePath(int node, Span<byte> to)
    {
        var end = to.Length;
        for (var at = node; at != Root; at = nodes[at].Parent)
        {
            var name = Name(at);
            end -= name.Length;
            name.CopyTo(to[end..]);
            to[--end] = (byte)'/';
        }
    }

    /// <summary>
    /// Finds a path as the kernel would inside the image: `..` stops at the root, symlinks lead nowhere else.
    /// </summary>
    /// <returns>The node, or <see cref="None"/> when a part is absent, no folder, or a loop of links.</returns>
    public int Resolve(int from, ReadOnlySpan<byte> path, bool followLast = true)
    {
        var links = 0;
        return Resolve(from, path, followLast, ref links);
    }

    private int Resolve(int from, ReadOnlySpan<byte> path, bool followLast, ref int links)
    {
        var at = path.Length > 0 && path[0] == '/' ? Root : from;
        while (!path.IsEmpty)
        {
            var slash = path.IndexOf((byte)'/');
            var part = slash < 0 ? path : path[..slash];
            path = slash < 0 ? default : path[(slash + 1)..];
            if (part.IsEmpty || part.SequenceEqual("."u8)) continue;
            if (part.SequenceEqual(".."u8))
            {
                at = at == Root ? Root : nodes[at].Parent;
                continue;
            }
            var child = Child(at, part);
            if (child == None) return None;
            var entry = Visible(child);
            if (entry != None && (entries[entry].Mode & FileType.Mask) == FileType.Symlink && (followLast || !path.IsEmpty))
            {
                if (++links > MaxLinks) return None;
                child = Resolve(at, Link(entry), followLast: true, ref links);
                if (child == None) return None;
            }
            at = child;
        }
        return Exists(at) ? at : None;
    }

    private static int Hash(int parent, ReadOnlySpan<byte> name)
    {
        var hash = (uint)parent * 0x9E3779B1u;
        foreach (var b in name) hash = (hash ^ b) * 0x01000193u;
        return (int)(hash ^ (hash >> 15));
    }

    private void Insert(int node)
    {
        var i = Hash(nodes[node].Parent, names.Get(nodes[node].Name)) & (slots.Length - 1);
        while (slots[i] != None) i = (i + 1) & (slots.Length - 1);
        slots[i] = node;
    }

    private void Grow()
    {
        slots = new int[slots.Length * 2];
        Array.Fill(slots, None);
        for (var node = 1; node < nodes.Count; node++) Insert(node);
    }
}

/// <summary>What the first bytes of a file say it is.</summary>
internal enum Magic : byte
{
    Unknown,
    Other,
    Elf,
    Shebang,
}

/// <summary>Where the content of an entry can be read again.</summary>
internal enum ContentPlace : byte
{
    /// <summary>A file of a folder that is scanned in place.</summary>
    Live,

    /// <summary>At its offset in the layer's plain blob.</summary>
    Blob,

    /// <summary>At its offset in the spool.</summary>
    Spool,

    /// <summary>Only by inflating the layer once more; the offset is that in the uncompressed tar.</summary>
    Compressed,

    /// <summary>A sparse file: its content in the archive is a map and pieces.</summary>
    Sparse,
}

/// <summary>The type bits of `st_mode` (inode(7)).</summary>
internal static class FileType
{
    public const ushort Mask = 0xF000;

    /// <summary>Not a kernel type: the path is removed from the layers below.</summary>
    public const ushort Whiteout = 0x0000;

    /// <summary>Not a kernel type: what the layers below hold in this folder is removed.</summary>
    public const ushort Opaque = 0x3000;

    public const ushort Fifo = 0x1000;
    public const ushort Character = 0x2000;
    public const ushort Folder = 0x4000;
    public const ushort Block = 0x6000;
    public const ushort File = 0x8000;
    public const ushort Symlink = 0xA000;
    public const ushort Socket = 0xC000;

    /// <summary>A hard link of a tar archive: not a kernel type, its target is another path of the same layer.</summary>
    public const ushort HardLink = 0xF000;
}
