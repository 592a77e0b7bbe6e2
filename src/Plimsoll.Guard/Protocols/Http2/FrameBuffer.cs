using System.Buffers;
using System.Buffers.Binary;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>Frames on their way to the peer. Holds a buffer only while there are any.</summary>
internal sealed class FrameBuffer
{
    private const int smallest = 4 << 10;
    private byte[]? buffer;

    public int Count { get; private set; }

    public ReadOnlyMemory<byte> Written => buffer.AsMemory(0, Count);

    /// <summary>Room at the end; <see cref="Commit"/> what was written.</summary>
    public Span<byte> Reserve(int bytes)
    {
        if (buffer is null) buffer = ArrayPool<byte>.Shared.Rent(Math.Max(smallest, bytes));
        else if (buffer.Length - Count < bytes)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, Count + bytes));
            buffer.AsSpan(0, Count).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
        return buffer.AsSpan(Count);
    }

    public void Commit(int bytes) => Count += bytes;

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
            new FrameHeader(length, FrameType.Headers, flags | FrameFlags.EndHeaders, stream).Write(buffer.AsSpan(begun - FrameHeader.Size));
            return;
        }
        new FrameHeader(mostOfFrame, FrameType.Headers, flags, stream).Write(buffer.AsSpan(begun - FrameHeader.Size));
        var rest = buffer.AsSpan(begun + mostOfFrame, length - mostOfFrame).ToArray(); // Rare: a head of more than 16 KiB.
        Count = begun + mostOfFrame;
        for (var at = 0; at < rest.Length; at += mostOfFrame)
        {
            var isLast = rest.Length - at <= mostOfFrame;
            Write(FrameType.Continuation, isLast ? FrameFlags.EndHeaders : FrameFlags.None, stream, rest.AsSpan(at, isLast ? rest.Length - at : mostOfFrame));
        }
    }

    public void Clear()
    {
        if (buffer is null) return;
        ArrayPool<byte>.Shared.Return(buffer);
        (buffer, Count) = (null, 0);
    }

    private void Write(FrameType type, int stream, uint number)
    {
        Span<byte> payload = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(payload, number);
        Write(type, FrameFlags.None, stream, payload);
    }
}
