namespace Plimsoll.Guard.Decisions;

/// <summary>What an inspector keeps of one exchange from one stage to the next. It belongs to the request, and is released once the exchange was recorded.</summary>
internal abstract class InspectionState
{
    /// <summary>Rules that matched and are to be told, in the order in which they did.</summary>
    public abstract int MatchedRules { get; }

    /// <param name="number">From 0 to <see cref="MatchedRules"/>.</param>
    /// <param name="at">What it matched, as rules call it: `ARGS:name`. As the client wrote it.</param>
    /// <returns>The rule's id.</returns>
    public abstract int MatchedRule(int number, out ReadOnlySpan<byte> at);

    /// <summary>How the rule would be kept from what it matched; of a chain its first rule.</summary>
    /// <param name="target">What would be taken out of what it looks at, `ARGS:name` as the client wrote it; empty unless that is enough.</param>
    public abstract Exclusion Exclusion(int number, out ReadOnlySpan<byte> target);

    /// <summary>What the rule says of itself, Latin-1. Empty when it says nothing, or would repeat what the message has in it.</summary>
    public abstract ReadOnlySpan<byte> Statement(int number);

    /// <summary>What the rule shows of the message, as it came: no event has it.</summary>
    public abstract ReadOnlySpan<byte> Evidence(int number);

    /// <summary>Where the client is sent by what refuses it, visible ASCII. Empty for nowhere.</summary>
    public abstract ReadOnlySpan<byte> Location { get; }

    /// <summary>Nothing of it is used afterwards.</summary>
    public abstract void Release();
}

/// <summary>What keeps a rule from matching the like of a message again.</summary>
internal enum Exclusion : byte
{
    /// <summary>Nothing of its own: it sums up what others matched.</summary>
    None,

    /// <summary>That it no longer looks at one target.</summary>
    Target,

    /// <summary>That it is taken out.</summary>
    Rule,
}
