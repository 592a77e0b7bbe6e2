namespace Plimsoll.Guard.SecLang.Prefilter;

/// <summary>Literals by their beginnings: what the automaton of Aho and Corasick is made of. State 0 is the empty beginning.</summary>
/// <param name="mostStates">States that may be numbered.</param>
internal sealed class LiteralTrie(int mostStates)
{
    private readonly List<State> states = [new(0, 0)];

    /// <summary>Takes a literal in for a requirement; false when there are more states than numbers.</summary>
    /// <param name="classOf">Class of each byte, from 1.</param>
    public bool TryAdd(ReadOnlySpan<char> literal, byte[] classOf, ushort requirement)
    {
        var state = 0;
        foreach (var letter in literal)
        {
            var next = Child(state, classOf[letter]);
            if (next == 0)
            {
                if (states.Count == mostStates) return false;
                next = states.Count;
                states.Add(new(classOf[letter], states[state].FirstChild));
                states[state].FirstChild = next;
            }
            state = next;
        }
        // Requirements come in order, and two literals of one may be cut to the same.
        if (states[state].Ends is not [.., var last] || last != requirement) states[state].Ends = [.. states[state].Ends, requirement];
        return true;
    }

    /// <summary>Gives each state the longest other beginning that it ends with, and what ends there.</summary>
    /// <returns>All states, those near the beginning first.</returns>
    public int[] Complete()
    {
        var order = new int[states.Count];
        var count = 1;
        for (var i = 0; i < count; i++)
        {
            foreach (var child in Children(order[i]))
            {
                order[count++] = child;
                var one = states[child];
                if (order[i] == 0) continue;
                var fall = Fall(order[i]);
                while (fall != 0 && Child(fall, one.Class) == 0) fall = Fall(fall);
                one.Fall = Child(fall, one.Class);
                var more = states[one.Fall].Ends;
                if (more.Length > 0) one.Ends = one.Ends.Length == 0 ? more : [.. one.Ends.Union(more).Order()];
            }
        }
        return order;
    }

    public byte ClassOf(int state) => states[state].Class;

    public int Fall(int state) => states[state].Fall;

    /// <summary>Requirements of which a literal ends there, in order.</summary>
    public ushort[] Ends(int state) => states[state].Ends;

    public IEnumerable<int> Children(int state)
    {
        for (var child = states[state].FirstChild; child != 0; child = states[child].Sibling) yield return child;
    }

    private int Child(int state, byte letter)
    {
        for (var child = states[state].FirstChild; child != 0; child = states[child].Sibling)
            if (states[child].Class == letter) return child;
        return 0;
    }

    private sealed class State(byte letter, int sibling)
    {
        public byte Class => letter;
        public int Sibling => sibling;
        public int FirstChild { get; set; }
        public int Fall { get; set; }
        public ushort[] Ends { get; set; } = [];
    }
}
