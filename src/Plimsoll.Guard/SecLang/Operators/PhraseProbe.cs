using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>
/// Finds the first place where one of many phrases ends, whatever the case of ASCII letters: the automaton of Aho and Corasick
/// with every step worked out, over classes of bytes, since phrases use few of them. One look-up a byte.
/// </summary>
internal sealed class PhraseProbe : Probe
{
    private readonly byte[] classes = new byte[256];
    private readonly int width;

    /// <summary>For state and class the next state.</summary>
    private readonly int[] next;

    /// <summary>Length of the longest phrase that ends in a state; 0 for none.</summary>
    private readonly int[] ends;

    public PhraseProbe(IReadOnlyList<byte[]> phrases)
    {
        Phrases = phrases;
        var folded = phrases.Select(phrase => phrase.Select(Fold).ToArray()).ToList();
        var used = folded.SelectMany(phrase => phrase).Distinct().Order().ToList();
        width = used.Count + 1; // Class 0 is of bytes that no phrase has.
        foreach (var one in used) classes[one] = (byte)Math.Min(byte.MaxValue, used.IndexOf(one) + 1);
        for (var one = 'A'; one <= 'Z'; one++) classes[one] = classes[one | 0x20];
        var steps = new List<int[]> { new int[width] };
        var lengths = new List<int> { 0 };
        foreach (var phrase in folded)
        {
            var state = 0;
            foreach (var one in phrase)
            {
                if (steps[state][classes[one]] == 0)
                {
                    steps[state][classes[one]] = steps.Count;
                    steps.Add(new int[width]);
                    lengths.Add(0);
                }
                state = steps[state][classes[one]];
            }
            lengths[state] = phrase.Length;
        }
        Complete(steps, lengths);
        next = [.. steps.SelectMany(step => step)];
        ends = [.. lengths];
    }

    public IReadOnlyList<byte[]> Phrases { get; }

    public override Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures, Effort? effort = null)
    {
        var state = 0;
        for (var at = 0; at < value.Length; at++)
        {
            state = next[state * width + classes[value[at]]];
            if (ends[state] == 0) continue;
            captures?.Set(0, new(at + 1 - ends[state], ends[state]));
            return Answer.Yes;
        }
        return Answer.No;
    }

    private static byte Fold(byte value) => char.IsAsciiLetterUpper((char)value) ? (byte)(value | 0x20) : value;

    /// <summary>Gives each state the steps of the longest other beginning of a phrase that it ends with.</summary>
    private void Complete(List<int[]> steps, List<int> lengths)
    {
        var falls = new int[steps.Count];
        var queue = new Queue<int>();
        queue.Enqueue(0);
        while (queue.TryDequeue(out var state))
        {
            for (var one = 0; one < width; one++)
            {
                var to = steps[state][one];
                if (to == 0)
                {
                    steps[state][one] = state == 0 ? 0 : steps[falls[state]][one];
                    continue;
                }
                falls[to] = state == 0 ? 0 : steps[falls[state]][one];
                if (lengths[to] == 0) lengths[to] = lengths[falls[to]];
                queue.Enqueue(to);
            }
        }
    }
}
