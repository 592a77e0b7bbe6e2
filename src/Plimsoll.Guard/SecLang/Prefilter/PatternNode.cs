namespace Plimsoll.Guard.SecLang.Prefilter;

/// <summary>What a pattern consists of, as far as it says which bytes a match must have. Immutable.</summary>
internal abstract record PatternNode
{
    /// <summary>Any bytes at all, as what a group took before.</summary>
    public static readonly PatternNode Anything = new Repetition(new One(ByteSet.All), 0, null);

    /// <summary>One byte of a set.</summary>
    internal sealed record One(ByteSet Set) : PatternNode;

    internal sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    internal sealed record Choice(IReadOnlyList<PatternNode> Branches) : PatternNode;

    /// <param name="Most">Null for any number.</param>
    internal sealed record Repetition(PatternNode Part, int Least, int? Most) : PatternNode;

    /// <summary>A condition at a place, such as `^`, `\b` or what stands before and behind. It consumes nothing; the tree does not say when it holds.</summary>
    internal sealed record Assertion : PatternNode;
}
