using System.Runtime.Intrinsics;
using System.Text;

namespace Plimsoll.Scan.Layers;

/// <summary>
/// Reads a tar archive that is pushed to it in pieces of any size, so that one read of the bytes serves the hash,
/// the headers and the wanted content.
/// Format: records of 512 bytes; a header, then the content padded to 512 (POSIX.1-2017 pax, "ustar Interchange
/// Format"; GNU tar manual, "Basic Tar Format"). Numbers are octal, or base 256 when the first bit is set. Types
/// `x` and `g` carry PAX records `LENGTH KEY=VALUE\n`; `L` and `K` carry a GNU long name and link. Two records of
/// zeros end it; what follows is padding. Where writers disagree it reads as Go's archive/tar does, because that is
/// what container engines unpack with: global records change nothing, a GNU long name wins over a PAX path.
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
    private bool expectsEntry;

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
        if ((state == State.Header && filled == 0 && !expectsEntry) || (state == State.Padding && !expectsEntry)) return; // Some writers leave the closing records out, umoci even the last padding.
        var inside = state == State.Content ? $"inside `{Encoding.UTF8.GetString(entry.Path)}`"
            : state == State.Header && filled == 0 ? "after an extended header, before the entry that it describes"
            : "inside a header";
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
                if (!pax.Read(value, isGlobal: metadataType == 'g')) Fail("an extended header that is not made of records `LENGTH KEY=VALUE`, or has a value that its key cannot have");
                break;
            case 'L':
                pax.LongPath = Text(value).ToArray();
                break;
            default:
                pax.LongLink = Text(value).ToArray();
                break;
        }
        if (metadataType != 'g') expectsEntry = true;
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
            if (expectsEntry) Fail("a record of zeros where the entry of the extended header before it should stand");
            else if (++zeros == 2) state = State.End;
            return;
        }
        zeros = 0;
        if (!ChecksumMatches())
        {
            Fail("not a tar header: its checksum is wrong");
            return;
        }
        if (!TryNumber(header.AsSpan(124, 12), out var size))
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
        expectsEntry = false;
        if (!TryNumber(header.AsSpan(100, 8), out var mode))
        {
            Fail("a header whose mode is not a number");
            return;
        }
        ReadEntry(type, pax.Size ?? size, (int)(mode & 0xFFF));
        pax.Clear();
        if (type == 'S' && !ReadOldSparse()) Fail("a sparse file whose header is none of the old GNU format");
        else if (type == 'S' && header[482] != 0) state = State.SparseMap;
        else Begin();
    }

    private void ReadEntry(char type, long size, int mode)
    {
        var path = pax.LongPath ?? pax.Path ?? ShortPath();
        entry = new TarEntry
        {
            Path = pax.SparseName ?? path,
            Link = pax.LongLink ?? pax.LinkPath ?? Text(header.AsSpan(157, 100)).ToArray(),
            Type = type != '\0' ? type : path.AsSpan().EndsWith("/"u8) ? '5' : '0',
            StoredSize = type is '1' or '2' or '3' or '4' or '5' or '6' ? 0 : size,
            Mode = mode,
            Opaque = pax.Opaque,
            IsSparse = pax.IsSparse,
            SparseMap = pax.SparseMap,
        };
        entry.Size = pax.SparseSize ?? entry.StoredSize;
    }

    private bool ReadOldSparse()
    {
        entry.IsSparse = true;
        entry.Type = '0';
        entry.SparseMap = [];
        if (!header.AsSpan(257, 8).SequenceEqual("ustar  \0"u8) || !TryNumber(header.AsSpan(483, 12), out var size)) return false;
        entry.Size = size;
        return AddSparsePairs(header.AsSpan(386, 4 * 24));
    }

    /// <summary>An extension record of the old GNU sparse format: 21 pairs, then a flag whether another follows.</summary>
    private void ReadSparseExtension()
    {
        if (!AddSparsePairs(header.AsSpan(0, 21 * 24))) Fail("a sparse map whose offsets and lengths are not numbers");
        else if (entry.SparseMap!.Count > limits.HeaderBytes / 24) Fail("a sparse map that does not end");
        else if (header[504] == 0) Begin();
    }

    private bool AddSparsePairs(ReadOnlySpan<byte> pairs)
    {
        for (; pairs.Length >= 24 && pairs[0] != 0; pairs = pairs[24..])
        {
            if (!TryNumber(pairs[..12], out var offset) || !TryNumber(pairs.Slice(12, 12), out var length)) return false;
            entry.SparseMap!.Add((offset, length));
        }
        return true;
    }

    private void Begin()
    {
        if (entry.IsSparse && (entry.Type != '0' || (entry.SparseMap is { } map && !SparseStream.IsValid(map, entry.Size, entry.StoredSize))))
        {
            Fail($"`{Encoding.UTF8.GetString(entry.Path)}` has a sparse map that does not fit its {entry.Size:N0} bytes, {entry.StoredSize:N0} of them stored");
            return;
        }
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
        var isStar = header.AsSpan(508).SequenceEqual("tar\0"u8); // Schily's star keeps times in the last bytes of the prefix.
        var prefix = isUstar ? Text(header.AsSpan(345, isStar ? 131 : 155)) : default;
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
        var (sums, highBits) = (Vector128<ushort>.Zero, Vector128<ushort>.Zero);
        for (var i = 0; i < Record; i += Vector128<byte>.Count)
        {
            var bytes = Vector128.LoadUnsafe(ref header[i]);
            sums += Vector128.WidenLower(bytes) + Vector128.WidenUpper(bytes);
            highBits += Vector128.WidenLower(bytes >>> 7) + Vector128.WidenUpper(bytes >>> 7);
        }
        var (unsigned, high) = ((long)Vector128.Sum(sums.AsUInt32() & Vector128.Create(0xFFFFu)) + Vector128.Sum(sums.AsUInt32() >>> 16), (long)Vector128.Sum(highBits));
        foreach (var digit in header.AsSpan(148, 8)) // The field itself counts as spaces.
            (unsigned, high) = (unsigned + ' ' - digit, high - (digit >> 7));
        var signed = unsigned - (256 * high);
        return expected == unsigned || expected == signed; // Early tars summed signed bytes.
    }

    /// <summary>Octal digits between spaces and NULs, or base 256 in two's complement when the first bit is set. Negative numbers and those over 63 bits are none.</summary>
    private static bool TryNumber(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if ((field[0] & 0x80) != 0)
        {
            if ((field[0] & 0x40) != 0) return false;
            value = field[0] & 0x3F;
            foreach (var b in field[1..])
            {
                if (value >> 55 != 0) return false;
                value = (value << 8) | b;
            }
            return true;
        }
        field = Text(field.Trim(" \0"u8)).TrimEnd((byte)' ');
        foreach (var b in field)
        {
            if (b is < (byte)'0' or > (byte)'7') return false;
            value = (value << 3) | (uint)(b - '0');
        }
        return true; // At most 12 digits of 3 bits.
    }
}
