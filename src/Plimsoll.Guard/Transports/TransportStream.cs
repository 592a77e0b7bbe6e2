namespace Plimsoll.Guard.Transports;

/// <summary>A transport as the stream that <see cref="System.Net.Security.SslStream"/> needs, beginning with what was read already. There a failure is an exception.</summary>
internal sealed class TransportStream(InputBuffer input) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => true;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!input.IsEmpty)
        {
            var count = Math.Min(buffer.Length, input.Unread.Length);
            input.Unread[..count].CopyTo(buffer.Span);
            input.Consume(count);
            input.Release();
            return count;
        }
        var read = await input.Transport.ReadAsync(buffer);
        return read >= 0 ? read : throw new IOException("The connection is broken.");
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!await input.Transport.WriteAsync(buffer)) throw new IOException("The connection is broken.");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
}
