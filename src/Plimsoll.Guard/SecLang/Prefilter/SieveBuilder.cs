using System.Runtime.Intrinsics;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Prefilter;

/// <summary>Puts together what the rules require, each requirement once.</summary>
internal sealed class SieveBuilder
{
    /// <summary>Requirements of a rule that are heeded; further ones say little.</summary>
    private const int mostOfRule = 4;

    /// <summary>Sets of bytes that one pass tells apart.</summary>
    private const int mostSets = 256;

    /// <summary>A requirement that ordinary values meet chooses nothing.</summary>
    private const double mostLikely = 0.4;

    private readonly Dictionary<Requirement, int> literals = [];

    public SieveBuilder(IEnumerable<CompiledRule> rules, Form[] forms)
    {
        var chosen = rules.Where(CanBeChosen).ToList();
        for (var bit = 0; bit < chosen.Count; bit++) chosen[bit].Bit = bit;
        Masks = new(chosen, forms);
        Unconditional = new ulong[Masks.Words];
        Changes = [.. forms.Select((form, number) => number == 0 || Untouched.Without(form.Transformation.Name) is not { } set || set == ByteSet.Empty ? Vector256<ulong>.Zero : Bit(Set(set)!.Value))];
        foreach (var rule in chosen) Add(rule);
    }

    public RuleMasks Masks { get; }
    public ulong[] Unconditional { get; }
    public Vector256<ulong>[] Changes { get; }
    public List<Requirement> Literals { get; } = [];
    public List<ByteSet> Sets { get; } = [];
    public List<List<Candidate>> OfLiterals { get; } = [];
    public List<List<Candidate>> OfSets { get; } = [];

    public static Vector256<ulong> Bit(int number) => Vector256<ulong>.Zero.WithElement(number >> 6, 1UL << (number & 63));

    /// <summary>Whether what the rule, or the first of its chain, says of a value depends on the value alone, and its values are there beforehand.</summary>
    private static bool CanBeChosen(CompiledRule rule) =>
        rule is { Probe: not null, Argument: null } && rule.Targets.Length > 0 && Array.TrueForAll(rule.Targets, target => !target.IsCount && RuleMasks.IsSteady(target.Variable));

    private void Add(CompiledRule rule)
    {
        var needs = rule.Needs;
        var heeded = needs.Requirements.Where(one => one.Likelihood < mostLikely).Take(mostOfRule).ToList();
        var sets = Vector256<ulong>.Zero;
        var others = new List<int>();
        List<Candidate>? home = null;
        foreach (var one in heeded)
        {
            if (one.Literals.Count > 0)
            {
                if (Literal(one) is not { } literal) continue;
                if (home is null) home = OfLiterals[literal];
                else others.Add(literal);
            }
            else if (Set(one.Bytes) is { } set)
            {
                if (home is null) home = OfSets[set];
                else sets |= Bit(set);
            }
        }
        if (home is null) Unconditional[rule.Bit >> 6] |= 1UL << (rule.Bit & 63);
        else home.Add(new(rule.Bit, needs.LeastLength, sets, [.. others]));
    }

    /// <summary>Null when there are as many as an automaton numbers.</summary>
    private int? Literal(Requirement one)
    {
        if (literals.TryGetValue(one, out var known)) return known;
        if (Literals.Count == ushort.MaxValue) return null;
        Literals.Add(one);
        OfLiterals.Add([]);
        return literals[one] = Literals.Count - 1;
    }

    /// <summary>Null when there are as many as one pass tells apart.</summary>
    private int? Set(ByteSet set)
    {
        var known = Sets.IndexOf(set);
        if (known >= 0) return known;
        if (Sets.Count == mostSets) return null;
        Sets.Add(set);
        OfSets.Add([]);
        return Sets.Count - 1;
    }
}
