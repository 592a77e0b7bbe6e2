using System.Buffers.Binary;

namespace Plimsoll.Scan.Freshness.Xz;

/// <summary>
/// Inflates .xz files (https://tukaani.org/xz/xz-file-format.txt, 1.2.1): streams of blocks with an index and a footer,
/// blocks compressed by LZMA2 alone. The checks inside are passed over: whoever opens one has compared the digest of the
/// whole. What is missing at the end is an error.
/// </summary>
internal sealed class XzStream(Stream source) : Stream
{
    /// <summary>Bytes of a dictionary: what `xz -9` takes.</summary>
    internal const long MostDictionary = 64 << 20;

    private readonly byte[] chunk = new byte[64 << 10];
    private ReadOnlyMemory<byte> ready;
    private byte[] output = [];
    private LzmaDecoder? decoder;
    private bool needsDictionary;
    private bool needsState;
    private bool needsProperties;
    private int checkBytes = -1;
    private long read;
    private long blockStart;
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
        if (decoder is not null) ReadChunk();
        else if (checkBytes < 0) ReadStreamHeader();
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
        checkBytes = header[7] == 0 ? 0 : 4 << ((header[7] - 1) / 3);
        blocks = 0;
    }

    private void ReadBlockHeader(int size)
    {
        Span<byte> header = stackalloc byte[1024];
        header = header[..(size - 1)];
        blockStart = read - 1 + size;
        Fill(header);
        var at = 1;
        if ((header[0] & 0x3F) != 0) throw new InvalidDataException("a block has another filter besides LZMA2");
        if ((header[0] & 0x40) != 0) Number(header, ref at);
        if ((header[0] & 0x80) != 0) Number(header, ref at);
        if (Number(header, ref at) != 0x21 || Number(header, ref at) != 1 || at >= header.Length) throw new InvalidDataException("a block is not compressed by LZMA2");
        var bits = header[at];
        var dictionary = bits > 40 ? throw new InvalidDataException("a block has a dictionary of no size") : bits == 40 ? uint.MaxValue : (2L | (bits & 1)) << ((bits / 2) + 11);
        if (dictionary > MostDictionary) throw new InvalidDataException($"a block needs a dictionary of {dictionary >> 20:N0} MiB, where {MostDictionary >> 20} are given");
        decoder = new LzmaDecoder((int)dictionary);
        needsDictionary = needsState = needsProperties = true;
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
        Span<byte> sizes = stackalloc byte[4];
        if (control >= 0xE0 || control == 1)
        {
            decoder!.ResetDictionary();
            needsDictionary = false;
        }
        else if (needsDictionary) throw new InvalidDataException("a block begins without a dictionary");
        if (control < 0x80)
        {
            if (control > 2) throw new InvalidDataException("a chunk is of a kind that is not known");
            Fill(sizes[..2]);
            var plain = chunk.AsSpan(0, BinaryPrimitives.ReadUInt16BigEndian(sizes) + 1);
            Fill(plain);
            Take(decoder!.Copy(plain));
            return;
        }
        Fill(sizes);
        var length = ((control & 0x1F) << 16) + BinaryPrimitives.ReadUInt16BigEndian(sizes) + 1;
        var packed = chunk.AsSpan(0, BinaryPrimitives.ReadUInt16BigEndian(sizes[2..]) + 1);
        if (control >= 0xC0)
        {
            decoder!.SetProperties(Byte());
            needsProperties = false;
        }
        else if (needsProperties) throw new InvalidDataException("a chunk comes before the properties of LZMA");
        if (control >= 0xA0)
        {
            decoder!.ResetState();
            needsState = false;
        }
        else if (needsState) throw new InvalidDataException("a chunk comes before the state of LZMA");
        Fill(packed);
        Take(decoder!.Decode(packed, length));
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (output.Length < bytes.Length) output = new byte[bytes.Length];
        bytes.CopyTo(output);
        ready = output.AsMemory(0, bytes.Length);
    }

    private void EndBlock()
    {
        decoder = null;
        while ((read - blockStart) % 4 != 0)
            if (Byte() != 0) throw new InvalidDataException("a block is not filled up with zeros");
        for (var i = 0; i < checkBytes; i++) Byte();
    }

    private void ReadIndex()
    {
        var start = read - 1;
        if (Number() != blocks) throw new InvalidDataException("its index has another number of blocks");
        for (var i = 0L; i < blocks * 2; i++) Number();
        while ((read - start) % 4 != 0)
            if (Byte() != 0) throw new InvalidDataException("its index is not filled up with zeros");
        Span<byte> end = stackalloc byte[4 + 12];
        Fill(end);
        if (!end[14..].SequenceEqual("YZ"u8)) throw new InvalidDataException("it does not end as xz does");
        checkBytes = -1;
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
