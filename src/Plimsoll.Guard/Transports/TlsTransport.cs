using System.Net;
using System.Net.Security;
using System.Runtime.CompilerServices;
using Plimsoll.Guard.Configuration;

namespace Plimsoll.Guard.Transports;

/// <summary>TLS over a transport, whose deadlines it shares.</summary>
internal sealed class TlsTransport(Transport inner, SslStream stream, ClientTrust? trust = null, ClientCertificate? certificate = null) : Transport
{
    private Task<int>? waiting;

    public override IPEndPoint Remote => inner.Remote;
    public override IPEndPoint Local => inner.Local;
    public override bool IsTls => true;
    public override ClientTrust? Trust => trust;
    public override ClientCertificate? Certificate => certificate;
    public override bool IsHttp2 => stream.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2;
    public override long ReadBy { get => inner.ReadBy; set => inner.ReadBy = value; }
    public override long WriteBy { get => inner.WriteBy; set => inner.WriteBy = value; }
    public override bool HasTimedOut { get => inner.HasTimedOut; set => inner.HasTimedOut = value; }
    public override Transport Watched => inner;

    /// <summary>Begins a read that takes nothing: session tickets are no bytes of the other side, and a record may have been decrypted already. The next read goes on from it.</summary>
    public override bool IsReadable => (waiting ??= ReadOnceAsync(Memory<byte>.Empty).AsTask()).IsCompleted;

    public override ValueTask<int> ReadAsync(Memory<byte> into) => waiting is null ? ReadOnceAsync(into) : AfterWaitingAsync(into);

    private async ValueTask<int> AfterWaitingAsync(Memory<byte> into)
    {
        var begun = waiting!;
        waiting = null;
        var count = await begun;
        return count < 0 || into.IsEmpty ? count : await ReadOnceAsync(into);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadOnceAsync(Memory<byte> into)
    {
        try
        {
            return await stream.ReadAsync(into);
        }
        catch (Exception thrown) when (thrown is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return -1;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await stream.WriteAsync(bytes);
            return true;
        }
        catch (Exception thrown) when (thrown is IOException or ObjectDisposedException or InvalidOperationException)
        {
            return false;
        }
    }

    public override void ShutdownRead() => inner.ShutdownRead();

    /// <summary>close_notify, so that the client can tell an end from a cut.</summary>
    public override async ValueTask ShutdownWriteAsync()
    {
        try
        {
            await stream.ShutdownAsync();
        }
        catch (Exception thrown) when (thrown is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The client is gone.
        }
        await inner.ShutdownWriteAsync();
    }

    public override void Abort() => inner.Abort();

    public override void Dispose()
    {
        stream.Dispose();
        inner.Dispose();
    }
}
