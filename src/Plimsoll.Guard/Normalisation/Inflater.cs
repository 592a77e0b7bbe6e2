namespace Plimsoll.Guard.Normalisation;

internal enum InflateStatus : byte
{
    /// <summary>More input is needed.</summary>
    NeedMore,
    /// <summary>Take the output, then go on.</summary>
    OutputFull,
    /// <summary>The last block has ended; what waits is behind it.</summary>
    Done,
    Corrupt,
}

/// <summary>
/// Deflate (RFC 1951) that can stop at any byte: a step (a block's header, a symbol with its distance, a stretch of stored bytes)
/// is done as a whole or undone until more has come. The base library's needs a stream to pull from and hides what follows.
/// </summary>
internal sealed class Inflater
{
    /// <summary>Bytes that may wait: the longest step, a block's header, has some 330.</summary>
    public const int MostWaiting = 4096;
    private const int windowSize = 32 << 10;
    private const int longestMatch = 258;
    private static readonly ushort[] lengthBases = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
    private static readonly byte[] lengthBits = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
    private static readonly ushort[] distanceBases = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
    private static readonly byte[] distanceBits = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
    private static readonly byte[] lengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    private readonly byte[] input = new byte[MostWaiting + 256];
    private readonly byte[] window = new byte[windowSize * 2];
    private readonly byte[] lengths = new byte[320];
    private readonly HuffmanCode literals = new(288);
    private readonly HuffmanCode distances = new(32);
    private readonly HuffmanCode lengthCode = new(19);
    private int start, end, written, flushed, stored;
    private ulong bits;
    private int bitCount;
    private bool isLast;
    private Block block;

    private enum Block : byte
    {
        None,
        Stored,
        Coded,
        Ended,
    }

    /// <summary>Whole bytes that are not read yet; outside of blocks alone.</summary>
    public ReadOnlySpan<byte> Waiting => input.AsSpan(start, end - start);

    public void Begin() => (start, end, bits, bitCount) = (0, 0, 0, 0);

    /// <summary>At most 256 bytes; what a step could not use waits before them.</summary>
    public void Take(ReadOnlySpan<byte> piece)
    {
        start -= bitCount / 8; // Bytes in the bit buffer wait too.
        bitCount %= 8;
        bits &= (1UL << bitCount) - 1;
        input.AsSpan(start, end - start).CopyTo(input);
        (start, end) = (0, end - start);
        piece.CopyTo(input.AsSpan(end));
        end += piece.Length;
    }

    public void Skip(int count) => start += count;

    public void BeginStream() => (bits, bitCount, isLast, block, written, flushed) = (0, 0, false, Block.None, 0, 0);

    /// <summary>What was decoded since the last time; valid until <see cref="Run"/>.</summary>
    public ReadOnlySpan<byte> TakeOutput()
    {
        var output = window.AsSpan(flushed, written - flushed);
        flushed = written;
        return output;
    }

    public InflateStatus Run()
    {
        while (true)
        {
            if (written > window.Length - longestMatch - 1)
            {
                if (flushed < written) return InflateStatus.OutputFull;
                window.AsSpan(written - windowSize, windowSize).CopyTo(window);
                written = flushed = windowSize;
            }
            var (bitsBefore, countBefore, startBefore) = (bits, bitCount, start);
            var status = block switch
            {
                Block.None => BeginBlock(),
                Block.Stored => CopyStored(),
                Block.Coded => Symbol(),
                _ => InflateStatus.Done,
            };
            if (status == InflateStatus.NeedMore) (bits, bitCount, start) = (bitsBefore, countBefore, startBefore);
            if (status != InflateStatus.OutputFull) return status;
        }
    }

    /// <summary>OutputFull stands for a step that was done.</summary>
    private InflateStatus BeginBlock()
    {
        if (isLast)
        {
            // Whole bytes in the bit buffer were not for us.
            start -= bitCount / 8;
            (bits, bitCount, block) = (0, 0, Block.Ended);
            return InflateStatus.Done;
        }
        if (!Bits(3, out var header)) return InflateStatus.NeedMore;
        switch (header >> 1)
        {
            case 0:
                Drop(bitCount % 8);
                if (!Bits(16, out var length) || !Bits(16, out var check)) return InflateStatus.NeedMore;
                if (length != (check ^ 0xFFFF)) return InflateStatus.Corrupt;
                (stored, block) = (length, Block.Stored);
                break;
            case 1:
                lengths.AsSpan(0, 144).Fill(8);
                lengths.AsSpan(144, 112).Fill(9);
                lengths.AsSpan(256, 24).Fill(7);
                lengths.AsSpan(280, 8).Fill(8);
                literals.Build(lengths.AsSpan(0, 288));
                lengths.AsSpan(0, 32).Fill(5);
                distances.Build(lengths.AsSpan(0, 32));
                block = Block.Coded;
                break;
            case 2:
                var status = ReadCodes();
                if (status != InflateStatus.OutputFull) return status;
                block = Block.Coded;
                break;
            default:
                return InflateStatus.Corrupt;
        }
        isLast = (header & 1) != 0;
        return InflateStatus.OutputFull;
    }

    private InflateStatus ReadCodes()
    {
        if (!Bits(14, out var counts)) return InflateStatus.NeedMore;
        var literalCount = (counts & 31) + 257;
        var distanceCount = (counts >> 5 & 31) + 1;
        if (literalCount > 286 || distanceCount > 30) return InflateStatus.Corrupt;
        lengths.AsSpan(0, 19).Clear();
        for (var i = 0; i < (counts >> 10) + 4; i++)
        {
            if (!Bits(3, out var length)) return InflateStatus.NeedMore;
            lengths[lengthOrder[i]] = (byte)length;
        }
        if (!lengthCode.Build(lengths.AsSpan(0, 19))) return InflateStatus.Corrupt;
        for (var i = 0; i < literalCount + distanceCount;)
        {
            var symbol = Decode(lengthCode);
            if (symbol == needMore) return InflateStatus.NeedMore;
            if (symbol < 0) return InflateStatus.Corrupt;
            if (symbol < 16)
            {
                lengths[i++] = (byte)symbol;
                continue;
            }
            if (symbol == 16 && i == 0) return InflateStatus.Corrupt;
            var (extra, least) = symbol switch { 16 => (2, 3), 17 => (3, 3), _ => (7, 11) };
            if (!Bits(extra, out var repeat)) return InflateStatus.NeedMore;
            repeat += least;
            if (i + repeat > literalCount + distanceCount) return InflateStatus.Corrupt;
            lengths.AsSpan(i, repeat).Fill(symbol == 16 ? lengths[i - 1] : (byte)0);
            i += repeat;
        }
        return lengths[256] != 0 && literals.Build(lengths.AsSpan(0, literalCount)) && distances.Build(lengths.AsSpan(literalCount, distanceCount)) ? InflateStatus.OutputFull : InflateStatus.Corrupt;
    }

    private InflateStatus CopyStored()
    {
        // The bit buffer may hold bytes of it.
        start -= bitCount / 8;
        (bits, bitCount) = (0, 0);
        if (stored == 0)
        {
            block = Block.None;
            return InflateStatus.OutputFull;
        }
        var length = Math.Min(Math.Min(stored, end - start), window.Length - written);
        if (length == 0) return InflateStatus.NeedMore;
        input.AsSpan(start, length).CopyTo(window.AsSpan(written));
        start += length;
        written += length;
        stored -= length;
        return InflateStatus.OutputFull;
    }

    private InflateStatus Symbol()
    {
        var symbol = Decode(literals);
        if (symbol == needMore) return InflateStatus.NeedMore;
        if (symbol < 256)
        {
            if (symbol < 0) return InflateStatus.Corrupt;
            window[written++] = (byte)symbol;
            return InflateStatus.OutputFull;
        }
        if (symbol == 256)
        {
            block = Block.None;
            return InflateStatus.OutputFull;
        }
        symbol -= 257;
        if (symbol >= lengthBases.Length) return InflateStatus.Corrupt;
        if (!Bits(lengthBits[symbol], out var length)) return InflateStatus.NeedMore;
        length += lengthBases[symbol];
        symbol = Decode(distances);
        if (symbol == needMore) return InflateStatus.NeedMore;
        if (symbol < 0 || symbol >= distanceBases.Length) return InflateStatus.Corrupt;
        if (!Bits(distanceBits[symbol], out var distance)) return InflateStatus.NeedMore;
        distance += distanceBases[symbol];
        if (distance > written) return InflateStatus.Corrupt;
        if (distance >= length) window.AsSpan(written - distance, length).CopyTo(window.AsSpan(written));
        else for (var i = 0; i < length; i++) window[written + i] = window[written + i - distance];
        written += length;
        return InflateStatus.OutputFull;
    }

    private const int needMore = -2;

    private int Decode(HuffmanCode code)
    {
        Fill();
        var symbol = code.Decode(bits, bitCount, out var length);
        if (length == 0) return needMore;
        if (symbol >= 0) Drop(length);
        return symbol;
    }

    private bool Bits(int count, out int value)
    {
        if (bitCount < count) Fill();
        value = (int)bits & (1 << count) - 1;
        if (bitCount < count) return false;
        Drop(count);
        return true;
    }

    private void Drop(int count)
    {
        bits >>= count;
        bitCount -= count;
    }

    private void Fill()
    {
        while (bitCount <= 48 && start < end)
        {
            bits |= (ulong)input[start++] << bitCount;
            bitCount += 8;
        }
    }
}
