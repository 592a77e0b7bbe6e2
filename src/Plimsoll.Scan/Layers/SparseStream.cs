namespace Plimsoll.Scan.Layers;

/// <summary>A sparse file of a tar archive made whole again: pieces where the map has them, zeros between.</summary>
internal sealed class SparseStream : SeekableStream
{
    /// <summary>Pairs that a map in front of the content may have; a real one has one for each hole.</summary>
    public const int MaxPairs = 1 << 20;

    private readonly Stream stored;
    private readonly IReadOnlyList<(long Offset, long Length)> map;
    private readonly long[] starts;

    /// <param name="map">Ascending, as <see cref="IsValid"/> wants it.</param>
    /// <param name="skip">Where the first piece stands in <paramref name="stored"/>.</param>
    /// <param name="length">Bytes of the whole file.</param>
    public SparseStream(Stream stored, IReadOnlyList<(long Offset, long Length)> map, long skip, long length)
        : base(length)
    {
        (this.stored, this.map) = (stored, map);
        starts = new long[map.Count];
        for (var i = 0; i < starts.Length; i++)
        {
            starts[i] = skip;
            skip += map[i].Length;
        }
    }

    /// <summary>Pieces in ascending order that do not overlap, end within the file, and are no more than is stored.</summary>
    public static bool IsValid(IReadOnlyList<(long Offset, long Length)> map, long size, long storedSize)
    {
        long end = 0, total = 0;
        foreach (var (offset, length) in map)
        {
            if (offset < end || length < 0 || length > size - offset || length > storedSize - total) return false;
            end = offset + length;
            total += length;
        }
        return true;
    }

    /// <summary>PAX format 1.0: decimal numbers, one a line, a count and then offset and length in turn, padded to a record.</summary>
    /// <returns>Null when the content does not start with such a map.</returns>
    public static SparseStream? FromContent(Stream stored, long length)
    {
        var pairs = new List<(long, long)>();
        var from = new BufferedStream(stored, TarScanner.Record * 8);
        var position = 0L;
        if (!TryNumber(from, ref position, out var count) || count > MaxPairs) return null;
        for (var i = 0L; i < count; i++)
        {
            if (!TryNumber(from, ref position, out var offset) || !TryNumber(from, ref position, out var size)) return null;
            pairs.Add((offset, size));
        }
        var skip = (position + TarScanner.Record - 1) / TarScanner.Record * TarScanner.Record;
        return IsValid(pairs, length, stored.Length - skip) ? new SparseStream(stored, pairs, skip, length) : null;
    }

    private static bool TryNumber(Stream from, ref long position, out long value)
    {
        value = 0;
        const int most = 18; // Digits that fit a long whatever they are: an exabyte, more than file systems take.
        for (var digits = 0; digits <= most; digits++)
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
        var room = (int)Math.Min(buffer.Length, Length - Position);
        if (room <= 0) return 0;
        var piece = PieceEndingAfter(Position);
        if (piece == map.Count || map[piece].Offset > Position)
        {
            var end = piece == map.Count ? Length : map[piece].Offset;
            var zeros = (int)Math.Min(room, end - Position);
            buffer[..zeros].Clear();
            Position += zeros;
            return zeros;
        }
        var (offset, size) = map[piece];
        stored.Position = starts[piece] + Position - offset;
        var read = stored.Read(buffer[..(int)Math.Min(room, offset + size - Position)]);
        Position += read;
        return read;
    }

    private int PieceEndingAfter(long position)
    {
        var (low, high) = (0, map.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (map[middle].Offset + map[middle].Length > position) high = middle;
            else low = middle + 1;
        }
        return low;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) stored.Dispose();
        base.Dispose(disposing);
    }
}
