using System.Runtime.InteropServices;
using System.Text;

namespace Plimsoll.Scan.Layers;

/// <summary>
/// Every path of an image with each layer's version of it. Layers may be added in any order and from several
/// threads: what is visible is decided when the tree is asked, by the layers' order, their whiteouts and their
/// opaque folders (OCI image specification, "Layer Filesystem Changeset"). Within a layer the archive's order counts:
/// what stands later replaces, as engines extract it, so one layer is added by one thread, in its order. One thing
/// is simpler: when a layer replaces a folder by a file and that by a folder again, what it had put into the first
/// one counts as if it were still there.
/// A path costs 28 bytes and its name, a version 32, the index 5 to 11, all of it outside of the collected heap, which
/// keeps a third more than it holds.
/// </summary>
internal sealed unsafe class FileTree : IDisposable
{
    public const int None = -1;
    public const int Root = 0;

    /// <summary>A folder that no visible entry names: only its children say that it is there.</summary>
    private const int Implied = -2;

    /// <summary>Deepest path: Linux takes 4,096 bytes, so at most 2,048 names of one letter.</summary>
    public const int MaxDepth = 2048;

    /// <summary>Symlinks followed in one resolution, as Linux does (path_resolution(7)).</summary>
    private const int MaxLinks = 40;

    private readonly ChunkedList<Node> nodes = new();
    private readonly ChunkedList<Entry> entries = new();
    private readonly ByteArena names = new();
    private int* slots = NewSlots(1024);
    private int slotCount = 1024;
    private int layerLimit = int.MaxValue;

    public FileTree() => nodes.Add(new Node { Parent = None, Name = names.Add([]), Newest = None, FirstChild = None, NextSibling = None, Owner = None, Seen = Implied });

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

        /// <summary>The entry that a container sees; <see cref="None"/>, or <see cref="Implied"/>.</summary>
        public int Seen;
    }

    /// <summary>One layer's version of a path.</summary>
    public struct Entry
    {
        /// <summary>Next older version.</summary>
        internal int Older;

        /// <summary>Target of a symlink or hard link, in the name arena.</summary>
        internal int Link;

        public long Size;

        /// <summary>
        /// Where its content starts: in the layer's blob, or in the spool. For a hard link, set by the tree: the
        /// entry of its target, or <see cref="None"/> when its layer has not shown that before.
        /// </summary>
        public long Offset;

        public short Layer;

        /// <summary>Permission and type bits as in `st_mode` (inode(7)).</summary>
        public ushort Mode;

        public Magic Magic;
        public ContentPlace Place;
    }

    public int Child(int parent, ReadOnlySpan<byte> name)
    {
        for (var i = Hash(parent, name) & (slotCount - 1); slots[i] != None; i = (i + 1) & (slotCount - 1))
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
        if ((nodes.Count + 1) * 4L > slotCount * 3L) Grow();
        ref var up = ref nodes[parent];
        var node = nodes.Add(new Node { Parent = parent, Name = names.Add(name), Newest = None, FirstChild = None, NextSibling = up.FirstChild, Owner = None, Seen = None });
        up.FirstChild = node;
        Insert(node);
        return node;
    }

    /// <summary>
    /// Adds a layer's version of a path; a second one in the same layer replaces the first, as in extraction. A hard
    /// link takes what its target is at this moment, so that a later replacement of the target leaves it alone.
    /// </summary>
    /// <returns>The entry's index.</returns>
    public int Set(int node, Entry entry, ReadOnlySpan<byte> link)
    {
        if ((entry.Mode & FileType.Mask) == FileType.HardLink)
        {
            var target = InLayer(entry.Layer, link);
            var linked = target == None ? None : OfLayer(target, entry.Layer);
            if (linked != None && !Hides(linked)) linked = None;
            if (linked != None && (entries[linked].Mode & FileType.Mask) is not (FileType.File or FileType.HardLink)) return Add(node, entries[linked]);
            entry.Offset = linked != None && (entries[linked].Mode & FileType.Mask) == FileType.HardLink && entries[linked].Offset != None ? entries[linked].Offset : linked;
        }
        entry.Link = link.IsEmpty ? None : names.Add(link);
        return Add(node, entry);
    }

    private int Add(int node, Entry entry)
    {
        ref var at = ref nodes[node].Newest;
        while (at != None && entries[at].Layer > entry.Layer) at = ref entries[at].Older;
        if (IsMarker(entry.Mode))
        {
            while (at != None && entries[at].Layer == entry.Layer && (!IsMarker(entries[at].Mode) || entries[at].Mode > entry.Mode)) at = ref entries[at].Older;
            if (at != None && entries[at].Layer == entry.Layer && entries[at].Mode == entry.Mode) return at;
        }
        else
        {
            if (at != None && entries[at].Layer == entry.Layer && !IsMarker(entries[at].Mode)) at = entries[at].Older;
        }
        entry.Older = at;
        var added = entries.Add(entry);
        at = added;
        return added;
    }

    /// <summary>Whiteouts and opaque marks hide what lies in lower layers, never what their own layer has.</summary>
    private static bool IsMarker(ushort mode) => mode is FileType.Whiteout or FileType.Opaque;

    private bool Hides(int entry) => (entries[entry].Mode & FileType.Mask) != FileType.Folder;

    /// <summary>What a layer made of a path, as far as it was added; <see cref="None"/> for nothing.</summary>
    private int OfLayer(int node, int layer)
    {
        var entry = nodes[node].Newest;
        while (entry != None && entries[entry].Layer > layer) entry = entries[entry].Older;
        return entry != None && entries[entry].Layer == layer && !IsMarker(entries[entry].Mode) ? entry : None;
    }

    /// <summary>Moments in the order in which an image is put together: by layer, then by place in its archive.</summary>
    private long When(int entry) => entry == None ? long.MinValue : ((long)entries[entry].Layer << 32) | (IsMarker(entries[entry].Mode) ? 0 : (uint)entry + 1);

    public ref Entry EntryAt(int entry) => ref entries[entry];

    /// <summary>
    /// Decides what a container sees: all layers by default, or the image as it was after the given layer.
    /// Needed once before the tree is asked, and again after more was added.
    /// </summary>
    public void Seal(int upToLayer = int.MaxValue)
    {
        layerLimit = upToLayer;
        var folders = LastNeededAsFolder();
        var hiddenBy = new int[nodes.Count]; // The youngest entry, here or above, that hides what is older below this path.
        for (var node = 0; node < nodes.Count; node++)
        {
            ref var at = ref nodes[node];
            var hidden = node == Root ? None : hiddenBy[at.Parent];
            var newest = Newest(node);
            while (newest != None && entries[newest].Mode == FileType.Opaque) newest = entries[newest].Older;
            var isThere = newest != None && entries[newest].Mode != FileType.Whiteout && When(newest) > When(hidden) && !(Hides(newest) && entries[newest].Layer < folders[node]);
            at.Seen = isThere ? newest : None;
            for (var entry = Newest(node); entry != None; entry = entries[entry].Older)
                if (Hides(entry) && (node != Root || entries[entry].Mode == FileType.Opaque)) // No entry can make the root a file: engines pass such over.
                {
                    if (When(entry) > When(hidden)) hidden = entry;
                    break;
                }
            hiddenBy[node] = hidden;
        }
        if (nodes[Root].Seen == None || Hides(nodes[Root].Seen)) nodes[Root].Seen = Implied;
        for (var node = nodes.Count - 1; node > Root; node--)
            if (nodes[node].Seen != None && nodes[nodes[node].Parent].Seen == None) nodes[nodes[node].Parent].Seen = Implied;
    }

    /// <summary>The last layer that put anything below each path, which replaces a file there by a folder even if all of it is removed later.</summary>
    private short[] LastNeededAsFolder()
    {
        var layers = new short[nodes.Count];
        for (var node = nodes.Count - 1; node > Root; node--)
        {
            var newest = Newest(node);
            while (newest != None && IsMarker(entries[newest].Mode)) newest = entries[newest].Older;
            var last = newest == None ? layers[node] : Math.Max(layers[node], entries[newest].Layer);
            ref var up = ref layers[nodes[node].Parent];
            up = Math.Max(up, last);
        }
        return layers;
    }

    /// <summary>True for a path that a container sees: by an entry, or as a folder that only its children imply.</summary>
    public bool Exists(int node) => nodes[node].Seen != None;

    /// <summary>The version of a path that a container sees; <see cref="None"/> for an implied folder or a hidden path.</summary>
    public int Visible(int node) => Math.Max(nodes[node].Seen, None);

    /// <summary>The version of a path that a layer and those below it hold, hidden later or not; <see cref="None"/> when they have none.</summary>
    public int AtOrBelow(int node, int layer)
    {
        var entry = nodes[node].Newest;
        while (entry != None && (entries[entry].Layer > layer || IsMarker(entries[entry].Mode))) entry = entries[entry].Older;
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

    private int Newest(int node)
    {
        var entry = nodes[node].Newest;
        while (entry != None && entries[entry].Layer > layerLimit) entry = entries[entry].Older;
        return entry;
    }

    /// <summary>Whether a layer up to the sealed one removed what an older layer had put here.</summary>
    public bool Removed(int node) => !Exists(node) && AtOrBelow(node, layerLimit) != None;

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
        var at = path.StartsWith("/"u8) ? Root : from;
        var wantsFolder = path.EndsWith("/"u8);
        while (!path.IsEmpty)
        {
            if (!IsFolder(at)) return None;
            var part = Cut(ref path, out var isLast);
            if (part.IsEmpty || part.SequenceEqual("."u8)) continue;
            if (part.SequenceEqual(".."u8))
            {
                at = at == Root ? Root : nodes[at].Parent;
                continue;
            }
            var child = Child(at, part);
            if (child == None || !Exists(child)) return None;
            if (IsSymlink(Visible(child)) && (followLast || !isLast))
            {
                var target = Link(Visible(child));
                if (++links > MaxLinks || target.IsEmpty) return None;
                child = Resolve(at, target, followLast: true, ref links);
                if (child == None) return None;
            }
            at = child;
        }
        return Exists(at) && (!wantsFolder || IsFolder(at)) ? at : None;
    }

    /// <summary>
    /// Finds or adds the folder in which a layer's archive places an entry. Symlinks that the same layer has placed
    /// are followed, inside the image; those of lower layers are not: engines extract a layer into a folder of its
    /// own, and a folder that it needs there hides a symlink of that name below it.
    /// </summary>
    /// <param name="path">The folder, below the root, with or without slashes at its ends.</param>
    /// <returns>The node; <see cref="None"/> when the layer itself made a part of the path something other than a folder, a loop of links, or too deep.</returns>
    public int FolderOf(short layer, ReadOnlySpan<byte> path)
    {
        var (links, absent) = (0, 0);
        var folder = Walk(Root, layer, path, adds: true, followLast: true, ref links, ref absent);
        return links > 0 && Depth(folder) > MaxDepth ? None : folder;
    }

    /// <summary>A path as a layer has made it so far, its last name not followed.</summary>
    private int InLayer(short layer, ReadOnlySpan<byte> path)
    {
        var (links, absent) = (0, 0);
        var found = Walk(Root, layer, path, adds: false, followLast: false, ref links, ref absent);
        return absent == 0 ? found : None;
    }

    /// <param name="absent">How many names below the result there are no nodes for: `a/..` leads back from them, whether another layer has an `a` or not.</param>
    private int Walk(int from, short layer, ReadOnlySpan<byte> path, bool adds, bool followLast, ref int links, ref int absent)
    {
        var at = path.StartsWith("/"u8) ? Root : from;
        while (!path.IsEmpty)
        {
            var part = Cut(ref path, out var isLast);
            if (part.IsEmpty || part.SequenceEqual("."u8)) continue;
            if (part.SequenceEqual(".."u8))
            {
                if (absent > 0) absent--;
                else at = at == Root ? Root : nodes[at].Parent;
                continue;
            }
            var child = absent > 0 ? None : adds ? ChildOrAdd(at, part) : Child(at, part);
            if (child == None)
            {
                absent++;
                continue;
            }
            var entry = OfLayer(child, layer);
            if (entry != None && Hides(entry) && (followLast || !isLast))
            {
                if (!IsSymlink(entry) || ++links > MaxLinks) return None;
                child = Walk(at, layer, Link(entry), adds, followLast: true, ref links, ref absent);
                if (child == None) return None;
            }
            at = child;
        }
        return at;
    }

    private int Depth(int node)
    {
        var depth = 0;
        for (; node > Root; node = nodes[node].Parent) depth++;
        return depth;
    }

    private static ReadOnlySpan<byte> Cut(ref ReadOnlySpan<byte> path, out bool isLast)
    {
        var slash = path.IndexOf((byte)'/');
        isLast = slash < 0;
        var part = isLast ? path : path[..slash];
        path = isLast ? default : path[(slash + 1)..];
        return part;
    }

    private bool IsFolder(int node) => nodes[node].Seen is var seen && (seen == Implied || (seen != None && !Hides(seen)));

    private bool IsSymlink(int entry) => entry != None && (entries[entry].Mode & FileType.Mask) == FileType.Symlink;

    /// <summary>Both hashes have a random seed, so that names cannot be chosen to collide.</summary>
    private static int Hash(int parent, ReadOnlySpan<byte> name)
    {
        var pairs = string.GetHashCode(MemoryMarshal.Cast<byte, char>(name), StringComparison.Ordinal);
        return HashCode.Combine(parent, pairs, name.Length % 2 == 0 ? -1 : name[^1]);
    }

    private void Insert(int node)
    {
        var i = Hash(nodes[node].Parent, names.Get(nodes[node].Name)) & (slotCount - 1);
        while (slots[i] != None) i = (i + 1) & (slotCount - 1);
        slots[i] = node;
    }

    private void Grow()
    {
        NativeMemory.Free(slots);
        slotCount = checked(slotCount * 2);
        slots = NewSlots(slotCount);
        for (var node = 1; node < nodes.Count; node++) Insert(node);
    }

    private static int* NewSlots(int count)
    {
        var made = (int*)NativeMemory.Alloc((nuint)count, sizeof(int));
        new Span<int>(made, count).Fill(None);
        return made;
    }

    /// <summary>Ends the tree: nothing of it may be asked afterwards.</summary>
    public void Dispose()
    {
        NativeMemory.Free(slots);
        slots = null;
        slotCount = 0;
        nodes.Dispose();
        entries.Dispose();
        names.Dispose();
    }
}
