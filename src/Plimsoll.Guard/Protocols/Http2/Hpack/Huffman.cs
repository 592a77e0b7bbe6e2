namespace Plimsoll.Guard.Protocols.Http2.Hpack;

/// <summary>
/// The Huffman code of RFC 7541, appendix B. It is canonical: codes of one length follow each other in the order of their
/// symbols, so that the lengths are the whole table.
/// </summary>
internal static class Huffman
{
    private const int longest = 30;
    private const int endOfString = 256;

    /// <summary>Codes up to this length, which are those of letters and digits, are found by one look-up.</summary>
    private const int direct = 9;

    private static readonly ushort[] symbols = new ushort[endOfString + 1];
    private static readonly uint[] first = new uint[longest + 2];
    private static readonly int[] firstIndex = new int[longest + 2];
    private static readonly ushort[] byPrefix = new ushort[1 << direct]; // Symbol and, above it, length.
    private static readonly uint[] codes = new uint[endOfString + 1];

    static Huffman()
    {
        uint code = 0;
        var index = 0;
        for (var length = 1; length <= longest; length++)
        {
            code <<= 1;
            (first[length], firstIndex[length]) = (code, index);
            for (var symbol = 0; symbol <= endOfString; symbol++)
            {
                if (Lengths[symbol] != length) continue;
                if (length <= direct) byPrefix.AsSpan((int)code << (direct - length), 1 << (direct - length)).Fill((ushort)(symbol | length << 9));
                codes[symbol] = code++;
                symbols[index++] = (ushort)symbol;
            }
        }
        firstIndex[longest + 1] = index;
    }

    private static ReadOnlySpan<byte> Lengths =>
    [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ];

    /// <summary>The most bytes that so many coded ones can stand for: the shortest code has 5 bits.</summary>
    public static int MostDecoded(int coded) => coded * 8 / 5;

    /// <summary>Bytes written, or -1 when it is malformed: an end-of-string symbol, or padding that is not less than 8 ones.</summary>
    public static int Decode(ReadOnlySpan<byte> coded, Span<byte> into)
    {
        ulong bits = 0; // The next bit is the highest.
        int have = 0, at = 0, written = 0;
        while (true)
        {
            for (; have <= 56 && at < coded.Length; have += 8) bits |= (ulong)coded[at++] << (56 - have);
            var entry = byPrefix[bits >> (64 - direct)];
            int symbol = entry & 0x1FF, length = entry >> 9;
            if (length == 0) symbol = Long(bits, out length);
            if (length > have) break;
            if (symbol == endOfString) return -1;
            into[written++] = (byte)symbol;
            bits <<= length;
            have -= length;
        }
        return have < 8 && bits == (have == 0 ? 0 : ulong.MaxValue << (64 - have)) ? written : -1;
    }

    public static int EncodedLength(ReadOnlySpan<byte> text)
    {
        var bits = 0;
        foreach (var symbol in text) bits += Lengths[symbol];
        return (bits + 7) / 8;
    }

    /// <param name="into">Of <see cref="EncodedLength"/>.</param>
    public static void Encode(ReadOnlySpan<byte> text, Span<byte> into)
    {
        ulong bits = 0;
        int have = 0, at = 0;
        foreach (var symbol in text)
        {
            bits = bits << Lengths[symbol] | codes[symbol];
            for (have += Lengths[symbol]; have >= 8; have -= 8) into[at++] = (byte)(bits >> (have - 8));
        }
        if (have > 0) into[at] = (byte)(bits << (8 - have) | 0xFFu >> have);
    }

    private static int Long(ulong bits, out int length)
    {
        for (length = direct + 1; length < longest; length++)
        {
            var within = (int)((uint)(bits >> (64 - length)) - first[length]);
            if (within < firstIndex[length + 1] - firstIndex[length]) return symbols[firstIndex[length] + within];
        }
        return symbols[firstIndex[longest] + (int)((uint)(bits >> (64 - longest)) - first[longest])];
    }
}
