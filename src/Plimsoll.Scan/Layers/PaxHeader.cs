using System.Buffers.Text;

namespace Plimsoll.Scan.Layers;

/// <summary>
/// The PAX records and GNU long names in force for the next entry. A record is `LENGTH KEY=VALUE\n`, its length that
/// of the whole record in decimal (POSIX.1-2017 pax, "pax Extended Header"); an empty value leaves the header's own.
/// Sparse files: GNU tar manual, "Storing Sparse Files": 0.0 has alternating records of offset and length, 0.1 one
/// record with all of them, 1.0 a map in front of the content.
/// </summary>
internal sealed class PaxHeader
{
    private long? pendingOffset;
    private string? major;
    private string? minor;
    private byte[]? sparseName;
    private long? sparseSize;
    private List<(long Offset, long Length)>? sparseMap;

    public byte[]? Path { get; private set; }
    public byte[]? LinkPath { get; private set; }
    public byte[]? LongPath { get; set; }
    public byte[]? LongLink { get; set; }
    public long? Size { get; private set; }
    public bool Opaque { get; private set; }

    /// <summary>True for the formats that are known; a file of another one stays as it is stored.</summary>
    public bool IsSparse => IsMapped || (major == "1" && minor == "0");

    public long? SparseSize => IsSparse ? sparseSize : null;
    public byte[]? SparseName => IsSparse ? sparseName : null;

    /// <summary>The map of formats 0.0 and 0.1; null for 1.0.</summary>
    public List<(long Offset, long Length)>? SparseMap => IsMapped ? sparseMap ?? [] : null;

    private bool IsMapped => (major, minor) is ("0", "0") or ("0", "1") || (major is null && minor is null && sparseMap is not null);

    public void Clear()
    {
        LongPath = LongLink = null;
        ClearRecords();
    }

    private void ClearRecords()
    {
        Path = LinkPath = sparseName = null;
        Size = sparseSize = pendingOffset = null;
        major = minor = null;
        sparseMap = null;
        Opaque = false;
    }

    /// <returns>False when the records break their grammar.</returns>
    public bool Read(ReadOnlySpan<byte> records, bool isGlobal)
    {
        if (!isGlobal) ClearRecords();
        while (!records.IsEmpty)
        {
            if (!records.ContainsAnyExcept((byte)0)) return true; // Some writers pad inside the size.
            var space = records.IndexOf((byte)' ');
            if (space <= 0 || !Utf8Parser.TryParse(records[..space], out int length, out var used) || used != space) return false;
            if (length < space + 3 || length > records.Length || records[length - 1] != '\n') return false;
            var record = records[(space + 1)..(length - 1)];
            var equals = record.IndexOf((byte)'=');
            if (equals <= 0) return false;
            if (!isGlobal && !Set(record[..equals], record[(equals + 1)..])) return false;
            records = records[length..];
        }
        return pendingOffset is null;
    }

    private bool Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return !key.SequenceEqual("GNU.sparse.offset"u8) && !key.SequenceEqual("GNU.sparse.numbytes"u8);
        if (key.SequenceEqual("path"u8)) return (Path = WithoutNul(value)) is not null;
        if (key.SequenceEqual("linkpath"u8)) return (LinkPath = WithoutNul(value)) is not null;
        if (key.SequenceEqual("size"u8)) return (Size = Decimal(value)) is not null;
        if (key.StartsWith("GNU.sparse."u8)) return SetSparse(key["GNU.sparse.".Length..], value);
        if (key.StartsWith("SCHILY.xattr."u8) && key.EndsWith(".overlay.opaque"u8)) Opaque = value.SequenceEqual("y"u8);
        return true; // Other keys (times, owners, extended attributes) do not change what is read.
    }

    private bool SetSparse(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        if (key.SequenceEqual("name"u8)) return (sparseName = WithoutNul(value)) is not null;
        if (key.SequenceEqual("realsize"u8) || key.SequenceEqual("size"u8)) return (sparseSize = Decimal(value)) is not null;
        if (key.SequenceEqual("map"u8)) return TryMap(value);
        if (key.SequenceEqual("offset"u8)) return pendingOffset is null && (pendingOffset = Decimal(value)) is not null;
        if (key.SequenceEqual("numbytes"u8))
        {
            if (pendingOffset is not { } offset || Decimal(value) is not { } length) return false;
            (sparseMap ??= []).Add((offset, length));
            pendingOffset = null;
        }
        else if (key.SequenceEqual("major"u8)) major = System.Text.Encoding.Latin1.GetString(value);
        else if (key.SequenceEqual("minor"u8)) minor = System.Text.Encoding.Latin1.GetString(value);
        return true; // `numblocks` counts what the map holds anyway.
    }

    private bool TryMap(ReadOnlySpan<byte> value)
    {
        sparseMap = [];
        long? offset = null;
        foreach (var range in value.Split((byte)','))
        {
            if (Decimal(value[range]) is not { } number) return false;
            if (offset is { } start) sparseMap.Add((start, number));
            offset = offset is null ? number : null;
        }
        return offset is null;
    }

    private static byte[]? WithoutNul(ReadOnlySpan<byte> text) => text.Contains((byte)0) ? null : text.ToArray();

    private static long? Decimal(ReadOnlySpan<byte> text) =>
        Utf8Parser.TryParse(text, out long value, out var used) && used == text.Length && value >= 0 ? value : null;
}
