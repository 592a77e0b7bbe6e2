using System.Buffers;
using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Plimsoll.Guard.Transports;

/// <summary>Bytes on their way to a transport, sent together. Holds a buffer only while there are any.</summary>
internal sealed class OutputBuffer(Transport transport, int writeTime) : RentedBuffer
{
    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Count += bytes.Length;
    }

    public void Write(long number)
    {
        Utf8Formatter.TryFormat(number, Reserve(20), out var written);
        Count += written;
    }

    public void WriteHex(int number)
    {
        Utf8Formatter.TryFormat(number, Reserve(8), out var written, new StandardFormat('x'));
        Count += written;
    }

    /// <summary>False when the transport is broken or too slow.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> FlushAsync()
    {
        if (Count == 0)
        {
            Clear();
            return true;
        }
        transport.WriteBy = Environment.TickCount64 + writeTime;
        var sent = await transport.WriteAsync(Written);
        transport.WriteBy = long.MaxValue;
        Clear();
        return sent;
    }
}
