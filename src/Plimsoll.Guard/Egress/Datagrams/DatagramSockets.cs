using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Plimsoll.Guard.Egress.Datagrams;

/// <summary>
/// Sockets of datagrams and what the base library does not do with them: where an arriving one was to go, errors as numbers, nothing
/// allocated. One for a thread. Nothing waits here.
/// </summary>
internal sealed partial class DatagramSockets
{
    /// <summary>Bytes of a datagram, at most; of content 65,507 with IPv4 and 65,527 with IPv6.</summary>
    public const int MostBytes = 1 << 16;

    /// <summary>Numbers of Linux's errno.</summary>
    public const int TryAgain = 11, Refused = 111;

    private const int doNotWait = 0x40, noSignal = 0x4000; // MSG_DONTWAIT, MSG_NOSIGNAL
    private const int levelSocket = 1, levelV4 = 0, levelV6 = 41;
    private const int reuseAddress = 2, receiveBufferForce = 33; // SO_REUSEADDR, SO_RCVBUFFORCE
    private const int transparentV4 = 19, originalV4 = 20, transparentV6 = 75, originalV6 = 74; // IP_TRANSPARENT, IP_RECVORIGDSTADDR and IPV6_…

    /// <summary>What all flows' first datagrams wait in: a burst of 1,000 of 1 KiB.</summary>
    private const int listenerBuffer = 2 << 20;

    // One piece of memory that stays where it is: msghdr (socket.h), iovec, the sender's address, control messages, the datagram.
    private const int iovecAt = 56, nameAt = iovecAt + 16, nameSize = 32, controlAt = nameAt + nameSize, controlSize = 128, contentAt = controlAt + controlSize;
    private readonly byte[] memory = GC.AllocateArray<byte>(contentAt + MostBytes, pinned: true);

    public DatagramSockets()
    {
        Pointer(16, iovecAt);
        BinaryPrimitives.WriteInt64LittleEndian(memory.AsSpan(24), 1);
        Pointer(0, nameAt);
        Pointer(32, controlAt);
        Pointer(iovecAt, contentAt);
        BinaryPrimitives.WriteInt64LittleEndian(memory.AsSpan(iovecAt + 8), MostBytes);
    }

    /// <summary>What was received last, whole.</summary>
    public Span<byte> Content => memory.AsSpan(contentAt);

    /// <summary>Takes datagrams for any destination that the kernel gives to it. In the container's namespace.</summary>
    public static Socket Listen(IPAddress loopback)
    {
        var socket = Transparent(loopback.AddressFamily);
        var isV6 = loopback.AddressFamily == AddressFamily.InterNetworkV6;
        Set(socket, isV6 ? levelV6 : levelV4, isV6 ? originalV6 : originalV4, 1);
        Set(socket, levelSocket, receiveBufferForce, listenerBuffer);
        socket.Bind(new IPEndPoint(loopback, 0));
        return socket;
    }

    /// <summary>Has the address of a destination and speaks with one client in its name. In the container's namespace.</summary>
    public static Socket InNameOf(IPEndPoint destination, IPEndPoint client)
    {
        var socket = Transparent(destination.AddressFamily);
        try
        {
            Set(socket, levelSocket, reuseAddress, 1);
            socket.Bind(destination);
            socket.Connect(client);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Speaks with one destination, from the machine's network: what others send to it, it does not hear.</summary>
    public static Socket To(IPEndPoint destination)
    {
        var socket = new Socket(destination.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(destination); // Refused for an address of broadcasts, which a socket must be allowed to send.
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Receives on <see cref="Listen"/>'s socket.</summary>
    /// <param name="length">Bytes of <see cref="Content"/>; -1 when there is nothing.</param>
    /// <returns>False when there is nothing, or the kernel does not say where it was to go.</returns>
    public bool TryReceive(SafeSocketHandle listener, out FlowKey key, out int length)
    {
        var message = memory.AsSpan();
        BinaryPrimitives.WriteInt32LittleEndian(message[8..], nameSize);
        BinaryPrimitives.WriteInt64LittleEndian(message[40..], controlSize);
        length = (int)ReceiveMessage(listener, Marshal.UnsafeAddrOfPinnedArrayElement(memory, 0), doNotWait);
        key = default;
        if (length < 0) return false;
        var name = message.Slice(nameAt, Math.Clamp(BinaryPrimitives.ReadInt32LittleEndian(message[8..]), 0, nameSize));
        var control = message.Slice(controlAt, (int)Math.Clamp(BinaryPrimitives.ReadInt64LittleEndian(message[40..]), 0, controlSize));
        return FlowKey.TryRead(name, Original(control), out key);
    }

    /// <summary>Receives into <see cref="Content"/>.</summary>
    /// <param name="error">0 when something was received.</param>
    public int Receive(SafeSocketHandle socket, out int error)
    {
        var count = (int)Receive(socket, Content, MostBytes, doNotWait);
        error = count < 0 ? Marshal.GetLastPInvokeError() : 0;
        return count;
    }

    /// <param name="error">0 when it was sent.</param>
    public static bool TrySend(SafeSocketHandle socket, ReadOnlySpan<byte> datagram, out int error)
    {
        var isSent = Send(socket, datagram, datagram.Length, doNotWait | noSignal) >= 0;
        error = isSent ? 0 : Marshal.GetLastPInvokeError();
        return isSent;
    }

    /// <summary>The address in control messages, each a length of 8 bytes with this header, 4 of level, 4 of type, and content, padded to 8.</summary>
    private static ReadOnlySpan<byte> Original(ReadOnlySpan<byte> control)
    {
        while (control.Length >= 16)
        {
            var length = BinaryPrimitives.ReadInt64LittleEndian(control);
            if (length < 16 || length > control.Length) break;
            if ((BinaryPrimitives.ReadInt32LittleEndian(control[8..]), BinaryPrimitives.ReadInt32LittleEndian(control[12..])) is (levelV4, originalV4) or (levelV6, originalV6)) return control[16..(int)length];
            control = control[Math.Min(control.Length, ((int)length + 7) & ~7)..];
        }
        return default;
    }

    private static Socket Transparent(AddressFamily family)
    {
        var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp);
        Set(socket, family == AddressFamily.InterNetworkV6 ? levelV6 : levelV4, family == AddressFamily.InterNetworkV6 ? transparentV6 : transparentV4, 1);
        return socket;
    }

    private static void Set(Socket socket, int level, int option, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        socket.SetRawSocketOption(level, option, bytes);
    }

    private void Pointer(int at, int to) => BinaryPrimitives.WriteInt64LittleEndian(memory.AsSpan(at), Marshal.UnsafeAddrOfPinnedArrayElement(memory, to));

    [LibraryImport("libc", EntryPoint = "recvmsg", SetLastError = true)]
    private static partial nint ReceiveMessage(SafeSocketHandle socket, nint message, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(SafeSocketHandle socket, Span<byte> bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeSocketHandle socket, ReadOnlySpan<byte> bytes, nint length, int flags);
}
