using System.Text;

namespace Plimsoll.Guard.SecLang.Prefilter;

/// <summary>
/// Works out from a pattern's tree what every match must have. A part that matches few strings is those strings; parts that stand beside
/// each other are joined as long as they are few; what cannot be joined is required each for itself. Of a choice one requirement of
/// each branch is taken.
/// </summary>
internal sealed class PatternNeeds
{
    /// <summary>Strings that a joint of two parts may come to.</summary>
    private const int mostJoined = 128;

    /// <summary>Strings of one part: lists of words are long.</summary>
    private const int mostStrings = 4_000;

    /// <summary>Bytes that a class may have to count as strings.</summary>
    private const int mostOfClass = 16;

    /// <summary>Bytes of all strings of a part.</summary>
    private const int mostBytes = 100_000;

    /// <summary>Requirements of one part that are kept, the rarest: parts within parts would multiply them.</summary>
    private const int mostKept = 16;

    private List<Requirement> requirements = [];

    /// <summary>All strings that are matched, letters small; null when there are too many.</summary>
    private IReadOnlySet<string>? Exact { get; init; }

    /// <summary>Bytes of the shortest match.</summary>
    public int LeastLength { get; private init; }

    /// <summary>Each of them is needed, the rarest first.</summary>
    public IReadOnlyList<Requirement> Requirements
    {
        get
        {
            var all = new List<Requirement>(requirements);
            if (Exact is not null && Requirement.Of(Exact) is { } exact) all.Add(exact);
            return Rarest(all);
        }
    }

    private static List<Requirement> Rarest(IEnumerable<Requirement> all) => [.. all.Distinct().OrderBy(one => one.Likelihood).Take(mostKept)];

    public static PatternNeeds Of(PatternNode node) => node switch
    {
        PatternNode.One one => OfSet(one.Set),
        PatternNode.Sequence sequence => OfSequence(Parts(sequence.Parts)),
        PatternNode.Choice choice => OfChoice(choice.Branches),
        PatternNode.Repetition repetition => OfRepetition(repetition),
        _ => new() { Exact = nothing },
    };

    private static readonly HashSet<string> nothing = [""];

    private static PatternNeeds OfSet(ByteSet set)
    {
        var strings = set.Bytes().Select(value => ((char)(char.IsAsciiLetterUpper((char)value) ? value | 0x20 : value)).ToString()).ToHashSet(StringComparer.Ordinal);
        if (strings.Count is > 0 and <= mostOfClass) return new() { Exact = strings, LeastLength = 1 };
        var needs = new PatternNeeds { LeastLength = 1 };
        if (set.Count is > 0 and < 256) needs.requirements.Add(Requirement.Of(set));
        return needs;
    }

    /// <summary>Letters that stand beside each other are one part: most of a pattern is words.</summary>
    private static IEnumerable<PatternNeeds> Parts(IReadOnlyList<PatternNode> nodes)
    {
        var word = new StringBuilder();
        foreach (var node in nodes)
        {
            if (node is PatternNode.One { Set.Letter: { } letter })
            {
                word.Append(letter);
                continue;
            }
            if (word.Length > 0) yield return OfWord(word.ToString());
            word.Clear();
            yield return Of(node);
        }
        if (word.Length > 0) yield return OfWord(word.ToString());
    }

    private static PatternNeeds OfWord(string word) => new() { Exact = new HashSet<string>(StringComparer.Ordinal) { word }, LeastLength = word.Length };

    private static PatternNeeds OfSequence(IEnumerable<PatternNeeds> parts)
    {
        IReadOnlySet<string> joined = nothing;
        var required = new List<Requirement>();
        var (isExact, length) = (true, 0);
        foreach (var part in parts)
        {
            length = Math.Min(length + part.LeastLength, int.MaxValue / 4);
            if (ReferenceEquals(part.Exact, nothing)) continue;
            if (part.Exact is { } strings && CanJoin(joined, strings))
            {
                joined = ReferenceEquals(joined, nothing) ? strings : (from left in joined from right in strings select left + right).ToHashSet(StringComparer.Ordinal);
                continue;
            }
            Require(joined);
            required.AddRange(part.requirements);
            joined = part.Exact ?? nothing;
            isExact = false;
        }
        if (!isExact) Require(joined);
        var needs = new PatternNeeds { Exact = isExact ? joined : null, LeastLength = length };
        needs.requirements = Rarest(required);
        return needs;

        void Require(IReadOnlySet<string> strings)
        {
            if (Requirement.Of(strings) is { } one) required.Add(one);
        }
    }

    private static bool CanJoin(IReadOnlySet<string> left, IReadOnlySet<string> right) =>
        (left.Count == 1 || right.Count == 1 || left.Count * right.Count <= mostJoined) && (long)left.Sum(one => one.Length) * right.Count + (long)right.Sum(one => one.Length) * left.Count <= mostBytes;

    private static PatternNeeds OfChoice(IReadOnlyList<PatternNode> branches)
    {
        var all = branches.Select(Of).ToList();
        var length = all.Min(one => one.LeastLength);
        if (all.TrueForAll(one => one.Exact is not null) && all.Sum(one => one.Exact!.Count) <= mostStrings) return new() { Exact = all.SelectMany(one => one.Exact!).ToHashSet(StringComparer.Ordinal), LeastLength = length };
        var needs = new PatternNeeds { LeastLength = length };
        var best = all.ConvertAll(one => one.Requirements is [var rarest, ..] ? rarest : null);
        if (!best.Contains(null) && Requirement.Either(best!) is { } either) needs.requirements.Add(either);
        return needs;
    }

    private static PatternNeeds OfRepetition(PatternNode.Repetition repetition)
    {
        if (repetition.Least == 0)
            return repetition.Most == 1 && Of(repetition.Part).Exact is { } optional ? new() { Exact = optional.Append("").ToHashSet(StringComparer.Ordinal) } : new();
        var part = Of(repetition.Part);
        if (repetition.Least == 1 && repetition.Most == 1) return part;
        const int few = 4;
        if (repetition.Least == repetition.Most && repetition.Least <= few) return OfSequence(Enumerable.Repeat(part, repetition.Least));
        var needs = new PatternNeeds { LeastLength = (int)Math.Min((long)part.LeastLength * repetition.Least, int.MaxValue / 4) };
        // Of `(?:ab){3,}` two stand beside each other, but one says enough.
        needs.requirements.AddRange(part.Requirements);
        return needs;
    }
}
