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

    /// <summary>Bytes of the longest literal but one.</summary>
    private readonly int overlap;

    /// <summary>Bytes from which on a value is taken apart.</summary>
    private const int longValue = 128;

    /// <summary>From here on states end a literal.</summary>
    private readonly int firstEnd;

    /// <summary>For each of those the requirements, at <see cref="starts"/>.</summary>
    private readonly int[] starts;
    private readonly ushort[] ends;

    /// <summary>States that fit their numbers; CRS 4 has 40,000.</summary>
    private const int mostStates = ushort.MaxValue;

    private LiteralAutomaton(byte[] classes, int shift, ushort[] next, int overlap, int firstEnd, int[] starts, ushort[] ends) =>
        (this.classes, this.shift, this.next, this.overlap, this.firstEnd, this.starts, this.ends) = (classes, shift, next, overlap, firstEnd, starts, ends);

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
        var most = requirements.SelectMany(literals => literals).Select(literal => Math.Min(literal.Length, longest)).DefaultIfEmpty(1).Max();
        return Number(trie, classOf, 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)used.Count), most - 1);
    }

    /// <summary>Sets the bit of each requirement that has a literal in the value.</summary>
    public void Find(ReadOnlySpan<byte> value, Span<ulong> bits)
    {
        var (classOf, table, bitsOfWidth) = (classes, next, shift);
        var (at, state) = value.Length < longValue + (4 * overlap) ? (0, 0) : FindInParts(value, bits);
        foreach (var one in value[at..])
        {
            state = table[(state << bitsOfWidth) + classOf[one]];
            if (state >= firstEnd) Mark(state - firstEnd, bits);
        }
    }

    /// <summary>Steps through four parts of a value at once, since each step waits for the one before it. Each part ends within the next one, by what a literal that begins in it may need.</summary>
    /// <returns>Where the last part ends, and the state there.</returns>
    private (int At, int State) FindInParts(ReadOnlySpan<byte> value, Span<ulong> bits)
    {
        var (classOf, table, bitsOfWidth, end) = (classes, next, shift, firstEnd);
        var part = (value.Length - overlap) / 4;
        var length = part + overlap;
        var one = value[..length];
        var two = value.Slice(part, length);
        var three = value.Slice(2 * part, length);
        var four = value.Slice(3 * part, length);
        var (first, second, third, fourth) = (0, 0, 0, 0);
        for (var i = 0; i < length; i++)
        {
            first = table[(first << bitsOfWidth) + classOf[one[i]]];
            second = table[(second << bitsOfWidth) + classOf[two[i]]];
            third = table[(third << bitsOfWidth) + classOf[three[i]]];
            fourth = table[(fourth << bitsOfWidth) + classOf[four[i]]];
            if (first >= end) Mark(first - end, bits);
            if (second >= end) Mark(second - end, bits);
            if (third >= end) Mark(third - end, bits);
            if (fourth >= end) Mark(fourth - end, bits);
        }
        return ((3 * part) + length, fourth);
    }

    private void Mark(int end, Span<ulong> bits)
    {
        for (var i = starts[end]; i < starts[end + 1]; i++) bits[ends[i] >> 6] |= 1UL << (ends[i] & 63);
    }

    private static LiteralAutomaton Number(LiteralTrie trie, byte[] classOf, int widthBits, int overlap)
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
        return new(classOf, widthBits, table, overlap, withoutEnd, [.. endStarts], [.. allEnds]);
    }
}
