namespace Plimsoll.Guard.Normalisation;

/// <summary>A canonical prefix code of deflate (RFC 1951 §3.2.2): a table for codes up to 10 bits, the counting method for longer.</summary>
internal sealed class HuffmanCode(int symbols)
{
    public const int LongestCode = 15;
    private const int fastBits = 10;
    private readonly ushort[] fast = new ushort[1 << fastBits]; // Symbol << 4 | length; 0 for a longer code.
    private readonly ushort[] sorted = new ushort[symbols];
    private readonly ushort[] counts = new ushort[LongestCode + 1];

    /// <summary>False for lengths that are no code; as zlib, one single code of one bit may stand alone.</summary>
    public bool Build(ReadOnlySpan<byte> lengths)
    {
        Array.Clear(counts);
        Array.Clear(fast);
        foreach (var length in lengths) counts[length]++;
        counts[0] = 0;
        Span<ushort> offsets = stackalloc ushort[LongestCode + 2];
        Span<int> codes = stackalloc int[LongestCode + 2];
        int left = 1, longest = 0;
        for (var length = 1; length <= LongestCode; length++)
        {
            left = left * 2 - counts[length];
            if (left < 0) return false;
            if (counts[length] > 0) longest = length;
            offsets[length + 1] = (ushort)(offsets[length] + counts[length]);
            codes[length + 1] = codes[length] + counts[length] << 1;
        }
        if (left > 0 && longest > 1) return false;
        for (var symbol = 0; symbol < lengths.Length; symbol++)
        {
            var length = lengths[symbol];
            if (length == 0) continue;
            sorted[offsets[length]++] = (ushort)symbol;
            var code = codes[length]++;
            if (length > fastBits) continue;
            var reversed = 0;
            for (var bit = 0; bit < length; bit++) reversed |= (code >> bit & 1) << length - 1 - bit;
            for (var at = reversed; at < fast.Length; at += 1 << length) fast[at] = (ushort)(symbol << 4 | length);
        }
        return true;
    }

    /// <summary>The symbol at the lowest of <paramref name="available"/> bits and its length; -1 for no code, length 0 when bits are missing.</summary>
    public int Decode(ulong bits, int available, out int length)
    {
        var entry = fast[(int)bits & fast.Length - 1];
        length = entry & 15;
        if (length > 0)
        {
            if (length > available) length = 0;
            return entry >> 4;
        }
        int code = 0, first = 0, index = 0;
        for (length = 1; length <= LongestCode; length++)
        {
            if (length > available)
            {
                length = 0;
                return 0;
            }
            code |= (int)(bits >> length - 1) & 1;
            var count = counts[length];
            if (code - count < first) return sorted[index + (code - first)];
            index += count;
            first = first + count << 1;
            code <<= 1;
        }
        return -1;
    }
}
