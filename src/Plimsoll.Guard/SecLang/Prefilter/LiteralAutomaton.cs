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
        var widthBits = 32 - System.Numerics.BitOperations.LeadingZeroCount((uint)used.Count);
        var width = 1 << widthBits;

        var steps = new List<int>(new int[width]);
        var found = new List<HashSet<ushort>?> { null };
        for (var requirement = 0; requirement < requirements.Count; requirement++)
        {
            foreach (var literal in requirements[requirement])
            {
                var state = 0;
                foreach (var letter in literal.AsSpan(0, Math.Min(literal.Length, longest)))
                {
                    var place = (state << widthBits) + classOf[letter];
                    if (steps[place] == 0)
                    {
                        if (found.Count == mostStates) return null;
                        steps[place] = found.Count;
                        found.Add(null);
                        steps.AddRange(new int[width]);
                    }
                    state = steps[place];
                }
                (found[state] ??= []).Add((ushort)requirement);
            }
        }
        var order = Complete(steps, found, width);
        return Number(classOf, widthBits, steps, found, order);
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

    /// <summary>Gives each state the steps and ends of the longest other beginning that it ends with.</summary>
    /// <returns>States, those near the beginning first.</returns>
    private static List<int> Complete(List<int> steps, List<HashSet<ushort>?> found, int width)
    {
        var falls = new int[found.Count];
        var order = new List<int> { 0 };
        for (var i = 0; i < order.Count; i++)
        {
            var state = order[i];
            for (var one = 0; one < width; one++)
            {
                ref var to = ref System.Runtime.InteropServices.CollectionsMarshal.AsSpan(steps)[(state * width) + one];
                var fallen = state == 0 ? 0 : steps[(falls[state] * width) + one];
                if (to == 0)
                {
                    to = fallen;
                    continue;
                }
                falls[to] = fallen;
                if (found[fallen] is { } more) (found[to] ??= []).UnionWith(more);
                order.Add(to);
            }
        }
        return order;
    }

    private static LiteralAutomaton Number(byte[] classOf, int widthBits, List<int> steps, List<HashSet<ushort>?> found, List<int> order)
    {
        var sorted = order.Where(state => found[state] is null).Concat(order.Where(state => found[state] is not null)).ToList();
        var numbers = new ushort[sorted.Count];
        for (var number = 0; number < sorted.Count; number++) numbers[sorted[number]] = (ushort)number;
        var table = new ushort[sorted.Count << widthBits];
        for (var number = 0; number < sorted.Count; number++)
            for (var one = 0; one < 1 << widthBits; one++) table[(number << widthBits) + one] = numbers[steps[(sorted[number] << widthBits) + one]];
        var allEnds = new List<ushort>();
        var endStarts = new List<int>();
        foreach (var state in sorted.Where(state => found[state] is not null))
        {
            endStarts.Add(allEnds.Count);
            allEnds.AddRange(found[state]!.Order());
        }
        endStarts.Add(allEnds.Count);
        return new(classOf, widthBits, table, sorted.Count - endStarts.Count + 1, [.. endStarts], [.. allEnds]);
    }
}
