using System.Buffers.Binary;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>Frames on their way to the peer. Holds a buffer only while there are any.</summary>
internal sealed class FrameBuffer : RentedBuffer
{
    public void Write(FrameType type, FrameFlags flags, int stream, ReadOnlySpan<byte> payload)
    {
        var room = Reserve(FrameHeader.Size + payload.Length);
        new FrameHeader(payload.Length, type, flags, stream).Write(room);
        payload.CopyTo(room[FrameHeader.Size..]);
        Count += FrameHeader.Size + payload.Length;
    }

    public void WriteReset(int stream, ErrorCode code) => Write(FrameType.RstStream, stream, (uint)code);

    public void WriteWindowUpdate(int stream, int bytes) => Write(FrameType.WindowUpdate, stream, (uint)bytes);

    public void WriteGoAway(int lastStream, ErrorCode code)
    {
        Span<byte> payload = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(payload, lastStream);
        BinaryPrimitives.WriteUInt32BigEndian(payload[4..], (uint)code);
        Write(FrameType.GoAway, FrameFlags.None, 0, payload);
    }

    /// <summary>Room for the header of a HEADERS frame, whose block is written next.</summary>
    public int BeginHeaders()
    {
        Reserve(FrameHeader.Size);
        Count += FrameHeader.Size;
        return Count;
    }

    /// <summary>Makes what was written since <see cref="BeginHeaders"/> a HEADERS frame, with CONTINUATIONs when it is too long for one.</summary>
    public void EndHeaders(int begun, int stream, bool endsStream, int mostOfFrame)
    {
        var flags = endsStream ? FrameFlags.EndStream : FrameFlags.None;
        var length = Count - begun;
        if (length <= mostOfFrame)
        {
            new FrameHeader(length, FrameType.Headers, flags | FrameFlags.EndHeaders, stream).Write(Written.Span[(begun - FrameHeader.Size)..]);
            return;
        }
        new FrameHeader(mostOfFrame, FrameType.Headers, flags, stream).Write(Written.Span[(begun - FrameHeader.Size)..]);
        var rest = Written.Span[(begun + mostOfFrame)..].ToArray(); // Rare: a head of more than 16 KiB.
        Count = begun + mostOfFrame;
        for (var at = 0; at < rest.Length; at += mostOfFrame)
        {
            var isLast = rest.Length - at <= mostOfFrame;
            Write(FrameType.Continuation, isLast ? FrameFlags.EndHeaders : FrameFlags.None, stream, rest.AsSpan(at, isLast ? rest.Length - at : mostOfFrame));
        }
    }

    private void Write(FrameType type, int stream, uint number)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(payload, number);
        Write(type, FrameFlags.None, stream, payload);
    }
}
