using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Sources;

/// <summary>
/// Reads a folder in place as the root of a file system. Never leaves it: folders and files are opened beneath the
/// root without following links, so a program that renames things meanwhile gains nothing.
/// </summary>
internal sealed class RootfsWalker(SafeFileHandle root, FileTree tree, Limits limits, ProblemLog problems, List<string> notes)
{
    private const int EntryHeader = 19; // d_ino, d_off, d_reclen, d_type (getdents64(2))

    private readonly byte[] buffer = new byte[128 * 1024];
    private readonly byte[] link = new byte[limits.PathLength];
    private readonly byte[] head = new byte[4];
    private readonly Stack<int> open = new();
    private bool isFull;

    public FileTree Walk()
    {
        Native.TryStat(root, out var top);
        open.Push(FileTree.Root);
        while (open.Count > 0 && !isFull) ReadFolder(open.Pop(), (top.DevMajor, top.DevMinor));
        if (isFull) problems.Report(ProblemKind.LimitReached, "/", $"the folder holds more than {limits.Entries:N0} entries; the rest was not read");
        tree.Seal();
        return tree;
    }

    private void ReadFolder(int node, (uint, uint) rootDevice)
    {
        using var folder = OpenNode(node, folder: true);
        if (folder.IsInvalid)
        {
            problems.Report(ProblemKind.Unreadable, tree.PathOf(node), $"the folder cannot be opened: {Reason()}");
            return;
        }
        if (node != FileTree.Root && IsPseudo(folder, node, rootDevice)) return;
        while (true)
        {
            var length = Native.ReadFolder(folder, buffer);
            if (length < 0) problems.Report(ProblemKind.Unreadable, tree.PathOf(node), $"the folder cannot be read to its end: {Reason()}");
            if (length <= 0 || isFull) return;
            for (var at = 0; at < length && !isFull;)
            {
                var record = buffer.AsSpan(at, BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + 16)));
                at += record.Length;
                var name = record[EntryHeader..];
                name = name[..(name.IndexOf((byte)0) + 1)];
                if (!name.SequenceEqual(".\0"u8) && !name.SequenceEqual("..\0"u8)) AddEntry(folder, node, name);
            }
        }
    }

    private void AddEntry(SafeFileHandle folder, int parent, ReadOnlySpan<byte> nameWithNul)
    {
        if (tree.EntryCount >= limits.Entries)
        {
            isFull = true;
            return;
        }
        if (!Native.TryStat(folder, nameWithNul, out var stat))
        {
            if (!IsGone()) problems.Report(ProblemKind.Unreadable, tree.PathOf(parent), $"`{Text(nameWithNul)}` cannot be examined: {Reason()}");
            return;
        }
        var node = tree.ChildOrAdd(parent, nameWithNul[..^1]);
        var target = ReadOnlySpan<byte>.Empty;
        var magic = Magic.Other;
        switch (stat.Mode & FileType.Mask)
        {
            case FileType.Symlink:
                var length = Native.ReadLink(folder, nameWithNul, link);
                if (length > 0) target = link.AsSpan(0, length);
                else if (!IsGone()) problems.Report(ProblemKind.Unreadable, tree.PathOf(node), $"the symlink cannot be read: {Reason()}");
                break;
            case FileType.File when MayRun(stat.Mode, nameWithNul[..^1]):
                magic = Sniff(folder, nameWithNul, node);
                break;
            case FileType.File:
                magic = Magic.Unknown;
                break;
            case FileType.Folder when Depth(node) <= limits.PathDepth:
                open.Push(node);
                break;
            case FileType.Folder:
                problems.Report(ProblemKind.LimitReached, tree.PathOf(parent), $"folders are nested more than {limits.PathDepth:N0} deep; what is below was not read");
                break;
        }
        tree.Set(node, new FileTree.Entry { Size = (long)stat.Size, Mode = stat.Mode, Magic = magic, Place = ContentPlace.Live }, target);
    }

    /// <summary>Debian installs shared libraries without the execute bit, so names count too.</summary>
    private static bool MayRun(ushort mode, ReadOnlySpan<byte> name) => (mode & 0x49) != 0 || Names.IsSharedLibrary(name);

    private Magic Sniff(SafeFileHandle folder, ReadOnlySpan<byte> nameWithNul, int node)
    {
        using var file = Native.OpenBeneath(folder, nameWithNul, folder: false);
        var (reason, read) = (file.IsInvalid ? Reason() : null, 0);
        if (file.IsInvalid && IsGone()) return Magic.Unknown;
        try
        {
            // What was a file a moment ago may be a folder or a pipe now.
            if (reason is null) read = Native.ReadAt(file, head, 0);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            reason = failed.Message;
        }
        if (reason is null) return Names.MagicOf(head.AsSpan(0, read));
        problems.Report(ProblemKind.Unreadable, tree.PathOf(node), $"its first bytes cannot be read, so it is not known whether it is a program: {reason}");
        return Magic.Unknown;
    }

    /// <summary>ENOENT: removed between reading the folder and now, so it is no part of the root.</summary>
    private static bool IsGone() => Marshal.GetLastPInvokeError() == 2;

    private int Depth(int node)
    {
        var depth = 0;
        for (; node != FileTree.Root; node = tree.Parent(node)) depth++;
        return depth;
    }

    private SafeFileHandle OpenNode(int node, bool folder) => LiveContent.Open(root, tree, node, folder);

    private bool IsPseudo(SafeFileHandle folder, int node, (uint, uint) rootDevice)
    {
        if (!Native.TryStat(folder, out var stat) || (stat.DevMajor, stat.DevMinor) == rootDevice) return false;
        string? kind = Native.FileSystemKind(folder) switch
        {
            0x9fa0 => "proc",
            0x62656572 => "sysfs",
            0x1cd1 => "devpts",
            0x27e0eb => "cgroup",
            0x63677270 => "cgroup2",
            0x64626720 => "debugfs",
            0x74726163 => "tracefs",
            0x73636673 => "securityfs",
            0xcafe4a11 => "bpf",
            0x19800202 => "mqueue",
            0x6165676c => "pstore",
            0x62656570 => "configfs",
            0x958458f6 => "hugetlbfs",
            0x42494e4d => "binfmt_misc",
            0x65735543 => "fusectl",
            0x187 => "autofs",
            0xde5e81e4 => "efivarfs",
            0xf97cff8c => "selinuxfs",
            0x6e667364 => "nfsd",
            0x67596969 => "rpc_pipefs",
            _ => null,
        };
        if (kind is null) return false;
        notes.Add($"{tree.PathOf(node)} was not read: it is a pseudo file system ({kind}).");
        return true;
    }

    private static string Text(ReadOnlySpan<byte> nameWithNul) => System.Text.Encoding.UTF8.GetString(nameWithNul[..^1]);

    private static string Reason() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
}

/// <summary>Content of a folder that is scanned in place.</summary>
internal sealed class LiveContent(SafeFileHandle root) : IContentReader
{
    public Stream Open(FileTree tree, int node, int entry)
    {
        var file = Open(root, tree, node, folder: false);
        if (file.IsInvalid) throw new UnreadableException(ProblemKind.Unreadable, $"it cannot be opened: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        if (!Native.TryStat(file, out var stat) || (stat.Mode & FileType.Mask) != FileType.File)
        {
            file.Dispose();
            throw new UnreadableException(ProblemKind.Unreadable, "it was a regular file when its folder was read and is none now");
        }
        return new SliceStream(file, 0, (long)stat.Size, owned: file);
    }

    public static SafeFileHandle Open(SafeFileHandle root, FileTree tree, int node, bool folder) =>
        node == FileTree.Root
            ? Native.OpenBeneath(root, ".\0"u8, folder)
            : Native.OpenBeneath(root, tree.SystemPath(node), folder);

    public void Dispose() => root.Dispose();
}
