using System.Buffers;
using System.Runtime.CompilerServices;

namespace Plimsoll.Guard.Transports;

/// <summary>Bytes that a transport gave and nobody has consumed yet. Holds a buffer only while there are any.</summary>
internal sealed class InputBuffer(Transport transport, int size)
{
    private byte[]? buffer;
    private int start;
    private int end;

    public Transport Transport { get; } = transport;

    public ReadOnlySpan<byte> Unread => buffer.AsSpan(start, end - start);

    public ReadOnlyMemory<byte> UnreadMemory => buffer.AsMemory(start, end - start);

    public bool IsEmpty => start == end;

    public void Consume(int bytes) => start += bytes;

    /// <summary>
    /// Reads more: at least one byte when the result is positive; 0 at the end, -1 when broken. What was got before may move.
    /// Waits without a buffer when it is empty.
    /// </summary>
    /// <param name="room">Bytes that must fit together.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> FillAsync(int room)
    {
        if (IsEmpty)
        {
            Release();
            var ready = await Transport.ReadAsync(Memory<byte>.Empty);
            if (ready < 0) return -1;
        }
        Prepare(room);
        var count = await Transport.ReadAsync(buffer.AsMemory(end));
        if (count > 0) end += count;
        return count;
    }

    /// <summary>Gives the buffer back when it is empty.</summary>
    public void Release()
    {
        if (!IsEmpty || buffer is null) return;
        ArrayPool<byte>.Shared.Return(buffer);
        (buffer, start, end) = (null, 0, 0);
    }

    /// <summary>Forgets what was not consumed.</summary>
    public void Clear()
    {
        start = end;
        Release();
    }

    private void Prepare(int room)
    {
        if (buffer is null)
        {
            buffer = ArrayPool<byte>.Shared.Rent(size);
            return;
        }
        if (end < buffer.Length) return;
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            return;
        }
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Min(room, buffer.Length * 2), buffer.Length + 1));
        buffer.AsSpan(0, end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }
}
