namespace Plimsoll.Scan.Freshness.Xz;

/// <summary>The arithmetic decoder of LZMA (LZMA specification, "Range decoder"): probabilities of 11 bits that follow what was read.</summary>
internal ref struct RangeDecoder
{
    public const ushort Even = 1 << 10;

    private readonly ReadOnlySpan<byte> bytes;
    private int at;
    private uint range;
    private uint code;

    /// <exception cref="InvalidDataException">It does not begin as it must.</exception>
    public RangeDecoder(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 5 || bytes[0] != 0) throw new InvalidDataException("a chunk of LZMA does not begin with a zero");
        this.bytes = bytes;
        (range, at) = (uint.MaxValue, 5);
        code = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);
    }

    /// <summary>Whether all was read and nothing is left over.</summary>
    public readonly bool IsAtEnd => code == 0 && at == bytes.Length;

    public int Bit(ref ushort probability)
    {
        var bound = (range >> 11) * probability;
        int bit;
        if (code < bound)
        {
            range = bound;
            probability += (ushort)(((1 << 11) - probability) >> 5);
            bit = 0;
        }
        else
        {
            range -= bound;
            code -= bound;
            probability -= (ushort)(probability >> 5);
            bit = 1;
        }
        Normalize();
        return bit;
    }

    /// <summary>Bits of even probability, the highest first.</summary>
    public uint Direct(int count)
    {
        var value = 0u;
        for (; count > 0; count--)
        {
            range >>= 1;
            var bit = code >= range ? 1u : 0u;
            if (bit == 1) code -= range;
            value = (value << 1) | bit;
            Normalize();
        }
        return value;
    }

    /// <summary>A number of so many bits, the highest first, by a tree of probabilities.</summary>
    public int Tree(Span<ushort> probabilities, int bits)
    {
        var node = 1;
        for (var i = 0; i < bits; i++) node = (node << 1) | Bit(ref probabilities[node]);
        return node - (1 << bits);
    }

    /// <summary>As <see cref="Tree"/>, the lowest first.</summary>
    public uint ReverseTree(Span<ushort> probabilities, int bits)
    {
        var (node, value) = (1, 0u);
        for (var i = 0; i < bits; i++)
        {
            var bit = Bit(ref probabilities[node]);
            node = (node << 1) | bit;
            value |= (uint)bit << i;
        }
        return value;
    }

    private void Normalize()
    {
        if (range >= 1 << 24) return;
        if (at == bytes.Length) throw new InvalidDataException("a chunk of LZMA ends too early");
        range <<= 8;
        code = (code << 8) | bytes[at++];
    }
}
