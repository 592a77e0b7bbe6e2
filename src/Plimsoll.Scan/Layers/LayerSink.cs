using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers;

namespace Plimsoll.Scan.Layers;

/// <summary>
/// Puts the entries of one layer's tar into the tree, and the content of wanted files of a compressed layer into
/// the spool. Whiteouts: `.wh.NAME` removes NAME of the layers below, `.wh..wh..opq` all that they hold in that
/// folder (OCI image specification, "Whiteouts"); other names that begin with `.wh..wh.` are bookkeeping of AUFS.
/// </summary>
/// <param name="spool">Null for a plain layer, whose content can be read where it is.</param>
internal sealed class LayerSink(FileTree tree, short layer, FileIndex wanted, Spool? spool, LayerContent content, Limits limits, ProblemLog problems, string where) : ITarSink
{
    /// <summary>Scripts up to this many bytes are kept: those that start applications have a few KiB, installers of some MiB are no start scripts.</summary>
    private const int ScriptBytes = 256 * 1024;

    private readonly byte[] head = new byte[4];
    private int headLength;
    private int entryIndex = FileTree.None;
    private TarEntry entry = new();
    private bool mayRun;
    private long spoolAt;
    private long spooled;
    private bool limitReported;

    /// <summary>What the entry that came last is in the tree; <see cref="FileTree.None"/> when it was not put there as itself.</summary>
    public int EntryIndex => entryIndex;

    /// <summary>Entries of the archive, taken or not.</summary>
    public long Entries { get; private set; }

    public bool Entry(TarEntry next)
    {
        Entries++;
        entry = next;
        entryIndex = FileTree.None;
        headLength = 0;
        spoolAt = -1;
        mayRun = false;
        if (!TryType(next.Type, next.Path, out var type) || !TryFolder(next.Path, out var parent, out var name)) return false;
        if (name.StartsWith(".wh."u8)) return AddWhiteout(parent, name);
        lock (tree.Gate)
        {
            if (IsFull()) return false;
            var node = name.IsEmpty ? FileTree.Root : tree.ChildOrAdd(parent, name);
            if (type == FileType.Folder && next.Opaque) tree.Set(node, new FileTree.Entry { Layer = layer, Mode = FileType.Opaque }, default);
            entryIndex = tree.Set(node, new FileTree.Entry
            {
                Layer = layer,
                Size = next.Size,
                Offset = next.Offset,
                Mode = (ushort)(type | next.Mode),
                Magic = Magic.Unknown,
                Place = next.IsSparse ? ContentPlace.Sparse : spool is null ? ContentPlace.Blob : ContentPlace.Compressed,
            }, LinkOf(next, type));
        }
        if (type != FileType.File) return false;
        if (next.IsSparse) content.AddSparse(entryIndex, next);
        mayRun = ((next.Mode & 0x49) != 0 || Names.IsSharedLibrary(name)) && StartsStored(next);
        if (spool is not null && !next.IsSparse && wanted.Wants(next.Path.AsSpan().TrimStart("./"u8))) StartSpool();
        return mayRun || spoolAt >= 0;
    }

    public bool Content(ReadOnlySpan<byte> piece)
    {
        if (mayRun && headLength < head.Length)
        {
            if (headLength == 0 && spool is not null && spoolAt < 0 && LooksLikeScript(piece)) StartSpool();
            var take = Math.Min(head.Length - headLength, piece.Length);
            piece[..take].CopyTo(head.AsSpan(headLength));
            headLength += take;
        }
        if (spoolAt >= 0)
        {
            spool!.Write(spoolAt + spooled, piece);
            spooled += piece.Length;
        }
        return spoolAt >= 0 || headLength < head.Length;
    }

    public void EndContent()
    {
        if (entryIndex == FileTree.None) return;
        lock (tree.Gate)
        {
            ref var at = ref tree.EntryAt(entryIndex);
            if (mayRun) at.Magic = Names.MagicOf(head.AsSpan(0, headLength));
            if (spoolAt < 0) return;
            at.Place = ContentPlace.Spool;
            at.Offset = spoolAt;
        }
    }

    /// <summary>Whether the first stored bytes are those of the file: not for a sparse file that begins with its map or with a hole.</summary>
    private static bool StartsStored(TarEntry entry) => !entry.IsSparse || entry.SparseMap is [{ Offset: 0, Length: >= 4 }, ..];

    private bool LooksLikeScript(ReadOnlySpan<byte> start) =>
        wanted.Wants(Magic.Shebang) && entry.Size <= ScriptBytes && !entry.IsSparse && start[0] == '#' && (start.Length < 2 || start[1] == '!');

    /// <summary>A full spool is no loss: the file is then read by inflating its layer again.</summary>
    private void StartSpool()
    {
        spoolAt = spool!.Reserve(entry.Size);
        spooled = 0;
    }

    private bool AddWhiteout(int parent, ReadOnlySpan<byte> name)
    {
        var hidden = name[4..];
        lock (tree.Gate)
        {
            if (IsFull()) return false;
            if (hidden.SequenceEqual(".wh..opq"u8)) tree.Set(parent, new FileTree.Entry { Layer = layer, Mode = FileType.Opaque }, default);
            else if (!hidden.StartsWith(".wh."u8) && !hidden.IsEmpty) tree.Set(tree.ChildOrAdd(parent, hidden), new FileTree.Entry { Layer = layer, Mode = FileType.Whiteout }, default);
        }
        return false;
    }

    private bool TryType(char type, byte[] path, out ushort bits)
    {
        bits = type switch
        {
            '0' or '\0' or '7' => path.AsSpan().EndsWith("/"u8) ? FileType.Folder : FileType.File,
            '1' => FileType.HardLink,
            '2' => FileType.Symlink,
            '3' => FileType.Character,
            '4' => FileType.Block,
            '5' or 'D' => FileType.Folder,
            '6' => FileType.Fifo,
            _ => 0,
        };
        if (bits == 0 && type != 'V') // A volume label names the archive, not a file.
            Report(ProblemKind.Unsupported, path, $"the entry has type `{(char.IsAsciiLetterOrDigit(type) ? type : '?')}`, which is no file, folder, link or device; it was not read");
        return bits != 0;
    }

    /// <summary>Makes the folders above an entry.</summary>
    /// <returns>False, and a problem, for a path that no container could have.</returns>
    private bool TryFolder(byte[] path, out int parent, out ReadOnlySpan<byte> name)
    {
        parent = FileTree.Root;
        name = default;
        if (path.Length > limits.PathLength)
        {
            Report(ProblemKind.LimitReached, path, $"the path has {path.Length:N0} bytes, more than {limits.PathLength:N0}; it was not read");
            return false;
        }
        var (depth, start) = (0, 0);
        foreach (var range in path.AsSpan().Split((byte)'/'))
        {
            ReadOnlySpan<byte> part = path.AsSpan(range);
            if (part.IsEmpty || part.SequenceEqual("."u8)) continue;
            if (part.SequenceEqual(".."u8) || part.Contains((byte)0))
            {
                Report(ProblemKind.Malformed, path, "the path contains `..` or a NUL byte, so it would leave the image; it was not read");
                return false;
            }
            if (++depth > limits.PathDepth)
            {
                Report(ProblemKind.LimitReached, path, $"the path is nested more than {limits.PathDepth:N0} deep; it was not read");
                return false;
            }
            name = part;
            (start, _) = range.GetOffsetAndLength(path.Length);
        }
        if (start == 0) return true;
        lock (tree.Gate) parent = tree.FolderOf(layer, path.AsSpan(0, start));
        if (parent != FileTree.None) return true;
        Report(ProblemKind.Malformed, path, "this layer itself made a part of the path something other than a folder, so no engine can place it; it was not read");
        return false;
    }

    private ReadOnlySpan<byte> LinkOf(TarEntry from, ushort type)
    {
        if (type is not (FileType.Symlink or FileType.HardLink) || from.Link.Length <= limits.PathLength) return type is FileType.Symlink or FileType.HardLink ? from.Link : default;
        Report(ProblemKind.LimitReached, from.Path, $"its link target has {from.Link.Length:N0} bytes, more than {limits.PathLength:N0}; the link leads nowhere");
        return default;
    }

    private bool IsFull()
    {
        if (tree.EntryCount < limits.Entries) return false;
        if (!limitReported) problems.Report(ProblemKind.LimitReached, where, $"the image holds more than {limits.Entries:N0} entries; the rest of this layer was not read");
        return limitReported = true;
    }

    private void Report(ProblemKind kind, ReadOnlySpan<byte> path, string message) =>
        problems.Report(kind, $"{where}: {Encoding.UTF8.GetString(path.Length > 256 ? path[..256] : path)}", message);
}
