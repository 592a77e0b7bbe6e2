using System.Buffers.Binary;
using System.IO.Hashing;

namespace Plimsoll.Scan.Freshness.Xz;

/// <summary>
/// Inflates .xz files (https://tukaani.org/xz/xz-file-format.txt, 1.2.1): streams of blocks with an index and a footer,
/// blocks compressed by LZMA2 alone. Headers, blocks, index and footer are compared with their checks and sizes, before the
/// end of each is told. What is missing at the end is an error.
/// </summary>
internal sealed class XzStream(Stream source) : Stream
{
    /// <summary>Bytes of a dictionary: what `xz -9` takes.</summary>
    internal const long MostDictionary = 64 << 20;

    private readonly byte[] chunk = new byte[64 << 10];
    private ReadOnlyMemory<byte> ready;
    private byte[] output = [];
    private readonly LzmaDecoder decoder = new();

    /// <summary>Of the sizes of all blocks of the stream, which the index must repeat.</summary>
    private readonly XxHash128 sizes = new();
    private readonly Crc32 index = new();
    private bool isIndex;
    private bool inBlock;
    private bool needsDictionary;
    private bool needsState;
    private bool needsProperties;
    private XzCheck? check;
    private ushort flags;
    private long read;
    private long blockStart;
    private long blockHeader;
    private long declaredPacked;
    private long declaredPlain;
    private long plain;
    private long blocks;
    private bool ended;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <exception cref="InvalidDataException">It is no such file, or ends too early.</exception>
    public override int Read(Span<byte> buffer)
    {
        while (ready.IsEmpty && !ended) Advance();
        var count = Math.Min(buffer.Length, ready.Length);
        ready.Span[..count].CopyTo(buffer);
        ready = ready[count..];
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>To the next piece of output, or to the end.</summary>
    private void Advance()
    {
        if (inBlock) ReadChunk();
        else if (check is null) ReadStreamHeader();
        else
        {
            var size = Byte();
            if (size == 0) ReadIndex();
            else ReadBlockHeader((size + 1) * 4);
        }
    }

    private void ReadStreamHeader()
    {
        Span<byte> header = stackalloc byte[12];
        while (true)
        {
            // Between streams and behind the last there may be zeros, four at a time.
            var found = source.ReadAtLeast(header[..4], 4, throwOnEndOfStream: false);
            if (found == 0 && read > 0)
            {
                ended = true;
                return;
            }
            if (found < 4) throw Early();
            read += 4;
            if (read == 4 || header[..4].ContainsAnyExcept((byte)0)) break;
        }
        Fill(header[4..]);
        if (header[0] != 0xFD || !header[1..6].SequenceEqual("7zXZ\0"u8)) throw new InvalidDataException("it does not begin as xz does");
        if (header[6] != 0 || header[7] > 15) throw new InvalidDataException("it is xz of a kind that is not known");
        Compare(header[6..8], header[8..], "the header of a stream");
        flags = BinaryPrimitives.ReadUInt16BigEndian(header[6..]);
        check = new XzCheck(header[7]);
        blocks = 0;
        sizes.Reset();
    }

    private void ReadBlockHeader(int size)
    {
        Span<byte> header = stackalloc byte[1024];
        header = header[..size];
        (blockStart, blockHeader, plain) = (read - 1 + size, size, 0);
        Fill(header[1..]);
        header[0] = (byte)((size / 4) - 1);
        Compare(header[..^4], header[^4..], "the header of a block");
        header = header[1..^4];
        var at = 1;
        if ((header[0] & 0x3F) != 0) throw new InvalidDataException("a block has another filter besides LZMA2");
        declaredPacked = (header[0] & 0x40) != 0 ? Number(header, ref at) : -1;
        declaredPlain = (header[0] & 0x80) != 0 ? Number(header, ref at) : -1;
        if (Number(header, ref at) != 0x21 || Number(header, ref at) != 1 || at >= header.Length) throw new InvalidDataException("a block is not compressed by LZMA2");
        var bits = header[at];
        var dictionary = bits > 40 ? throw new InvalidDataException("a block has a dictionary of no size") : bits == 40 ? uint.MaxValue : (2L | (bits & 1)) << ((bits / 2) + 11);
        if (dictionary > MostDictionary) throw new InvalidDataException($"a block needs a dictionary of {dictionary >> 20:N0} MiB, where {MostDictionary >> 20} are given");
        if (header[(at + 1)..].ContainsAnyExcept((byte)0)) throw new InvalidDataException("the header of a block is not filled up with zeros");
        decoder.Begin((int)dictionary);
        check!.Begin();
        inBlock = needsDictionary = needsState = needsProperties = true;
        blocks++;
    }

    /// <summary>LZMA2: a byte that says what follows, sizes, and compressed or plain bytes.</summary>
    private void ReadChunk()
    {
        var control = Byte();
        if (control == 0)
        {
            EndBlock();
            return;
        }
        Span<byte> numbers = stackalloc byte[4];
        if (control >= 0xE0 || control == 1)
        {
            decoder.ResetDictionary();
            needsDictionary = false;
            needsProperties |= control == 1;
        }
        else if (needsDictionary) throw new InvalidDataException("a block begins without a dictionary");
        if (control < 0x80)
        {
            if (control > 2) throw new InvalidDataException("a chunk is of a kind that is not known");
            Fill(numbers[..2]);
            var stored = chunk.AsSpan(0, BinaryPrimitives.ReadUInt16BigEndian(numbers) + 1);
            Fill(stored);
            Take(decoder.Copy(stored));
            return;
        }
        Fill(numbers);
        var length = ((control & 0x1F) << 16) + BinaryPrimitives.ReadUInt16BigEndian(numbers) + 1;
        var packed = chunk.AsSpan(0, BinaryPrimitives.ReadUInt16BigEndian(numbers[2..]) + 1);
        if (control >= 0xC0)
        {
            decoder.SetProperties(Byte());
            needsProperties = false;
        }
        else if (needsProperties) throw new InvalidDataException("a chunk comes before the properties of LZMA");
        if (control >= 0xA0)
        {
            decoder.ResetState();
            needsState = false;
        }
        else if (needsState) throw new InvalidDataException("a chunk comes before the state of LZMA");
        Fill(packed);
        Take(decoder.Decode(packed, length));
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (output.Length < bytes.Length) output = new byte[bytes.Length];
        bytes.CopyTo(output);
        plain += bytes.Length;
        check!.Add(bytes);
        ready = output.AsMemory(0, bytes.Length);
    }

    private void EndBlock()
    {
        inBlock = false;
        var packed = read - blockStart;
        if ((declaredPacked >= 0 && declaredPacked != packed) || (declaredPlain >= 0 && declaredPlain != plain)) throw new InvalidDataException("a block has another size than its header says");
        while ((read - blockStart) % 4 != 0)
            if (Byte() != 0) throw new InvalidDataException("a block is not filled up with zeros");
        Span<byte> expected = stackalloc byte[XzCheck.Most];
        expected = expected[..check!.Bytes];
        Fill(expected);
        if (!check.Is(expected)) throw new InvalidDataException("a block does not match its checksum");
        Note(sizes, blockHeader + packed + check.Bytes, plain);
    }

    /// <summary>The index has the sizes of each block, with its header and check, as it was read and as it became.</summary>
    private void ReadIndex()
    {
        var start = read - 1;
        index.Reset();
        index.Append([0]);
        (isIndex, var listed) = (true, new XxHash128());
        if (Number() != blocks) throw new InvalidDataException("its index has another number of blocks");
        for (var i = 0L; i < blocks; i++) Note(listed, Number(), Number());
        if (listed.GetCurrentHashAsUInt128() != sizes.GetCurrentHashAsUInt128()) throw new InvalidDataException("its index has other sizes of blocks");
        while ((read - start) % 4 != 0)
            if (Byte() != 0) throw new InvalidDataException("its index is not filled up with zeros");
        isIndex = false;
        var size = read - start + 4;
        Span<byte> end = stackalloc byte[4 + 12];
        Fill(end);
        if (index.GetCurrentHashAsUInt32() != BinaryPrimitives.ReadUInt32LittleEndian(end)) throw new InvalidDataException("its index does not match its checksum");
        if (!end[14..].SequenceEqual("YZ"u8)) throw new InvalidDataException("it does not end as xz does");
        Compare(end[8..14], end[4..8], "the footer of a stream");
        if ((BinaryPrimitives.ReadUInt32LittleEndian(end[8..]) + 1L) * 4 != size || BinaryPrimitives.ReadUInt16BigEndian(end[12..]) != flags) throw new InvalidDataException("its footer says otherwise than its header and index");
        check!.Dispose();
        check = null;
    }

    private static void Note(XxHash128 to, long packed, long plain)
    {
        Span<byte> pair = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(pair, packed);
        BinaryPrimitives.WriteInt64LittleEndian(pair[8..], plain);
        to.Append(pair);
    }

    private static void Compare(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> crc, string what)
    {
        if (Crc32.HashToUInt32(bytes) != BinaryPrimitives.ReadUInt32LittleEndian(crc)) throw new InvalidDataException($"{what} does not match its checksum");
    }

    /// <summary>A number of up to 63 bits in groups of seven, the lowest first.</summary>
    private long Number()
    {
        var value = 0L;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var b = Byte();
            value |= (long)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
        throw new InvalidDataException("a number in it is too long");
    }

    private static long Number(ReadOnlySpan<byte> from, ref int at)
    {
        var value = 0L;
        for (var shift = 0; shift < 63 && at < from.Length; shift += 7)
        {
            var b = from[at++];
            value |= (long)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }
        throw new InvalidDataException("a number in a block's header is too long");
    }

    private byte Byte()
    {
        Span<byte> one = stackalloc byte[1];
        Fill(one);
        return one[0];
    }

    private void Fill(Span<byte> into)
    {
        if (source.ReadAtLeast(into, into.Length, throwOnEndOfStream: false) < into.Length) throw Early();
        read += into.Length;
        if (isIndex) index.Append(into);
    }

    protected override void Dispose(bool disposing)
    {
        check?.Dispose();
        base.Dispose(disposing);
    }

    private static InvalidDataException Early() => new("it ends too early");

    public override void Flush()
    {
        // There is nothing to write.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
