using System.Buffers;

namespace Plimsoll.Guard.Transports;

/// <summary>Bytes that are gathered before they go out. Holds a buffer of the pool only while there are any.</summary>
internal abstract class RentedBuffer
{
    private const int smallest = 4 << 10;
    private byte[]? buffer;

    public int Count { get; protected set; }

    public Memory<byte> Written => buffer.AsMemory(0, Count);

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

    public void Clear()
    {
        if (buffer is null) return;
        ArrayPool<byte>.Shared.Return(buffer);
        (buffer, Count) = (null, 0);
    }
}
