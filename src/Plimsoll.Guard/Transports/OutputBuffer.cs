using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Plimsoll.Guard.Transports;

/// <summary>Bytes on their way to a transport, sent together. Holds a buffer only while there are any.</summary>
internal sealed class OutputBuffer(Transport transport, int writeTime)
{
    private const int smallest = 4 << 10;
    private byte[]? buffer;
    private int count;

    public int Count => count;

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        count += bytes.Length;
    }

    public void Write(long number)
    {
        Utf8Formatter.TryFormat(number, Reserve(20), out var written);
        count += written;
    }

    public void WriteHex(int number)
    {
        Utf8Formatter.TryFormat(number, Reserve(8), out var written, new StandardFormat('x'));
        count += written;
    }

    /// <summary>Room at the end; <see cref="Commit"/> what was written.</summary>
    public Span<byte> Reserve(int bytes)
    {
        if (buffer is null) buffer = ArrayPool<byte>.Shared.Rent(Math.Max(smallest, bytes));
        else if (buffer.Length - count < bytes)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(buffer.Length * 2, count + bytes));
            buffer.AsSpan(0, count).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
            buffer = larger;
        }
        return buffer.AsSpan(count);
    }

    public void Commit(int bytes) => count += bytes;

    /// <summary>False when the transport is broken or too slow.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FlushAsync()
    {
        if (buffer is null) return true;
        transport.WriteBy = Environment.TickCount64 + writeTime;
        var sent = await transport.WriteAsync(buffer.AsMemory(0, count));
        transport.WriteBy = long.MaxValue;
        Clear();
        return sent;
    }

    public void Clear()
    {
        if (buffer is null) return;
        ArrayPool<byte>.Shared.Return(buffer);
        (buffer, count) = (null, 0);
    }
}
