namespace Plimsoll.Scan.Catalogers.Binary;

/// <summary>
/// Finds many strings in one pass: Wu and Manber's algorithm (1994) with blocks of two bytes, which skips most of what it
/// passes over. The shortest string sets how far; none may be shorter than <see cref="Shortest"/>.
/// </summary>
internal sealed class PatternSearch
{
    public const int Shortest = 8;

    private readonly byte[][] patterns;
    private readonly byte[] shifts = new byte[1 << 16];
    private readonly Dictionary<int, int[]> ending;

    public PatternSearch(IReadOnlyList<byte[]> patterns)
    {
        this.patterns = [.. patterns];
        ArgumentOutOfRangeException.ThrowIfLessThan(patterns.Min(pattern => pattern.Length), Shortest, nameof(patterns));
        Longest = patterns.Max(pattern => pattern.Length);
        shifts.AsSpan().Fill(Shortest - 1);
        foreach (var pattern in patterns)
            for (var end = 1; end < Shortest; end++)
            {
                ref var shift = ref shifts[Block(pattern, end)];
                shift = (byte)Math.Min(shift, Shortest - 1 - end);
            }
        ending = Enumerable.Range(0, this.patterns.Length).GroupBy(i => Block(this.patterns[i], Shortest - 1)).ToDictionary(group => group.Key, group => group.ToArray());
    }

    /// <summary>Bytes of the longest string: pieces of one text must overlap by one less.</summary>
    public int Longest { get; }

    /// <summary>Calls back with a string's index and where it starts, for every string that is wholly in the text.</summary>
    public void Find(ReadOnlySpan<byte> text, Action<int, int> found)
    {
        for (var end = Shortest - 1; end < text.Length;)
        {
            var block = Block(text, end);
            var shift = shifts[block];
            if (shift == 0)
            {
                var start = end - Shortest + 1;
                foreach (var i in ending[block])
                    if (text[start..].StartsWith(patterns[i])) found(i, start);
                shift = 1;
            }
            end += shift;
        }
    }

    private static int Block(ReadOnlySpan<byte> text, int end) => (text[end - 1] << 8) | text[end];
}
