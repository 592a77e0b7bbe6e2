namespace Plimsoll.Scan.Freshness.Xz;

/// <summary>
/// LZMA as its chunks stand in LZMA2 (LZMA specification, Igor Pavlov, 2015): literals and matches with what is behind,
/// at one of the four last distances or a new one. What was decoded stays as far back as the dictionary reaches.
/// </summary>
internal sealed class LzmaDecoder
{
    private const int States = 12;
    private const int MaxPositionStates = 16;

    /// <summary>Slots of distances from which the low bits are not modelled any more.</summary>
    private const int EndOfModelled = 14;

    private readonly ushort[] isMatch = new ushort[States * MaxPositionStates];
    private readonly ushort[] isRepeat = new ushort[States];
    private readonly ushort[] isRepeat0 = new ushort[States];
    private readonly ushort[] isRepeat1 = new ushort[States];
    private readonly ushort[] isRepeat2 = new ushort[States];
    private readonly ushort[] isLong0 = new ushort[States * MaxPositionStates];
    private readonly ushort[] slots = new ushort[4 * 64];
    private readonly ushort[] distances = new ushort[1 + 128 - EndOfModelled];
    private readonly ushort[] align = new ushort[16];
    private readonly Lengths matchLengths = new();
    private readonly Lengths repeatLengths = new();
    private ushort[] literals = [];
    private int literalBits;
    private int literalPositionMask;
    private int positionMask;
    private int state;
    private uint repeat0;
    private uint repeat1;
    private uint repeat2;
    private uint repeat3;
    private byte[] window = new byte[64 << 10];
    private int dictionary;
    private int end;

    /// <summary>Bytes since the dictionary was emptied.</summary>
    private long total;

    /// <summary>Begins anew; what it holds in memory serves for the next block, too.</summary>
    /// <param name="dictionary">Bytes that a match may reach back.</param>
    public void Begin(int dictionary)
    {
        this.dictionary = dictionary;
        ResetDictionary();
    }

    public void ResetDictionary() => total = 0;

    /// <exception cref="InvalidDataException">There are no such properties.</exception>
    public void SetProperties(byte value)
    {
        if (value >= 9 * 5 * 5) throw new InvalidDataException("the properties of LZMA are out of range");
        literalBits = value % 9;
        var positionBits = value / 9 % 5;
        if (literalBits + positionBits > 4) throw new InvalidDataException("the properties of LZMA are more than LZMA2 allows");
        literalPositionMask = (1 << positionBits) - 1;
        positionMask = (1 << (value / 45)) - 1;
        if (literals.Length != 0x300 << (literalBits + positionBits)) literals = new ushort[0x300 << (literalBits + positionBits)];
    }

    public void ResetState()
    {
        foreach (var probabilities in (ReadOnlySpan<ushort[]>)[isMatch, isRepeat, isRepeat0, isRepeat1, isRepeat2, isLong0, slots, distances, align, literals]) Array.Fill(probabilities, RangeDecoder.Even);
        matchLengths.Reset();
        repeatLengths.Reset();
        state = 0;
        repeat0 = repeat1 = repeat2 = repeat3 = 0;
    }

    /// <summary>Takes bytes that were not worth compressing.</summary>
    public ReadOnlySpan<byte> Copy(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(window.AsSpan(end));
        end += bytes.Length;
        total += bytes.Length;
        return window.AsSpan(end - bytes.Length, bytes.Length);
    }

    /// <summary>Decodes a chunk.</summary>
    /// <param name="length">Bytes that it becomes.</param>
    /// <exception cref="InvalidDataException">It is no such chunk.</exception>
    public ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> chunk, int length)
    {
        Reserve(length);
        var source = new RangeDecoder(chunk);
        var stop = end + length;
        while (end < stop)
        {
            var position = (int)total & positionMask;
            if (source.Bit(ref isMatch[(state * MaxPositionStates) + position]) == 0) Literal(ref source);
            else Match(ref source, position, stop);
        }
        if (!source.IsAtEnd) throw new InvalidDataException("a chunk of LZMA is longer than what it becomes");
        return window.AsSpan(stop - length, length);
    }

    private void Literal(ref RangeDecoder source)
    {
        var before = total > 0 ? window[end - 1] : 0;
        var probabilities = literals.AsSpan(0x300 * ((((int)total & literalPositionMask) << literalBits) + (before >> (8 - literalBits))), 0x300);
        var symbol = 1;
        if (state >= 7)
            for (int matched = At(repeat0); symbol < 0x100;)
            {
                var expected = (matched >> 7) & 1;
                matched <<= 1;
                var bit = source.Bit(ref probabilities[((1 + expected) << 8) + symbol]);
                symbol = (symbol << 1) | bit;
                if (bit != expected) break;
            }
        while (symbol < 0x100) symbol = (symbol << 1) | source.Bit(ref probabilities[symbol]);
        window[end++] = (byte)symbol;
        total++;
        state = state < 4 ? 0 : state < 10 ? state - 3 : state - 6;
    }

    private void Match(ref RangeDecoder source, int position, int stop)
    {
        int length;
        if (source.Bit(ref isRepeat[state]) == 0)
        {
            (repeat3, repeat2, repeat1) = (repeat2, repeat1, repeat0);
            length = matchLengths.Decode(ref source, position);
            state = state < 7 ? 7 : 10;
            repeat0 = Distance(ref source, length - Lengths.Least);
        }
        else if (IsShort(ref source, position))
        {
            length = 1;
            state = state < 7 ? 9 : 11;
        }
        else
        {
            length = repeatLengths.Decode(ref source, position);
            state = state < 7 ? 8 : 11;
        }
        if (repeat0 >= total || repeat0 >= (uint)dictionary) throw new InvalidDataException("a match reaches back beyond what is there");
        if (length > stop - end) throw new InvalidDataException("a match reaches beyond its chunk");
        for (var from = end - (int)repeat0 - 1; length > 0; length--, total++) window[end++] = window[from++]; // They may overlap.
    }

    /// <summary>Brings one of the last four distances to the front; true when a single byte is meant.</summary>
    private bool IsShort(ref RangeDecoder source, int position)
    {
        if (source.Bit(ref isRepeat0[state]) == 0) return source.Bit(ref isLong0[(state * MaxPositionStates) + position]) == 0;
        if (source.Bit(ref isRepeat1[state]) == 0) (repeat0, repeat1) = (repeat1, repeat0);
        else if (source.Bit(ref isRepeat2[state]) == 0) (repeat0, repeat1, repeat2) = (repeat2, repeat0, repeat1);
        else (repeat0, repeat1, repeat2, repeat3) = (repeat3, repeat0, repeat1, repeat2);
        return false;
    }

    private uint Distance(ref RangeDecoder source, int length)
    {
        var slot = source.Tree(slots.AsSpan(Math.Min(length, 3) * 64, 64), 6);
        if (slot < 4) return (uint)slot;
        var bits = (slot >> 1) - 1;
        var distance = (2u | (uint)(slot & 1)) << bits;
        return slot < EndOfModelled
            ? distance + source.ReverseTree(distances.AsSpan((int)distance - slot), bits)
            : distance + (source.Direct(bits - 4) << 4) + source.ReverseTree(align, 4);
    }

    private byte At(uint distance) => distance < total ? window[end - (int)distance - 1] : throw new InvalidDataException("a match reaches back beyond what is there");

    /// <summary>Makes room; what no match can reach any more gives way.</summary>
    private void Reserve(int length)
    {
        if (end + length <= window.Length) return;
        var kept = (int)Math.Min(Math.Min(total, dictionary), end);
        var needed = (kept * 2L) + length;
        var target = needed > window.Length ? new byte[Math.Min(needed, Array.MaxLength)] : window;
        Buffer.BlockCopy(window, end - kept, target, 0, kept);
        (window, end) = (target, kept);
    }

    private sealed class Lengths
    {
        public const int Least = 2;

        private readonly ushort[] low = new ushort[MaxPositionStates * 8];
        private readonly ushort[] middle = new ushort[MaxPositionStates * 8];
        private readonly ushort[] high = new ushort[256];
        private ushort isAboveLow;
        private ushort isAboveMiddle;

        public void Reset()
        {
            (isAboveLow, isAboveMiddle) = (RangeDecoder.Even, RangeDecoder.Even);
            Array.Fill(low, RangeDecoder.Even);
            Array.Fill(middle, RangeDecoder.Even);
            Array.Fill(high, RangeDecoder.Even);
        }

        public int Decode(ref RangeDecoder source, int position) => Least +
            (source.Bit(ref isAboveLow) == 0 ? source.Tree(low.AsSpan(position * 8, 8), 3)
            : source.Bit(ref isAboveMiddle) == 0 ? 8 + source.Tree(middle.AsSpan(position * 8, 8), 3)
            : 16 + source.Tree(high, 8));
    }
}
