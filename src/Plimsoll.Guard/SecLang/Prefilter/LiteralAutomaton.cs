using System.Diagnostics;

namespace Plimsoll.Guard.SecLang.Prefilter;

/// <summary>
/// Finds in one pass which requirements have one of their literals in a value, whatever the case of ASCII letters: the automaton of Aho
/// and Corasick with every step worked out, over classes of bytes. States without an end of a literal have the lower numbers, those near
/// the beginning first: ordinary text stays in few lines of memory.
/// </summary>
internal sealed class LiteralAutomaton
{
    private readonly byte[] classes;
    private readonly int shift;
    private readonly ushort[] next;

    /// <summary>From here on states end a literal.</summary>
    private readonly int firstEnd;

    /// <summary>For each of those the requirements, at <see cref="starts"/>.</summary>
    private readonly int[] starts;
    private readonly ushort[] ends;

    /// <summary>States that fit their numbers; CRS 4 has 40,000.</summary>
    private const int mostStates = ushort.MaxValue;

    private LiteralAutomaton(byte[] classes, int shift, ushort[] next, int firstEnd, int[] starts, ushort[] ends) =>
        (this.classes, this.shift, this.next, this.firstEnd, this.starts, this.ends) = (classes, shift, next, firstEnd, starts, ends);

    public int States => next.Length >> shift;

    /// <param name="requirements">Literals of each, letters small, two bytes and more.</param>
    public static LiteralAutomaton Build(IReadOnlyList<IReadOnlyList<string>> requirements)
    {
        // What a literal begins with is required as well: where there are more states than numbers, less of each is looked for.
        int[] lengths = [int.MaxValue, 5, 3, 2];
        foreach (var length in lengths)
            if (Build(requirements, length) is { } built) return built;
        throw new UnreachableException("literals of two bytes, capitals aside, have fewer states than numbers");
    }

    private static LiteralAutomaton? Build(IReadOnlyList<IReadOnlyList<string>> requirements, int longest)
    {
        var classOf = new byte[256];
        var used = requirements.SelectMany(literals => literals).SelectMany(literal => literal).Distinct().Order().ToList();
        for (var i = 0; i < used.Count; i++) classOf[used[i]] = (byte)(i + 1);
        for (var letter = 'A'; letter <= 'Z'; letter++) classOf[letter] = classOf[letter | 0x20];
        var trie = new LiteralTrie(mostStates);
        for (var requirement = 0; requirement < requirements.Count; requirement++)
            foreach (var literal in requirements[requirement])
                if (!trie.TryAdd(literal.AsSpan(0, Math.Min(literal.Length, longest)), classOf, (ushort)requirement)) return null;
        return Number(trie, classOf, 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)used.Count));
    }

    /// <summary>Sets the bit of each requirement that has a literal in the value.</summary>
    public void Find(ReadOnlySpan<byte> value, Span<ulong> bits)
    {
        var (classOf, table, bitsOfWidth) = (classes, next, shift);
        var state = 0;
        foreach (var one in value)
        {
            state = table[(state << bitsOfWidth) + classOf[one]];
            if (state >= firstEnd) Mark(state - firstEnd, bits);
        }
    }

    private void Mark(int end, Span<ulong> bits)
    {
        for (var i = starts[end]; i < starts[end + 1]; i++) bits[ends[i] >> 6] |= 1UL << (ends[i] & 63);
    }

    private static LiteralAutomaton Number(LiteralTrie trie, byte[] classOf, int widthBits)
    {
        var order = trie.Complete();
        var numbers = new ushort[order.Length];
        var number = 0;
        foreach (var state in order)
            if (trie.Ends(state).Length == 0) numbers[state] = (ushort)number++;
        var withoutEnd = number;
        var allEnds = new List<ushort>();
        var endStarts = new List<int> { 0 };
        foreach (var state in order)
        {
            if (trie.Ends(state) is not { Length: > 0 } some) continue;
            numbers[state] = (ushort)number++;
            allEnds.AddRange(some);
            endStarts.Add(allEnds.Count);
        }
        // The steps of a state are those of the longest other beginning that it ends with, but for its own; that one comes before.
        var table = new ushort[order.Length << widthBits];
        var width = 1 << widthBits;
        foreach (var state in order)
        {
            var steps = table.AsSpan(numbers[state] << widthBits, width);
            if (state != 0) table.AsSpan(numbers[trie.Fall(state)] << widthBits, width).CopyTo(steps);
            foreach (var child in trie.Children(state)) steps[trie.ClassOf(child)] = numbers[child];
        }
        return new(classOf, widthBits, table, withoutEnd, [.. endStarts], [.. allEnds]);
    }
}
