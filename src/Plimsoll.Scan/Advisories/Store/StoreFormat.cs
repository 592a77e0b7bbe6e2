using System.Buffers.Binary;
using System.IO.Hashing;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Advisories.Store;

/// <summary>
/// The file of a store (one feed, one part of it), written once and never changed; numbers are little-endian or LEB128:
/// <code>
/// header     4,096 bytes: magic `PLIMADV1`, the fields of StoreHeader, zeros, checksum of what stands before it (8 bytes)
/// texts      blocks of long texts, each deflated
/// records    sorted by name: length (4), checksum (4), the record (AdvisoryCodec)
/// names      blocks of sorted keys `ecosystem NUL name`, each with the places of its records (SortedIndex)
/// ids        the same for ids, aliases and upstream names
/// tables     of the blocks of texts, names and ids: first key, length, checksum of each
/// </code>
/// Checksums are XXH3 with the place in the file as seed, so that bytes are right only where they belong. Each is
/// compared before its bytes are used.
/// </summary>
internal static class StoreFormat
{
    public const int HeaderBytes = 4096;

    /// <summary>Bytes of one record, and of one long text: the longest real ones, kernel advisories with their versions, have some MiB.</summary>
    public const int MostRecord = 32 << 20;

    /// <summary>Bytes of a key: names of packages and repositories reach some hundred.</summary>
    public const int MostKey = 2048;

    public static ReadOnlySpan<byte> Magic => "PLIMADV1"u8;

    public static ulong Checksum(ReadOnlySpan<byte> bytes, long place) => XxHash3.HashToUInt64(bytes, place);

    public static uint ShortChecksum(ReadOnlySpan<byte> bytes, long place) => (uint)Checksum(bytes, place);
}

/// <summary>A part of the file.</summary>
internal readonly record struct Section(long Offset, long Length)
{
    public long End => Offset + Length;
}

/// <summary>A table and its checksum.</summary>
internal readonly record struct Table(Section Place, ulong Checksum);

/// <summary>What a store's file says of itself.</summary>
internal sealed record StoreHeader
{
    public required string Feed { get; init; }

    /// <summary>Which part of the feed: `npm`, `Debian`.</summary>
    public required string Part { get; init; }

    public required DateTimeOffset Fetched { get; init; }

    /// <summary>When the source changed what was read, as its server said.</summary>
    public DateTimeOffset? SourceModified { get; init; }

    public string? ETag { get; init; }

    /// <summary>The latest time of change that a record has.</summary>
    public DateTimeOffset? Newest { get; init; }

    public long Records { get; init; }

    /// <summary>Records that the source has and that could not be read or kept.</summary>
    public long Unread { get; init; }

    /// <summary>Distinct (ecosystem, name).</summary>
    public long Names { get; init; }

    public long Ids { get; init; }
    public Section Texts { get; init; }
    public Section RecordBytes { get; init; }
    public Section NameBlocks { get; init; }
    public Section IdBlocks { get; init; }
    public Table TextTable { get; init; }
    public Table NameTable { get; init; }
    public Table IdTable { get; init; }

    /// <summary>Length of the whole file: the last table ends it.</summary>
    public long FileLength => IdTable.Place.End;

    public byte[] ToBytes()
    {
        var to = new ByteWriter();
        to.Bytes(StoreFormat.Magic);
        foreach (var text in (string[])[Feed, Part, ETag ?? ""]) to.Text(text);
        to.Time(Fetched);
        foreach (var time in (DateTimeOffset?[])[SourceModified, Newest]) to.Time(time ?? DateTimeOffset.MinValue);
        foreach (var count in (long[])[Records, Unread, Names, Ids]) to.Number(count);
        foreach (var section in (Section[])[Texts, RecordBytes, NameBlocks, IdBlocks, TextTable.Place, NameTable.Place, IdTable.Place])
        {
            to.Number(section.Offset);
            to.Number(section.Length);
        }
        foreach (var table in (Table[])[TextTable, NameTable, IdTable]) to.Number(table.Checksum);
        var header = new byte[StoreFormat.HeaderBytes];
        to.Written.CopyTo(header.AsSpan(0, StoreFormat.HeaderBytes - 8));
        BinaryPrimitives.WriteUInt64LittleEndian(header.AsSpan(^8), StoreFormat.Checksum(header.AsSpan(..^8), 0));
        return header;
    }

    /// <exception cref="DamagedException">It is no header of this format, or damaged.</exception>
    public static StoreHeader Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < StoreFormat.Magic.Length || !bytes.StartsWith(StoreFormat.Magic[..^1])) throw new DamagedException("expected a file of advisories, found another kind");
        if (!bytes.StartsWith(StoreFormat.Magic)) throw new DamagedException($"expected format {(char)StoreFormat.Magic[^1]}, found format {(char)bytes[StoreFormat.Magic.Length - 1]} of another version of plimsoll");
        if (bytes.Length < StoreFormat.HeaderBytes) throw new DamagedException("it ends in its header");
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..]) != StoreFormat.Checksum(bytes[..^8], 0)) throw new DamagedException("its header does not match its checksum");
        var from = new ByteReader(bytes[StoreFormat.Magic.Length..^8]);
        var (feed, part, tag) = (from.Text(), from.Text(), from.Text());
        var (fetched, modified, newest) = (from.Time(), from.Time(), from.Time());
        var (records, unread, names, ids) = (from.Offset(), from.Offset(), from.Offset(), from.Offset());
        Section Next(ref ByteReader at) => new(at.Offset(), at.Offset());
        var header = new StoreHeader
        {
            Feed = feed,
            Part = part,
            ETag = tag.Length == 0 ? null : tag,
            Fetched = fetched,
            SourceModified = modified == DateTimeOffset.MinValue ? null : modified,
            Newest = newest == DateTimeOffset.MinValue ? null : newest,
            Records = records,
            Unread = unread,
            Names = names,
            Ids = ids,
            Texts = Next(ref from),
            RecordBytes = Next(ref from),
            NameBlocks = Next(ref from),
            IdBlocks = Next(ref from),
            TextTable = new Table(Next(ref from), 0),
            NameTable = new Table(Next(ref from), 0),
            IdTable = new Table(Next(ref from), 0),
        };
        header = header with
        {
            TextTable = header.TextTable with { Checksum = from.Number() },
            NameTable = header.NameTable with { Checksum = from.Number() },
            IdTable = header.IdTable with { Checksum = from.Number() },
        };
        var end = (long)StoreFormat.HeaderBytes;
        foreach (var section in (Section[])[header.Texts, header.RecordBytes, header.NameBlocks, header.IdBlocks, header.TextTable.Place, header.NameTable.Place, header.IdTable.Place])
        {
            if (section.Offset != end) throw new DamagedException("its parts do not follow each other");
            end = section.End;
        }
        return header;
    }
}

/// <summary>What is said when a file of the database cannot be used.</summary>
internal static class Corrupt
{
    public static PlimsollException File(string path, string why) => new("database-corrupt",
        $"`{path}` in the advisory database cannot be used: {why}.", "`plimsoll db update` fetches it anew; `plimsoll db import` takes it from a mirror.");
}
