namespace Plimsoll.Scan.Layers;

/// <summary>A sparse file of a tar archive made whole again: pieces where the map has them, zeros between.</summary>
internal sealed class SparseStream(Stream stored, IReadOnlyList<(long Offset, long Length)> map, long skip, long length) : Stream
{
    /// <summary>Pairs that a map in front of the content may have; a real one has one for each hole.</summary>
    public const int MaxPairs = 1 << 20;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;
    public override long Position { get; set; }

    /// <summary>PAX format 1.0: decimal numbers, one a line, a count and then offset and length in turn, padded to a record.</summary>
    public static SparseStream? FromContent(Stream stored, long length)
    {
        var map = new List<(long, long)>();
        var position = 0L;
        if (!TryNumber(stored, ref position, out var count) || count > MaxPairs) return null;
        for (var i = 0L; i < count; i++)
        {
            if (!TryNumber(stored, ref position, out var offset) || !TryNumber(stored, ref position, out var size)) return null;
            map.Add((offset, size));
        }
        var skip = (position + TarScanner.Record - 1) / TarScanner.Record * TarScanner.Record;
        return new SparseStream(stored, map, skip, length);
    }

    private static bool TryNumber(Stream from, ref long position, out long value)
    {
        value = 0;
        for (var digits = 0; digits < 20; digits++)
        {
            var b = from.ReadByte();
            position++;
            if (b == '\n') return digits > 0;
            if (b is < '0' or > '9') return false;
            value = (value * 10) + (b - '0');
        }
        return false;
    }

    public override int Read(Span<byte> buffer)
    {
        var room = (int)Math.Min(buffer.Length, length - Position);
        if (room <= 0) return 0;
        buffer = buffer[..room];
        var at = skip;
        var next = length;
        foreach (var (offset, size) in map)
        {
            if (Position >= offset && Position < offset + size)
            {
                stored.Position = at + Position - offset;
                var read = stored.Read(buffer[..(int)Math.Min(room, offset + size - Position)]);
                Position += read;
                return read;
            }
            if (offset > Position && offset < next) next = offset;
            at += size;
        }
        var zeros = (int)Math.Min(room, next - Position);
        buffer[..zeros].Clear();
        Position += zeros;
        return zeros;
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

    protected override void Dispose(bool disposing)
    {
        if (disposing) stored.Dispose();
        base.Dispose(disposing);
    }
}
