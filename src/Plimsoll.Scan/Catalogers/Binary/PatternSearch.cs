using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Plimsoll.Scan.Catalogers.Binary;

/// <summary>
/// Finds many strings in one pass: Wu and Manber's algorithm (1994) with blocks of two bytes, which skips most of what it
/// passes over. The shortest string sets how far; none may be shorter than <see cref="Shortest"/>.
/// </summary>
internal sealed class PatternSearch
{
    public const int Shortest = 8;

    private readonly byte[][] patterns;
    private readonly int window;
    private readonly byte[] shifts = new byte[1 << 16];
    private readonly Dictionary<int, int[]> ending;

    public PatternSearch(IReadOnlyList<byte[]> patterns)
    {
        this.patterns = [.. patterns];
        window = Math.Min(patterns.Min(pattern => pattern.Length), byte.MaxValue);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, Shortest, nameof(patterns));
        Longest = patterns.Max(pattern => pattern.Length);
        shifts.AsSpan().Fill((byte)(window - 1));
        foreach (var pattern in patterns)
            for (var end = 1; end < window; end++)
            {
                ref var shift = ref shifts[Block(pattern, end)];
                shift = (byte)Math.Min(shift, window - 1 - end);
            }
        ending = Enumerable.Range(0, this.patterns.Length).GroupBy(i => Block(this.patterns[i], window - 1)).ToDictionary(group => group.Key, group => group.ToArray());
    }

    /// <summary>Bytes of the longest string: pieces of one text must overlap by one less.</summary>
    public int Longest { get; }

    /// <summary>Calls back with a string's index and where it starts, for every string that is wholly in the text.</summary>
    public void Find(ReadOnlySpan<byte> text, Action<int, int> found)
    {
        ref var first = ref MemoryMarshal.GetReference(text);
        ref var table = ref MemoryMarshal.GetArrayDataReference(shifts);
        for (nint end = window - 1; end < text.Length;)
        {
            // Two bytes that end within the text, and a table with a place for every two bytes: no index needs a check.
            var block = Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref first, end - 1));
            nint shift = Unsafe.Add(ref table, (nint)block);
            if (shift == 0)
            {
                var start = (int)end - window + 1;
                foreach (var i in ending[block])
                    if (text[start..].StartsWith(patterns[i])) found(i, start);
                shift = 1;
            }
            end += shift;
        }
    }

    /// <summary>The two bytes up to a place, in the machine's order.</summary>
    private static int Block(ReadOnlySpan<byte> text, int end) => MemoryMarshal.Read<ushort>(text[(end - 1)..]);
}
