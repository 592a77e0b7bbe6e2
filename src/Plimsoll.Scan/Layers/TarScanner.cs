using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;

namespace Plimsoll.Scan.Layers;

/// <summary>
/// Reads a tar archive that is pushed to it in pieces of any size, so that one read of the bytes serves the hash,
/// the headers and the wanted content.
/// Format: records of 512 bytes; a header, then the content padded to 512 (POSIX.1-2017 pax, "ustar Interchange
/// Format"; GNU tar manual, "Basic Tar Format"). Numbers are octal, or base 256 when the first bit is set. Types
/// `x` and `g` carry PAX records `LENGTH KEY=VALUE\n`; `L` and `K` carry a GNU long name and link. Two records of
/// zeros end it; what follows is padding.
/// </summary>
internal sealed class TarScanner(ITarSink sink, Limits limits)
{
    public const int Record = 512;

    private readonly byte[] header = new byte[Record];
    private readonly PaxHeader pax = new();
    private byte[] metadata = [];
    private int filled;
    private long remaining;
    private int padding;
    private State state;
    private int zeros;
    private TarEntry entry = new();
    private bool wanted;
    private char metadataType;
    private long headerEnd;

    private enum State
    {
        Header,
        Content,
        Metadata,
        Padding,
        SparseMap,
        End,
        Failed,
    }

    /// <summary>Offset of the next byte to be pushed.</summary>
    public long Position { get; private set; }

    /// <summary>Why reading stopped, with the offset; null while all is well.</summary>
    public TarFailure? Failure { get; private set; }

    /// <summary>Whether the two closing records were read.</summary>
    public bool AtEnd => state == State.End;

    public void Feed(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty && state is not (State.End or State.Failed))
        {
            var used = state switch
            {
                State.Header or State.SparseMap => FeedHeader(data),
                State.Content => FeedContent(data),
                State.Metadata => FeedMetadata(data),
                _ => FeedPadding(data),
            };
            Position += used;
            data = data[used..];
        }
        Position += data.Length;
    }

    /// <summary>Moves past content that is not wanted, as far as there are bytes: a reader that can seek need not push it.</summary>
    /// <param name="available">Bytes that the archive still has.</param>
    /// <returns>Bytes moved; 0 where the next byte must be pushed.</returns>
    public long SkipContent(long available)
    {
        if (state != State.Content || wanted) return 0;
        var skipped = Math.Min(remaining, available);
        Position += skipped;
        remaining -= skipped;
        if (remaining == 0) FinishEntry();
        return skipped;
    }

    /// <summary>Says that no more bytes come.</summary>
    public void Complete()
    {
        if (state is State.End or State.Failed) return;
        if (state == State.Header && filled == 0) return; // Some writers leave the two closing records out.
        var inside = state is State.Content or State.Padding ? $"inside `{Encoding.UTF8.GetString(entry.Path)}`" : "inside a header";
        Failure = new TarFailure(TarFault.Truncated, Position, $"the archive ends at byte {Position:N0} {inside}" + (state == State.Content ? $", {remaining:N0} bytes early" : ""));
        state = State.Failed;
    }

    private int FeedHeader(ReadOnlySpan<byte> data)
    {
        var take = Math.Min(Record - filled, data.Length);
        data[..take].CopyTo(header.AsSpan(filled));
        filled += take;
        if (filled < Record) return take;
        filled = 0;
        headerEnd = Position + take;
        if (state == State.SparseMap) ReadSparseExtension();
        else ReadHeader();
        return take;
    }

    private int FeedContent(ReadOnlySpan<byte> data)
    {
        var take = (int)Math.Min(remaining, data.Length);
        if (wanted) wanted = sink.Content(data[..take]);
        remaining -= take;
        if (remaining == 0) FinishEntry();
        return take;
    }

    private int FeedMetadata(ReadOnlySpan<byte> data)
    {
        var take = (int)Math.Min(remaining, data.Length);
        data[..take].CopyTo(metadata.AsSpan(filled));
        filled += take;
        remaining -= take;
        if (remaining > 0) return take;
        var value = metadata.AsSpan(0, filled);
        filled = 0;
        switch (metadataType)
        {
            case 'x' or 'g':
                if (!pax.Read(value, isGlobal: metadataType == 'g')) Fail("the extended header before this is not made of records `LENGTH KEY=VALUE`");
                break;
            case 'L':
                pax.LongPath = value.TrimEnd((byte)0).ToArray();
                break;
            default:
                pax.LongLink = value.TrimEnd((byte)0).ToArray();
                break;
        }
        if (state != State.Failed) state = padding > 0 ? State.Padding : State.Header;
        return take;
    }

    private int FeedPadding(ReadOnlySpan<byte> data)
    {
        var take = Math.Min(padding, data.Length);
        padding -= take;
        if (padding == 0) state = State.Header;
        return take;
    }

    private void FinishEntry()
    {
        sink.EndContent();
        state = padding > 0 ? State.Padding : State.Header;
    }

    private void Fail(string message)
    {
        var at = headerEnd - Record;
        Failure = new TarFailure(TarFault.Malformed, at, $"at byte {at:N0}: {message}");
        state = State.Failed;
    }

    private void ReadHeader()
    {
        if (!header.AsSpan().ContainsAnyExcept((byte)0))
        {
            if (++zeros == 2) state = State.End;
            return;
        }
        zeros = 0;
        if (!ChecksumMatches())
        {
            Fail("not a tar header: its checksum is wrong");
            return;
        }
        if (!TryNumber(header.AsSpan(124, 12), out var size) || size < 0)
        {
            Fail("a header whose size is not a number");
            return;
        }
        var type = (char)header[156];
        if (type is 'x' or 'g' or 'L' or 'K')
        {
            if (size > limits.HeaderBytes)
            {
                Fail($"an extended header of {size:N0} bytes, more than {limits.HeaderBytes:N0}");
                return;
            }
            if (metadata.Length < size) metadata = new byte[size];
            metadataType = type;
            remaining = size;
            padding = PaddingOf(size);
            state = size > 0 ? State.Metadata : State.Header;
            return;
        }
        if (pax.Size is { } paxSize) size = paxSize;
        ReadEntry(type, size);
        if (type == 'S' && header[482] != 0)
        {
            state = State.SparseMap;
            return;
        }
        Begin();
    }

    private void ReadEntry(char type, long size)
    {
        entry = new TarEntry
        {
            Path = pax.Path ?? pax.LongPath ?? ShortPath(),
            Link = pax.LinkPath ?? pax.LongLink ?? Text(header.AsSpan(157, 100)).ToArray(),
            Type = type,
            StoredSize = type is '1' or '2' or '3' or '4' or '5' or '6' ? 0 : size,
            Mode = TryNumber(header.AsSpan(100, 8), out var mode) ? (int)(mode & 0xFFF) : 0,
            Opaque = pax.Opaque,
        };
        entry.Size = entry.StoredSize;
        if (pax.SparseRealSize is { } real)
        {
            entry.Size = real;
            entry.IsSparse = true;
            entry.SparseMap = pax.SparseMap;
            if (pax.SparseName is { } name) entry.Path = name;
        }
        if (type == 'S')
        {
            entry.IsSparse = true;
            entry.Type = '0';
            entry.SparseMap = [];
            AddSparsePairs(header.AsSpan(386, 4 * 24));
            if (TryNumber(header.AsSpan(483, 12), out var realSize)) entry.Size = realSize;
        }
        pax.Clear();
    }

    /// <summary>An extension record of the old GNU sparse format: 21 pairs, then a flag whether another follows.</summary>
    private void ReadSparseExtension()
    {
        AddSparsePairs(header.AsSpan(0, 21 * 24));
        if (entry.SparseMap!.Count > limits.HeaderBytes / 24) Fail("a sparse map that does not end");
        else if (header[504] == 0) Begin();
    }

    private void AddSparsePairs(ReadOnlySpan<byte> pairs)
    {
        for (; pairs.Length >= 24 && pairs[0] != 0; pairs = pairs[24..])
            if (TryNumber(pairs[..12], out var offset) && TryNumber(pairs.Slice(12, 12), out var length))
                entry.SparseMap!.Add((offset, length));
    }

    private void Begin()
    {
        entry.Offset = headerEnd;
        padding = PaddingOf(entry.StoredSize);
        remaining = entry.StoredSize;
        wanted = sink.Entry(entry);
        if (remaining > 0) state = State.Content;
        else FinishEntry();
    }

    private static int PaddingOf(long size) => (int)((Record - (size % Record)) % Record);

    private byte[] ShortPath()
    {
        var name = Text(header.AsSpan(0, 100));
        var isUstar = header.AsSpan(257, 6).SequenceEqual("ustar\0"u8);
        var prefix = isUstar ? Text(header.AsSpan(345, 155)) : default;
        return prefix.IsEmpty ? name.ToArray() : [.. prefix, (byte)'/', .. name];
    }

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field)
    {
        var end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    private bool ChecksumMatches()
    {
        if (!TryNumber(header.AsSpan(148, 8), out var expected)) return false;
        long unsigned = 0, signed = 0;
        for (var i = 0; i < Record; i++)
        {
            var value = i is >= 148 and < 156 ? (byte)' ' : header[i];
            unsigned += value;
            signed += (sbyte)value;
        }
        return expected == unsigned || expected == signed; // Early tars summed signed bytes.
    }

    private static bool TryNumber(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if ((field[0] & 0x80) != 0)
        {
            if (field[0] == 0xFF) return false;
            if (field.Length > 8 && field[1..^8].ContainsAnyExcept((byte)0)) return false;
            value = field.Length >= 8 ? BinaryPrimitives.ReadInt64BigEndian(field[^8..]) : 0;
            if (field.Length == 8) value &= long.MaxValue;
            return value >= 0;
        }
        field = field.Trim(" \0"u8);
        foreach (var b in field)
        {
            if (b is < (byte)'0' or > (byte)'7') return false;
            value = (value << 3) | (uint)(b - '0');
        }
        return field.Length <= 20;
    }

    /// <summary>The PAX records and GNU long names in force for the next entry.</summary>
    private sealed class PaxHeader
    {
        private byte[]? globalPath;
        public byte[]? Path { get; private set; }
        public byte[]? LinkPath { get; private set; }
        public byte[]? LongPath { get; set; }
        public byte[]? LongLink { get; set; }
        public long? Size { get; private set; }
        public long? SparseRealSize { get; private set; }
        public byte[]? SparseName { get; private set; }
        public bool Opaque { get; private set; }

        /// <summary>The map of formats 0.0 and 0.1; format 1.0 has it in front of the content.</summary>
        public List<(long Offset, long Length)>? SparseMap { get; private set; }

        public void Clear()
        {
            SparseMap = null;
            Path = globalPath;
            LinkPath = LongPath = LongLink = SparseName = null;
            Size = SparseRealSize = null;
            Opaque = false;
        }

        public bool Read(ReadOnlySpan<byte> records, bool isGlobal)
        {
            while (!records.IsEmpty)
            {
                if (records.TrimEnd((byte)0).IsEmpty) return true;
                var space = records.IndexOf((byte)' ');
                if (space <= 0 || !Utf8Parser.TryParse(records[..space], out int length, out var used) || used != space) return false;
                if (length < space + 3 || length > records.Length || records[length - 1] != '\n') return false;
                var record = records[(space + 1)..(length - 1)];
                var equals = record.IndexOf((byte)'=');
                if (equals <= 0) return false;
                if (!Set(record[..equals], record[(equals + 1)..], isGlobal)) return false;
                records = records[length..];
            }
            return true;
        }

        private bool Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, bool isGlobal)
        {
            if (key.SequenceEqual("path"u8))
            {
                Path = value.ToArray();
                if (isGlobal) globalPath = Path;
            }
            else if (key.SequenceEqual("linkpath"u8)) LinkPath = value.ToArray();
            else if (key.SequenceEqual("GNU.sparse.name"u8)) SparseName = value.ToArray();
            else if (key.SequenceEqual("size"u8))
            {
                if (!TryDecimal(value, out var size)) return false;
                Size = size;
            }
            else if (key.SequenceEqual("GNU.sparse.realsize"u8) || key.SequenceEqual("GNU.sparse.size"u8))
            {
                if (!TryDecimal(value, out var size)) return false;
                SparseRealSize = size;
            }
            else if (key.SequenceEqual("GNU.sparse.map"u8)) return TrySparseMap(value);
            else if (key.SequenceEqual("GNU.sparse.offset"u8))
            {
                if (!TryDecimal(value, out var offset)) return false;
                (SparseMap ??= []).Add((offset, 0));
            }
            else if (key.SequenceEqual("GNU.sparse.numbytes"u8))
            {
                if (SparseMap is null || !TryDecimal(value, out var length)) return false;
                SparseMap[^1] = (SparseMap[^1].Offset, length);
            }
            else if (key.EndsWith("overlay.opaque"u8)) Opaque = value.SequenceEqual("y"u8);
            return true; // Other keys (times, owners, extended attributes) do not change what is read.
        }

        private bool TrySparseMap(ReadOnlySpan<byte> value)
        {
            SparseMap = [];
            while (!value.IsEmpty)
            {
                if (!Utf8Parser.TryParse(value, out long offset, out var used) || used >= value.Length || value[used] != ',') return false;
                value = value[(used + 1)..];
                if (!Utf8Parser.TryParse(value, out long length, out used) || offset < 0 || length < 0) return false;
                SparseMap.Add((offset, length));
                value = used < value.Length ? value[(used + 1)..] : default;
            }
            return true;
        }

        private static bool TryDecimal(ReadOnlySpan<byte> text, out long value) =>
            Utf8Parser.TryParse(text, out value, out var used) && used == text.Length && value >= 0;
    }
}

/// <summary>Receives what a <see cref="TarScanner"/> reads.</summary>
internal interface ITarSink
{
    /// <summary>An entry begins.</summary>
    /// <returns>Whether its content is wanted.</returns>
    bool Entry(TarEntry entry);

    /// <summary>A piece of wanted content.</summary>
    /// <returns>Whether more of it is wanted.</returns>
    bool Content(ReadOnlySpan<byte> piece);

    void EndContent();
}

/// <summary>One entry as its headers say it.</summary>
internal sealed record TarEntry
{
    public byte[] Path { get; set; } = [];
    public byte[] Link { get; set; } = [];
    public char Type { get; set; }

    /// <summary>Bytes of the file.</summary>
    public long Size { get; set; }

    /// <summary>Bytes that stand in the archive: fewer than <see cref="Size"/> for a sparse file.</summary>
    public long StoredSize { get; init; }

    /// <summary>Offset of the content in the archive.</summary>
    public long Offset { get; set; }

    public int Mode { get; init; }
    public bool IsSparse { get; set; }

    /// <summary>Pieces of the file that the archive holds, one after the other; null when the map stands in front of the content (PAX format 1.0).</summary>
    public List<(long Offset, long Length)>? SparseMap { get; set; }

    /// <summary>The extended attribute by which overlayfs marks an opaque folder.</summary>
    public bool Opaque { get; init; }
}

internal sealed record TarFailure(TarFault Fault, long Offset, string Message);

internal enum TarFault
{
    Malformed,
    Truncated,
}
