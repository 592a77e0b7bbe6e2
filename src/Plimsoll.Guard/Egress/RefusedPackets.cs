using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Plimsoll.Core.Results;

namespace Plimsoll.Guard.Egress;

/// <summary>
/// Tells of packets that the kernel refused: messages of nfnetlink_log (linux/netfilter/nfnetlink_log.h), each a netlink header of
/// 16 bytes, 4 bytes of nfgenmsg, and attributes of which the prefix (10) and the packet's first bytes (9) are read.
/// </summary>
internal sealed partial class RefusedPackets : IDisposable
{
    private const int family = 16, rawCloseOnExec = 3 | 0x80000, netfilter = 12; // AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER
    private const ushort packetMessage = 4 << 8, configMessage = 4 << 8 | 1; // NFNL_SUBSYS_ULOG
    private const ushort request = 1, attributeCommand = 1, attributeMode = 2, attributeThreshold = 5, attributePayload = 9, attributePrefix = 10;
    private const int headers = 20, copied = 96;

    private readonly SafeFileHandle socket;
    private readonly Action<string, PacketSummary> tell;
    private volatile bool ended;

    /// <param name="tell">Prefix of the rule that refused, and what. Called on a thread of its own.</param>
    /// <exception cref="PlimsollException">The kernel does not offer it.</exception>
    public RefusedPackets(NetworkNamespace network, int group, Action<string, PacketSummary> tell)
    {
        this.tell = tell;
        socket = network.Run(() => Open(group));
        new Thread(Read) { IsBackground = true, Name = "refused packets" }.Start();
    }

    private static SafeFileHandle Open(int group)
    {
        var opened = new SafeFileHandle(CreateSocket(family, rawCloseOnExec, netfilter), ownsHandle: true);
        Span<byte> address = stackalloc byte[12];
        address.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(address, family);
        Span<byte> bind = [1]; // NFULNL_CFG_CMD_BIND
        Span<byte> mode = [0, 0, 0, copied, 2, 0]; // NFULNL_COPY_PACKET
        Span<byte> threshold = [0, 0, 0, 1]; // Each at once.
        if (opened.IsInvalid || Bind(opened, address, address.Length) != 0 || !Configure(opened, group, attributeCommand, bind) || !Configure(opened, group, attributeMode, mode) || !Configure(opened, group, attributeThreshold, threshold))
        {
            throw new PlimsollException("guard-log", $"The kernel does not tell of refused packets (nfnetlink_log): {Marshal.GetLastPInvokeErrorMessage()}.", "It needs CONFIG_NETFILTER_NETLINK_LOG; load the module `nfnetlink_log`.");
        }
        return opened;
    }

    private static bool Configure(SafeFileHandle to, int group, ushort attribute, ReadOnlySpan<byte> value)
    {
        Span<byte> message = stackalloc byte[headers + 4 + 8];
        message.Clear();
        BinaryPrimitives.WriteInt32LittleEndian(message, message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(message[4..], configMessage);
        BinaryPrimitives.WriteUInt16LittleEndian(message[6..], request);
        BinaryPrimitives.WriteUInt16BigEndian(message[18..], (ushort)group);
        BinaryPrimitives.WriteUInt16LittleEndian(message[headers..], (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(message[(headers + 2)..], attribute);
        value.CopyTo(message[(headers + 4)..]);
        return Send(to, message, message.Length, 0) == message.Length;
    }

    private void Read()
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (!ended)
            {
                var count = Receive(socket, buffer, buffer.Length, 0);
                if (count > 0) Read(buffer.AsSpan(0, (int)count), tell);
                else if (ended) return;
                else Thread.Sleep(10); // ENOBUFS: more came than fit, and the kernel's own counters go on.
            }
        }
        catch (ObjectDisposedException)
        {
        }
    }

    /// <summary>All packets of one read.</summary>
    internal static void Read(ReadOnlySpan<byte> bytes, Action<string, PacketSummary> tell)
    {
        while (bytes.Length >= headers)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
            if (length < headers || length > bytes.Length) return;
            if (BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]) == packetMessage) Message(bytes[headers..length], tell);
            bytes = bytes[Math.Min(bytes.Length, (length + 3) & ~3)..];
        }
    }

    private static void Message(ReadOnlySpan<byte> attributes, Action<string, PacketSummary> tell)
    {
        var prefix = "";
        var packet = default(ReadOnlySpan<byte>);
        while (attributes.Length >= 4)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(attributes);
            if (length < 4 || length > attributes.Length) break;
            var value = attributes[4..length];
            switch (BinaryPrimitives.ReadUInt16LittleEndian(attributes[2..]) & 0x3FFF)
            {
                case attributePrefix:
                    prefix = Encoding.ASCII.GetString(value.TrimEnd((byte)0));
                    break;
                case attributePayload:
                    packet = value;
                    break;
            }
            attributes = attributes[Math.Min(attributes.Length, (length + 3) & ~3)..];
        }
        if (PacketSummary.TryRead(packet, out var summary)) tell(prefix, summary);
    }

    public void Dispose()
    {
        ended = true;
        socket.Dispose(); // It is closed once the read that runs has come back.
    }

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int CreateSocket(int domain, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static partial int Bind(SafeFileHandle socket, ReadOnlySpan<byte> address, int length);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    private static partial nint Send(SafeFileHandle socket, ReadOnlySpan<byte> bytes, nint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint Receive(SafeFileHandle socket, Span<byte> bytes, nint length, int flags);
}
