using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Plimsoll.Scan.Catalogers.Os;

/// <summary>
/// The header of an installed package (rpm's "RPM V4 Package File Format", "Header"): two big-endian counts, of index
/// entries and of data bytes; entries of 16 bytes, tag, type, offset into the data, count; the data. The first entry
/// may be the region that was signed, whose last 16 data bytes tell how many entries it has; entries after it were
/// added by the installation and replace those of the region.
/// </summary>
internal readonly ref struct RpmHeader
{
    private const int EntrySize = 16;

    /// <summary>Entries of a header: rpm's own bound (HEADER_TAGS_MAX).</summary>
    private const uint MaxEntries = 65_535;

    private readonly ReadOnlySpan<byte> index;
    private readonly ReadOnlySpan<byte> data;

    private RpmHeader(ReadOnlySpan<byte> index, ReadOnlySpan<byte> data)
    {
        this.index = index;
        this.data = data;
    }

    /// <returns>What is wrong with it; null when it can be read.</returns>
    public static string? TryParse(ReadOnlySpan<byte> blob, out RpmHeader header)
    {
        header = default;
        if (blob.Length < 8) return $"expected a header of at least 8 bytes, found {blob.Length}";
        var (entries, size) = (BinaryPrimitives.ReadUInt32BigEndian(blob), BinaryPrimitives.ReadUInt32BigEndian(blob[4..]));
        if (entries is 0 or > MaxEntries) return $"expected 1 to {MaxEntries:N0} index entries, found {entries:N0}";
        if (8 + ((long)entries * EntrySize) + size != blob.Length) return $"expected a header of {8 + ((long)entries * EntrySize) + size:N0} bytes by its counts, found {blob.Length:N0}";
        var read = new RpmHeader(blob.Slice(8, (int)entries * EntrySize), blob[(8 + ((int)entries * EntrySize))..]);
        for (var at = 0; at < read.index.Length; at += EntrySize)
            if (!read.IsInside(at)) return $"index entry {at / EntrySize} (tag {read.Number(at)}) has type {read.Number(at + 4)} and {read.Number(at + 12)} values at {read.Number(at + 8)}, which is not inside the {size:N0} bytes of data";
        header = read;
        return null;
    }

    /// <summary>The text of a tag; empty when it is absent or no text.</summary>
    public ReadOnlySpan<byte> Text(RpmTag tag)
    {
        var strings = Strings(tag);
        return strings.MoveNext() ? strings.Current : default;
    }

    /// <summary>The texts of a tag, one after the other; none when it is absent or no text.</summary>
    public RpmStrings Strings(RpmTag tag) =>
        Find(tag) is var at && at >= 0 && IsText(Number(at + 4)) ? new RpmStrings(data[(int)Number(at + 8)..], (int)Number(at + 12)) : default;

    /// <summary>32-bit numbers of a tag, big-endian; empty when it is absent or of another type.</summary>
    public ReadOnlySpan<byte> Numbers(RpmTag tag) => Values(tag, RpmType.Int32, 4);

    /// <summary>Bytes of a tag that are one number each; empty when it is absent or of another type.</summary>
    public ReadOnlySpan<byte> Small(RpmTag tag) => Values(tag, RpmType.Char, 1);

    public uint? Number(RpmTag tag) => Numbers(tag) is { Length: >= 4 } numbers ? BinaryPrimitives.ReadUInt32BigEndian(numbers) : null;

    /// <summary>Whether the signed region has the digest that came with the package; null when it came with none, as before rpm 4.14.</summary>
    public bool? HasItsDigest()
    {
        var expected = Text(RpmTag.Sha256Header);
        if (expected.IsEmpty || Number(0) != (uint)RpmTag.Immutable || Number(4) != (uint)RpmType.Binary || Number(12) != EntrySize) return null;
        var end = (int)Number(8) + EntrySize;
        var entries = -(long)BinaryPrimitives.ReadInt32BigEndian(data[(end - 8)..]);
        if (entries <= 0 || entries > index.Length || entries % EntrySize != 0) return false;
        Span<byte> start = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(start, 0x8EADE801_00000000); // Stands in front of headers in package files.
        BinaryPrimitives.WriteInt32BigEndian(start[8..], (int)entries / EntrySize);
        BinaryPrimitives.WriteInt32BigEndian(start[12..], end);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(start);
        hash.AppendData(index[..(int)entries]);
        hash.AppendData(data[..end]);
        Span<byte> digest = stackalloc byte[32];
        hash.GetHashAndReset(digest);
        return Ascii.EqualsIgnoreCase(expected, Convert.ToHexStringLower(digest));
    }

    private ReadOnlySpan<byte> Values(RpmTag tag, RpmType type, int size) =>
        Find(tag) is var at && at >= 0 && Number(at + 4) == (uint)type ? data.Slice((int)Number(at + 8), (int)Number(at + 12) * size) : default;

    /// <summary>Where the entry of a tag is in the index, the last one if there are several; -1 for none.</summary>
    private int Find(RpmTag tag)
    {
        for (var at = index.Length - EntrySize; at >= 0; at -= EntrySize)
            if (Number(at) == (uint)tag) return at;
        return -1;
    }

    private bool IsInside(int at)
    {
        var (type, offset, count) = (Number(at + 4), Number(at + 8), Number(at + 12));
        var size = (RpmType)type switch
        {
            RpmType.Null => 0,
            RpmType.Char or RpmType.Int8 or RpmType.Binary => 1,
            RpmType.Int16 => 2,
            RpmType.Int32 => 4,
            RpmType.Int64 => 8,
            RpmType.Text or RpmType.Texts or RpmType.Translated => 1, // A zero byte ends each, at least.
            _ => -1,
        };
        return size >= 0 && offset <= data.Length && (long)count * size <= data.Length - offset;
    }

    private static bool IsText(uint type) => (RpmType)type is RpmType.Text or RpmType.Texts or RpmType.Translated;

    private uint Number(int at) => BinaryPrimitives.ReadUInt32BigEndian(index[at..]);
}

/// <summary>Texts that end with a zero byte each.</summary>
internal ref struct RpmStrings(ReadOnlySpan<byte> data, int count)
{
    private ReadOnlySpan<byte> rest = data;

    /// <summary>How many the header says there are.</summary>
    public int Count { get; } = count;

    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>How many more there are by the header; more than 0 at the end when the data ended before them.</summary>
    public int Left { get; private set; } = count;

    public bool MoveNext()
    {
        if (Left == 0) return false;
        var end = rest.IndexOf((byte)0);
        if (end < 0) return false; // Left says so.
        Current = rest[..end];
        rest = rest[(end + 1)..];
        Left--;
        return true;
    }
}

/// <summary>Tags of rpm's headers (rpmtag.h) that the catalog reads.</summary>
internal enum RpmTag
{
    Immutable = 63,
    Sha256Header = 273,
    Name = 1000,
    Version = 1001,
    Release = 1002,
    Epoch = 1003,
    Vendor = 1011,
    License = 1014,
    Packager = 1015,
    Arch = 1022,
    OldFileNames = 1027,
    FileStates = 1029,
    SourceRpm = 1044,
    ProvideName = 1047,
    RequireName = 1049,
    DirIndexes = 1116,
    BaseNames = 1117,
    DirNames = 1118,
    ModularityLabel = 5096,
}

/// <summary>Types of the values of a tag (rpmtag.h).</summary>
internal enum RpmType
{
    Null = 0,
    Char = 1,
    Int8 = 2,
    Int16 = 3,
    Int32 = 4,
    Int64 = 5,
    Text = 6,
    Binary = 7,
    Texts = 8,
    Translated = 9,
}
