using System.Buffers.Binary;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>RFC 9113, section 6.</summary>
internal enum FrameType : byte
{
    Data,
    Headers,
    Priority,
    RstStream,
    Settings,
    PushPromise,
    Ping,
    GoAway,
    WindowUpdate,
    Continuation,
}

[Flags]
internal enum FrameFlags : byte
{
    None = 0,
    /// <summary>Of DATA and HEADERS; of SETTINGS and PING the same bit is <see cref="FrameHeader.Ack"/>.</summary>
    EndStream = 1,
    EndHeaders = 4,
    Padded = 8,
    Priority = 0x20,
}

/// <summary>RFC 9113, section 7.</summary>
internal enum ErrorCode : uint
{
    NoError,
    ProtocolError,
    InternalError,
    FlowControlError,
    SettingsTimeout,
    StreamClosed,
    FrameSizeError,
    RefusedStream,
    Cancel,
    CompressionError,
    ConnectError,
    EnhanceYourCalm,
}

/// <summary>The nine bytes before each frame: length (24 bits), type, flags, a reserved bit, stream (31 bits).</summary>
internal readonly record struct FrameHeader(int Length, FrameType Type, FrameFlags Flags, int Stream)
{
    public const int Size = 9;
    public const FrameFlags Ack = FrameFlags.EndStream;

    public static FrameHeader Read(ReadOnlySpan<byte> from) => new(
        from[0] << 16 | from[1] << 8 | from[2], (FrameType)from[3], (FrameFlags)from[4], BinaryPrimitives.ReadInt32BigEndian(from[5..]) & int.MaxValue);

    public void Write(Span<byte> to)
    {
        (to[0], to[1], to[2], to[3], to[4]) = ((byte)(Length >> 16), (byte)(Length >> 8), (byte)Length, (byte)Type, (byte)Flags);
        BinaryPrimitives.WriteInt32BigEndian(to[5..], Stream);
    }

    public bool Has(FrameFlags flag) => (Flags & flag) != 0;
}
