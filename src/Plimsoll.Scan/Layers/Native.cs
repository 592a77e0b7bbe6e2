using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Plimsoll.Scan.Layers;

/// <summary>
/// The system calls that the managed API has no words for: reading folders with type and inode, and opening a path
/// that cannot leave its root whatever is renamed meanwhile (openat2(2), since Linux 5.6).
/// </summary>
internal static partial class Native
{
    public const int NotImplemented = 38; // ENOSYS
    public const int NotPermitted = 1; // EPERM: how seccomp of older engines answers an unknown call

    /// <summary>By whose rights this process opens files (geteuid(2)).</summary>
    public static uint EffectiveUser => GetEffectiveUser();

    private const int ReadOnly = 0;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int Directory = 0x10000;
    private const int NoFollow = 0x20000;
    private const long OpenAt2 = 437;
    private const ulong NoMagicLinks = 2;
    private const ulong NoSymlinks = 4;
    private const ulong Beneath = 8;
    private static volatile bool noOpenAt2;

    [StructLayout(LayoutKind.Sequential)]
    public struct Statx
    {
        public uint Mask;
        public uint BlockSize;
        public ulong Attributes;
        public uint Links;
        public uint Uid;
        public uint Gid;
        public ushort Mode;
        private readonly ushort padding;
        public ulong Inode;
        public ulong Size;
        public ulong Blocks;
        public ulong AttributesMask;
        private unsafe fixed ulong times[8];
        public uint RdevMajor;
        public uint RdevMinor;
        public uint DevMajor;
        public uint DevMinor;
        private unsafe fixed ulong rest[14];
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    /// <summary>Opens a path below a folder without following any link.</summary>
    /// <returns>An invalid handle when it cannot; the reason is the last system error.</returns>
    public static unsafe SafeFileHandle OpenBeneath(SafeFileHandle root, ReadOnlySpan<byte> pathWithNul, bool folder)
    {
        var flags = ReadOnly | CloseOnExec | NoFollow | NonBlocking | (folder ? Directory : 0);
        if (!noOpenAt2)
        {
            var how = new OpenHow { Flags = (ulong)flags, Resolve = Beneath | NoSymlinks | NoMagicLinks };
            long opened;
            fixed (byte* path = pathWithNul) opened = Syscall(OpenAt2, root.DangerousGetHandle().ToInt32(), path, &how, sizeof(OpenHow));
            var error = Marshal.GetLastPInvokeError();
            if (opened >= 0) return new SafeFileHandle((nint)opened, ownsHandle: true);
            if (error is not (NotImplemented or NotPermitted)) return new SafeFileHandle(-1, ownsHandle: false);
            noOpenAt2 = true;
        }
        return OpenByParts(root, pathWithNul, flags);
    }

    private static SafeFileHandle OpenByParts(SafeFileHandle root, ReadOnlySpan<byte> pathWithNul, int flags)
    {
        var at = root;
        var rest = pathWithNul[..^1];
        while (true)
        {
            var slash = rest.IndexOf((byte)'/');
            byte[] part = [.. slash < 0 ? rest : rest[..slash], 0];
            var opened = OpenAt(at, part, slash < 0 ? flags : ReadOnly | CloseOnExec | NoFollow | Directory);
            var error = Marshal.GetLastPInvokeError();
            if (!ReferenceEquals(at, root)) at.Dispose();
            if (opened.IsInvalid || slash < 0)
            {
                Marshal.SetLastPInvokeError(error);
                return opened;
            }
            at = opened;
            rest = rest[(slash + 1)..];
        }
    }

    private static unsafe SafeFileHandle OpenAt(SafeFileHandle folder, ReadOnlySpan<byte> pathWithNul, int flags)
    {
        fixed (byte* path = pathWithNul) return new SafeFileHandle(OpenAt(folder.DangerousGetHandle().ToInt32(), path, flags, 0), ownsHandle: true);
    }

    public static unsafe SafeFileHandle OpenFolder(string path)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(path + "\0");
        const int currentFolder = -100;
        fixed (byte* at = bytes) return new SafeFileHandle(OpenAt(currentFolder, at, ReadOnly | CloseOnExec | Directory, 0), ownsHandle: true);
    }

    /// <summary>Entries of a folder as `linux_dirent64` records (getdents64(2)); 0 at the end, negative on failure.</summary>
    public static unsafe int ReadFolder(SafeFileHandle folder, Span<byte> buffer)
    {
        fixed (byte* to = buffer) return (int)GetDents64(folder.DangerousGetHandle().ToInt32(), to, (nuint)buffer.Length);
    }

    public static unsafe bool TryStat(SafeFileHandle folder, ReadOnlySpan<byte> nameWithNul, out Statx stat)
    {
        const int noFollow = 0x100, noAutomount = 0x800;
        const uint typeModeInodeSize = 0x1 | 0x2 | 0x100 | 0x200;
        fixed (byte* name = nameWithNul)
        fixed (Statx* to = &stat)
            return StatxCall(folder.DangerousGetHandle().ToInt32(), name, noFollow | noAutomount, typeModeInodeSize, to) == 0;
    }

    public static unsafe bool TryStat(SafeFileHandle file, out Statx stat)
    {
        const int emptyPath = 0x1000;
        byte empty = 0;
        fixed (Statx* to = &stat)
            return StatxCall(file.DangerousGetHandle().ToInt32(), &empty, emptyPath, 0x1 | 0x2 | 0x8 | 0x200, to) == 0; // Type, mode, owner, size.
    }

    public static unsafe int ReadLink(SafeFileHandle folder, ReadOnlySpan<byte> nameWithNul, Span<byte> target)
    {
        fixed (byte* name = nameWithNul)
        fixed (byte* to = target)
            return (int)ReadLinkAt(folder.DangerousGetHandle().ToInt32(), name, to, (nuint)target.Length);
    }

    /// <summary>Reads at an offset (pread(2)). RandomAccess.Read would first ask each new handle whether it can seek.</summary>
    /// <returns>Bytes read; 0 at the end.</returns>
    /// <exception cref="IOException">The system cannot read.</exception>
    public static unsafe int ReadAt(SafeFileHandle file, Span<byte> to, long offset)
    {
        const int interrupted = 4; // EINTR
        while (true)
        {
            nint read;
            fixed (byte* at = to) read = PRead(file.DangerousGetHandle().ToInt32(), at, (nuint)to.Length, offset);
            if (read >= 0) return (int)read;
            var error = Marshal.GetLastPInvokeError();
            if (error != interrupted) throw new IOException(Marshal.GetPInvokeErrorMessage(error));
        }
    }

    /// <summary>The number by which a file system says what it is (statfs(2)); 0 when it cannot be told.</summary>
    public static unsafe long FileSystemKind(SafeFileHandle folder)
    {
        var buffer = stackalloc long[32];
        return FStatFs(folder.DangerousGetHandle().ToInt32(), buffer) == 0 ? buffer[0] : 0;
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static unsafe partial int OpenAt(int folder, byte* path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static unsafe partial long Syscall(long number, long folder, byte* path, OpenHow* how, long size);

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    private static unsafe partial nint GetDents64(int folder, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static unsafe partial int StatxCall(int folder, byte* path, int flags, uint mask, Statx* to);

    [LibraryImport("libc", EntryPoint = "readlinkat", SetLastError = true)]
    private static unsafe partial nint ReadLinkAt(int folder, byte* path, byte* to, nuint length);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    private static unsafe partial nint PRead(int file, byte* to, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "fstatfs", SetLastError = true)]
    private static unsafe partial int FStatFs(int file, long* buffer);
}
