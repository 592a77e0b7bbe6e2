using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Egress.Datagrams;

/// <summary>
/// Waits for many sockets on one thread: epoll(7). The base library's own waiting takes a datagram to say that there is one. A
/// socket that is closed is watched no more.
/// </summary>
internal sealed partial class SocketWatch : IDisposable
{
    /// <summary>What <see cref="About"/> says after <see cref="Wake"/>.</summary>
    public const ulong Woken = 0;

    private const int most = 64;
    private const int closeOnExec = 0x80000, nonBlocking = 0x800, add = 1, readable = 1; // O_CLOEXEC, O_NONBLOCK, EPOLL_CTL_ADD, EPOLLIN

    /// <summary>The kernel's epoll_event: 4 bytes of what happened, then 8 of whom it is about, which are aligned but on x86-64.</summary>
    private static readonly int aboutAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private static readonly int size = aboutAt + sizeof(ulong);

    private readonly SafeFileHandle epoll = new(CreateWatch(closeOnExec), ownsHandle: true);
    private readonly SafeFileHandle wake = new(CreateEvent(0, closeOnExec | nonBlocking), ownsHandle: true);
    private readonly byte[] events = new byte[most * size];

    /// <exception cref="PlimsollException">There are no descriptors left.</exception>
    public SocketWatch()
    {
        if (epoll.IsInvalid || wake.IsInvalid || !TryAdd(wake, Woken)) throw new PlimsollException("guard-watch", $"Sockets cannot be waited for: {Marshal.GetLastPInvokeErrorMessage()}.", "Raise the limit of open files (`ulimit -n`).");
    }

    /// <param name="about">What <see cref="About"/> says of it; not <see cref="Woken"/>.</param>
    public bool TryAdd(SafeHandle socket, ulong about)
    {
        Span<byte> wanted = stackalloc byte[16];
        wanted.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(wanted, readable);
        BinaryPrimitives.WriteUInt64LittleEndian(wanted[aboutAt..], about);
        return Control(epoll, add, socket, wanted) == 0;
    }

    /// <summary>Waits until there is something to read, or an error.</summary>
    /// <param name="milliseconds">-1 for as long as it takes.</param>
    /// <returns>How many sockets; a later call tells of others.</returns>
    public int Wait(int milliseconds)
    {
        Span<byte> counted = stackalloc byte[sizeof(ulong)];
        var count = Wait(epoll, events, most, milliseconds);
        for (var i = 0; i < count; i++)
            if (About(i) == Woken) Read(wake, counted, counted.Length);
        return Math.Max(0, count); // A signal came between.
    }

    public ulong About(int number) => BinaryPrimitives.ReadUInt64LittleEndian(events.AsSpan(number * size + aboutAt));

    /// <summary>Ends a wait, from any thread.</summary>
    public void Wake() => Write(wake, [1, 0, 0, 0, 0, 0, 0, 0], sizeof(ulong));

    public void Dispose()
    {
        epoll.Dispose();
        wake.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int CreateWatch(int flags);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int CreateEvent(uint count, int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int Control(SafeFileHandle epoll, int operation, SafeHandle socket, ReadOnlySpan<byte> wanted);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int Wait(SafeFileHandle epoll, Span<byte> events, int most, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(SafeFileHandle file, Span<byte> bytes, nint length);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(SafeFileHandle file, ReadOnlySpan<byte> bytes, nint length);
}
