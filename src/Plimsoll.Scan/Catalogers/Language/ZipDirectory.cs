using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers.Language;

/// <summary>An entry of a ZIP archive as its central directory describes it.</summary>
/// <param name="Method">0 stored, 8 deflate; others by number (APPNOTE.TXT 4.4.5).</param>
/// <param name="Stored">Bytes in the archive.</param>
/// <param name="Size">Bytes when inflated, as declared.</param>
/// <param name="Header">Where its local header stands in the stream.</param>
internal sealed record ZipMember(string Name, int Method, bool IsEncrypted, uint Crc, long Stored, long Size, long Header);

/// <summary>
/// The central directory of a ZIP archive (PKWARE APPNOTE.TXT 4.3): records `PK\1\2` one after the other, found by the
/// end record `PK\5\6` in the last 65,557 bytes, or by the ZIP64 records in front of it. Bytes before the archive
/// (start scripts of executable jars) shift every offset. Only wanted entries are kept, so that a directory costs no
/// more than its bytes.
/// </summary>
internal sealed class ZipDirectory
{
    /// <summary>Entries of one archive: the largest jars known have some 150,000.</summary>
    public const int MaxEntries = 1 << 20;

    /// <summary>Wanted entries of one archive: shaded jars have some hundred, fat ones a thousand.</summary>
    public const int MaxWanted = 20_000;

    /// <summary>Bytes of one entry's name: as long as a path of Linux.</summary>
    private const int MaxName = 4096;

    private const int EndLength = 22;
    private const int LocatorLength = 20;
    private const int End64Length = 56;
    private const int RecordLength = 46;

    private readonly List<ZipMember> members = [];
    private readonly Action<ZipMember>? take;

    private ZipDirectory(Action<ZipMember>? take = null) => this.take = take;

    /// <summary>In the archive's order.</summary>
    public IReadOnlyList<ZipMember> Members => members;

    /// <summary>Why entries may be missing; null when all were read.</summary>
    public UnreadableException? Damage { get; private set; }

    /// <param name="wants">Whether an entry is kept, by its name; called for every entry.</param>
    /// <exception cref="UnreadableException">It is no ZIP archive.</exception>
    public static ZipDirectory Read(Stream archive, ZipNames wants)
    {
        var (start, length, shift, count) = Find(archive);
        var directory = new ZipDirectory();
        directory.Walk(archive, start, length, shift, count, wants);
        return directory;
    }

    /// <summary>Gives each entry as it is read and keeps none. <paramref name="take"/> must leave the stream alone.</summary>
    /// <exception cref="UnreadableException">It is no ZIP archive.</exception>
    public static ZipDirectory Walk(Stream archive, Action<ZipMember> take)
    {
        var (start, length, shift, count) = Find(archive);
        var directory = new ZipDirectory(take);
        directory.Walk(archive, start, length, shift, count, static _ => true);
        return directory;
    }

    /// <summary>Where the directory stands, its length, what to add to offsets in it, and its entries, counted modulo 65,536 without ZIP64.</summary>
    private static (long Start, long Length, long Shift, long Count) Find(Stream archive)
    {
        var (end, tail) = FindEnd(archive);
        var record = tail.AsSpan(tail.Length - (int)(archive.Length - end));
        long count = BinaryPrimitives.ReadUInt16LittleEndian(record[10..]);
        long length = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(record[16..]);
        if ((count == 0xFFFF || length == uint.MaxValue || offset == uint.MaxValue) && TryFind64(archive, end, out var end64, out var large))
        {
            end = end64;
            count = BinaryPrimitives.ReadInt64LittleEndian(large.AsSpan(32));
            length = BinaryPrimitives.ReadInt64LittleEndian(large.AsSpan(40));
            offset = BinaryPrimitives.ReadInt64LittleEndian(large.AsSpan(48));
        }
        if (length < 0 || offset < 0 || count < 0 || length > end)
            throw new UnreadableException(ProblemKind.Malformed, $"the end record of the ZIP archive declares a directory of {length:N0} bytes, more than stand before it");
        return (end - length, length, end - length - offset, count);
    }

    private static (long Position, byte[] Tail) FindEnd(Stream archive)
    {
        // Most archives have no comment: a short tail is enough for them.
        foreach (var reach in (ReadOnlySpan<int>)[1024, EndLength + ushort.MaxValue])
        {
            var tail = ReadAt(archive, Math.Max(0, archive.Length - reach), (int)Math.Min(reach, archive.Length));
            for (var at = tail.Length - EndLength; at >= 0; at--)
                if (tail.AsSpan(at).StartsWith("PK\u0005\u0006"u8) && BinaryPrimitives.ReadUInt16LittleEndian(tail.AsSpan(at + 20)) <= tail.Length - at - EndLength)
                    return (archive.Length - tail.Length + at, tail);
        }
        throw new UnreadableException(ProblemKind.Malformed, "expected a ZIP archive, found no end record of one");
    }

    /// <summary>The locator in front of the end record says where the ZIP64 record is; with bytes before the archive it is right in front of the locator.</summary>
    private static bool TryFind64(Stream archive, long end, out long position, out byte[] record)
    {
        (position, record) = (0, []);
        if (end < LocatorLength + End64Length) return false;
        var locator = ReadAt(archive, end - LocatorLength, LocatorLength);
        if (!locator.AsSpan().StartsWith("PK\u0006\u0007"u8)) return false;
        foreach (var candidate in (ReadOnlySpan<long>)[BinaryPrimitives.ReadInt64LittleEndian(locator.AsSpan(8)), end - LocatorLength - End64Length])
        {
            if (candidate < 0 || candidate > end - LocatorLength - End64Length) continue; // The other candidate, or none: then the 32-bit fields fail their check.
            record = ReadAt(archive, candidate, End64Length);
            position = candidate;
            if (record.AsSpan().StartsWith("PK\u0006\u0006"u8)) return true;
        }
        return false;
    }

    private void Walk(Stream archive, long start, long length, long shift, long count, ZipNames wants)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            var (filled, at, entries) = (0, 0, 0L);
            archive.Position = start;
            while (true)
            {
                // A record has at most 46 + 2 × 65,535 bytes before its comment, so that one always fits.
                if (filled - at < RecordLength + (2 * ushort.MaxValue) && length > 0)
                {
                    buffer.AsSpan(at, filled - at).CopyTo(buffer);
                    (filled, at) = (filled - at, 0);
                    var room = buffer.AsSpan(filled, (int)Math.Min(buffer.Length - filled, length));
                    var read = archive.ReadAtLeast(room, room.Length, throwOnEndOfStream: false);
                    length = read < room.Length ? 0 : length - read;
                    filled += read;
                }
                if (filled == at) break;
                if (!TryRecord(buffer.AsSpan(at, filled - at), shift, wants, out var used))
                {
                    Damage ??= new UnreadableException(ProblemKind.Malformed, $"entry {entries + 1:N0} of the archive's directory is not one; it and those after it were not read");
                    return;
                }
                if (used > filled - at)
                {
                    // Only a comment reaches beyond the buffer.
                    var beyond = used - (filled - at);
                    if (beyond > length)
                    {
                        Damage ??= new UnreadableException(ProblemKind.Truncated, $"entry {entries + 1:N0} of the archive's directory reaches beyond the directory; entries may be missing");
                        return;
                    }
                    archive.Seek(beyond, SeekOrigin.Current);
                    length -= beyond;
                    at = filled;
                }
                else at += used;
                if (++entries <= MaxEntries) continue;
                Damage ??= new UnreadableException(ProblemKind.LimitReached, $"the archive has more than {MaxEntries:N0} entries; the rest was not read");
                return;
            }
            if (entries != count && (entries & 0xFFFF) != count)
                Damage ??= new UnreadableException(ProblemKind.Mismatch, $"the archive declares {count:N0} entries, but its directory has {entries:N0}; some may be missing");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <param name="used">Bytes of the record, comment included; possibly more than there are.</param>
    private bool TryRecord(ReadOnlySpan<byte> bytes, long shift, ZipNames wants, out int used)
    {
        used = 0;
        if (bytes.Length < RecordLength || !bytes.StartsWith("PK\u0001\u0002"u8)) return false;
        int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]);
        int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[30..]);
        if (bytes.Length < RecordLength + nameLength + extraLength) return false;
        used = RecordLength + nameLength + extraLength + BinaryPrimitives.ReadUInt16LittleEndian(bytes[32..]);
        var name = bytes.Slice(RecordLength, nameLength);
        if (!wants(name)) return true;
        if (nameLength > MaxName) Damage ??= new UnreadableException(ProblemKind.LimitReached, $"an entry of the archive has a name of {nameLength:N0} bytes, more than {MaxName:N0}; it was not read");
        else if (take is not null) take(ToMember(bytes, name, bytes.Slice(RecordLength + nameLength, extraLength), shift));
        else if (members.Count >= MaxWanted) Damage ??= new UnreadableException(ProblemKind.LimitReached, $"the archive has more than {MaxWanted:N0} entries that could hold packages; the rest was not read");
        else members.Add(ToMember(bytes, name, bytes.Slice(RecordLength + nameLength, extraLength), shift));
        return true;
    }

    private static ZipMember ToMember(ReadOnlySpan<byte> record, ReadOnlySpan<byte> name, ReadOnlySpan<byte> extra, long shift)
    {
        long stored = BinaryPrimitives.ReadUInt32LittleEndian(record[20..]);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(record[24..]);
        long header = BinaryPrimitives.ReadUInt32LittleEndian(record[42..]);
        // ZIP64: those of the three that are all ones stand in field 1, in this order (4.5.3).
        for (; extra.Length >= 4; extra = extra[Math.Min(extra.Length, 4 + BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]))..])
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(extra) != 1) continue; // Other fields hold times and owners.
            var large = extra[4..Math.Min(extra.Length, 4 + BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]))];
            Take(ref size, ref large);
            Take(ref stored, ref large);
            Take(ref header, ref large);
        }
        return new ZipMember(Encoding.UTF8.GetString(name), BinaryPrimitives.ReadUInt16LittleEndian(record[10..]), (record[8] & 1) != 0,
            BinaryPrimitives.ReadUInt32LittleEndian(record[16..]), stored, size, header + shift);

        static void Take(ref long value, ref ReadOnlySpan<byte> from)
        {
            if (value != uint.MaxValue || from.Length < 8) return;
            value = BinaryPrimitives.ReadInt64LittleEndian(from);
            from = from[8..];
        }
    }

    private static byte[] ReadAt(Stream archive, long position, int length)
    {
        var bytes = new byte[length];
        archive.Position = position;
        if (archive.ReadAtLeast(bytes, length, throwOnEndOfStream: false) < length)
            throw new UnreadableException(ProblemKind.Truncated, "the archive ends before its length says");
        return bytes;
    }
}

/// <summary>Decides by the name of an entry.</summary>
internal delegate bool ZipNames(ReadOnlySpan<byte> name);
