namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>A seekable view of a part of another stream, which it does not close. Views of one stream are read by one thread.</summary>
internal sealed class RangeStream(Stream whole, long start, long length) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;
    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        var room = (int)Math.Min(buffer.Length, length - Position);
        if (room <= 0) return 0;
        whole.Position = start + Position;
        var read = whole.Read(buffer[..room]);
        Position += read;
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => Position + offset,
        _ => length + offset,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
