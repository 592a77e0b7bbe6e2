using System.Diagnostics;

namespace Plimsoll.Engines.Http;

/// <summary>
/// A connection that is given up when its other end answers a request too slowly, however regular its bytes are: the
/// time counts that a reader waited since it last wrote. What is read without blocking, which a pool does with an idle
/// connection, does not.
/// </summary>
/// <param name="inner">Owned.</param>
internal sealed class PacedStream(Stream inner, TimeSpan window, long least) : Stream
{
    private TimeSpan waited;
    private long received;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var start = Stopwatch.GetTimestamp();
        var read = inner.Read(buffer);
        waited += Stopwatch.GetElapsedTime(start);
        received += read;
        if (waited < window) return read;
        if (received < least && read > 0) throw new TooSlowException($"it sent {received:N0} bytes in {waited.TotalSeconds:N0} seconds, fewer than the {least:N0} that are waited for");
        Begin();
        return read;
    }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        Begin();
        inner.Write(buffer);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Begin();
        return inner.WriteAsync(buffer, cancellationToken);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => inner.ReadAsync(buffer, cancellationToken);
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => inner.ReadAsync(buffer, offset, count, cancellationToken);
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override void Flush() => inner.Flush();
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }

    private void Begin() => (waited, received) = (TimeSpan.Zero, 0);
}

/// <summary>The other end is there, but so slow that it is not worth asking again.</summary>
internal sealed class TooSlowException(string message) : IOException(message)
{
    public static bool Is(Exception? thrown) => thrown is TooSlowException || (thrown is not null && Is(thrown.InnerException));
}
