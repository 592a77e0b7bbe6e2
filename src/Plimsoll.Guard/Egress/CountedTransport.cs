using System.Net;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Egress;

/// <summary>The container's side of a connection whose bytes are counted as they pass, for protocols that read and write by themselves.</summary>
/// <param name="read">Told of bytes that the container sent; the read ends once it has ended.</param>
/// <param name="written">Told of bytes to it.</param>
internal sealed class CountedTransport(SocketTransport inner, Func<int, ValueTask> read, Func<int, ValueTask> written) : Transport
{
    public override IPEndPoint Remote => inner.Remote;
    public override IPEndPoint Local => inner.Local;
    public override bool IsReadable => inner.IsReadable;
    public override long ReadBy { get => inner.ReadBy; set => inner.ReadBy = value; }
    public override long WriteBy { get => inner.WriteBy; set => inner.WriteBy = value; }
    public override bool HasTimedOut { get => inner.HasTimedOut; set => inner.HasTimedOut = value; }
    public override Transport Watched => inner;

    public override async ValueTask<int> ReadAsync(Memory<byte> into)
    {
        var count = await inner.ReadAsync(into);
        if (count > 0) await read(count);
        return count;
    }

    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        if (!await inner.WriteAsync(bytes)) return false;
        await written(bytes.Length);
        return true;
    }

    public override void ShutdownRead() => inner.ShutdownRead();

    public override ValueTask ShutdownWriteAsync() => inner.ShutdownWriteAsync();

    public override void Abort() => inner.Abort();

    public override void Dispose() => inner.Dispose();
}
