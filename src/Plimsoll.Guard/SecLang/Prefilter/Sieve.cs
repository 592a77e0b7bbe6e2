using System.Numerics;
using System.Runtime.Intrinsics;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Prefilter;

/// <summary>
/// Chooses the rules that can match a value: one pass over it, and one over what transformations make of it where that differs, finds
/// the literals and bytes that it has; a rule whose requirements they do not meet would answer no. Immutable.
/// </summary>
internal sealed class Sieve
{
    private readonly LiteralAutomaton? automaton;
    private readonly int literalWords;

    /// <summary>For each byte the sets that have it.</summary>
    private readonly Vector256<ulong>[] setsOf = new Vector256<ulong>[256];

    /// <summary>Rules that nothing is required of, and for each requirement those for which it is the rarest.</summary>
    private readonly ulong[] unconditional;
    private readonly Candidate[][] ofLiterals, ofSets;
    private readonly Vector256<ulong> leading;

    /// <summary>For each form the sets of bytes without which it changes nothing; all for one that may always change.</summary>
    private readonly Vector256<ulong>[] changes;

    private Sieve(SieveBuilder built)
    {
        (Masks, unconditional, changes) = (built.Masks, built.Unconditional, built.Changes);
        automaton = built.Literals.Count == 0 ? null : LiteralAutomaton.Build([.. built.Literals.Select(one => one.Literals)]);
        literalWords = (built.Literals.Count + 63) / 64;
        ofLiterals = [.. built.OfLiterals.Select(some => some.ToArray())];
        ofSets = [.. built.OfSets.Select(some => some.ToArray())];
        for (var set = 0; set < built.Sets.Count; set++)
        {
            foreach (var value in built.Sets[set].Bytes()) setsOf[value] |= SieveBuilder.Bit(set);
            if (ofSets[set].Length > 0) leading |= SieveBuilder.Bit(set);
        }
    }

    public RuleMasks Masks { get; }

    /// <summary>States of the automaton of literals.</summary>
    public int States => automaton?.States ?? 0;

    /// <summary>Gives the rules that can be chosen beforehand their bits.</summary>
    /// <param name="phases">Rules of each phase.</param>
    public static Sieve Build(IEnumerable<CompiledRule> rules, Form[] forms) => new(new(rules, forms));

    /// <summary>Sets the bits of the rules that can match a value of a kind.</summary>
    /// <param name="forms">Where the value keeps what transformations make of it.</param>
    public void Choose(Transaction transaction, Bytes value, ref int forms, int kind, Span<ulong> chosen)
    {
        var (words, passes) = (Masks.Words, transaction.Passes);
        var steps = Masks.StepsOf(kind);
        chosen.Clear();
        if (!Masks.IsLookedAt(kind)) return;
        var count = 0;
        for (var place = 0; place < steps.Length; place++)
        {
            var step = steps[place];
            var pass = passes.PassOf[step.Before];
            if (place == 0 || Changes(step, passes.Seen[pass]))
            {
                var content = transaction.Form(value, ref forms, step.Form).Span;
                if (place == 0 || !content.SequenceEqual(transaction.Form(value, ref forms, step.FormBefore).Span))
                {
                    pass = count++;
                    passes.Seen[pass] = Pass(content, passes.Found.AsSpan(pass * words, words));
                }
            }
            passes.PassOf[place] = pass;
            var found = passes.Found.AsSpan(pass * words, words);
            for (var word = 0; word < step.Rules.Length; word++) chosen[word] |= found[word] & step.Rules[word];
        }
    }

    private bool Changes(RuleMasks.Step step, Vector256<ulong> seen) => step.Changes is null || (changes[step.Form] & seen) != Vector256<ulong>.Zero;

    /// <summary>One pass over one form of a value.</summary>
    /// <returns>The sets of bytes of which it has one.</returns>
    private Vector256<ulong> Pass(ReadOnlySpan<byte> value, Span<ulong> found)
    {
        unconditional.CopyTo(found);
        Span<ulong> literals = stackalloc ulong[literalWords];
        automaton?.Find(value, literals);
        var seen = Vector256<ulong>.Zero;
        foreach (var one in value) seen |= setsOf[one];
        for (var word = 0; word < literals.Length; word++)
            for (var rest = literals[word]; rest != 0; rest &= rest - 1) Take(ofLiterals[(word << 6) + BitOperations.TrailingZeroCount(rest)], value.Length, seen, literals, found);
        var leads = seen & leading;
        for (var word = 0; word < Vector256<ulong>.Count; word++)
            for (var rest = leads[word]; rest != 0; rest &= rest - 1) Take(ofSets[(word << 6) + BitOperations.TrailingZeroCount(rest)], value.Length, seen, literals, found);
        return seen;
    }

    private static void Take(Candidate[] candidates, int length, Vector256<ulong> seen, ReadOnlySpan<ulong> literals, Span<ulong> found)
    {
        foreach (ref readonly var one in candidates.AsSpan())
        {
            if (length < one.LeastLength || (seen & one.Sets) != one.Sets || !HasAll(literals, one.Literals)) continue;
            found[one.Bit >> 6] |= 1UL << (one.Bit & 63);
        }
    }

    private static bool HasAll(ReadOnlySpan<ulong> found, int[] literals)
    {
        foreach (var literal in literals)
            if ((found[literal >> 6] & (1UL << (literal & 63))) == 0) return false;
        return true;
    }
}

/// <summary>A rule, and what it requires beyond the requirement that it is found by.</summary>
internal readonly record struct Candidate(int Bit, int LeastLength, Vector256<ulong> Sets, int[] Literals);

/// <summary>Room for the passes over the forms of one value; one for each transaction.</summary>
internal sealed class Passes(RuleMasks masks)
{
    /// <summary>For each step the pass that saw its form.</summary>
    public readonly int[] PassOf = new int[masks.MostSteps];

    /// <summary>For each pass the sets of bytes, and the rules.</summary>
    public readonly Vector256<ulong>[] Seen = new Vector256<ulong>[masks.MostSteps];
    public readonly ulong[] Found = new ulong[masks.MostSteps * masks.Words];
}
