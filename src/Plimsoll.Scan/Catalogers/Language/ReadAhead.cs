namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>A stream from its position on, read in pieces as large as a buffer that its user owns: an inflater asks for 8 KiB at a time.</summary>
internal sealed class ReadAhead(Stream source, byte[] buffer) : Stream
{
    private int at;
    private int filled;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> to)
    {
        if (at == filled) (at, filled) = (0, source.Read(buffer));
        var read = Math.Min(to.Length, filled - at);
        buffer.AsSpan(at, read).CopyTo(to);
        at += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
