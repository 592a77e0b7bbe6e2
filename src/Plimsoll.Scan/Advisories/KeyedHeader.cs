using System.Buffers.Binary;
using Plimsoll.Scan.Advisories.Store;

namespace Plimsoll.Scan.Advisories;

/// <summary>What a <see cref="KeyedFile"/> says of itself.</summary>
internal sealed record KeyedHeader
{
    public const int Bytes = 1024;

    /// <summary>Bytes of the texts together; the longest is a server's tag.</summary>
    private const int MostTextBytes = 700;

    public required string Feed { get; init; }

    public required DateTimeOffset Fetched { get; init; }

    /// <summary>When the source changed what was read, as its server said.</summary>
    public DateTimeOffset? Modified { get; init; }

    public string? ETag { get; init; }

    /// <summary>The day that the data is of, as it says itself.</summary>
    public DateTimeOffset? Day { get; init; }

    public long Records { get; init; }

    /// <summary>Records that the source has and that could not be read.</summary>
    public long Unread { get; init; }

    public Table Table { get; init; }

    private static ReadOnlySpan<byte> Magic => "PLIMKEY1"u8;

    public byte[] ToBytes()
    {
        var to = new ByteWriter();
        to.Bytes(Magic);
        to.Text(Feed);
        to.Text(ETag is { Length: <= MostTextBytes / 3 } tag ? tag : ""); // Without it the next update fetches once more.
        to.Time(Fetched);
        to.Time(Modified ?? DateTimeOffset.MinValue);
        to.Time(Day ?? DateTimeOffset.MinValue);
        to.Number(Records);
        to.Number(Unread);
        to.Number(Table.Place.Offset);
        to.Number(Table.Place.Length);
        to.Number(Table.Checksum);
        var header = new byte[Bytes];
        to.Written.CopyTo(header.AsSpan(0, Bytes - 8));
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(^8), StoreFormat.Checksum(header.AsSpan(..^8), 0));
        return header;
    }

    /// <exception cref="DamagedException">It is no header of this format, or damaged.</exception>
    public static KeyedHeader Parse(ReadOnlySpan<byte> bytes)
    {
        if (!bytes.StartsWith(Magic)) throw new DamagedException("expected a file of records by key, found another kind");
        if (bytes.Length < Bytes) throw new DamagedException("it ends in its header");
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..]) != StoreFormat.Checksum(bytes[..^8], 0)) throw new DamagedException("its header does not match its checksum");
        var from = new ByteReader(bytes[Magic.Length..^8]);
        var (feed, tag) = (from.Text(), from.Text());
        var (fetched, modified, day) = (from.Time(), from.Time(), from.Time());
        return new KeyedHeader
        {
            Feed = feed,
            ETag = tag.Length == 0 ? null : tag,
            Fetched = fetched,
            Modified = modified == DateTimeOffset.MinValue ? null : modified,
            Day = day == DateTimeOffset.MinValue ? null : day,
            Records = from.Offset(),
            Unread = from.Offset(),
            Table = new Table(new Section(from.Offset(), from.Offset()), from.Number()),
        };
    }
}
