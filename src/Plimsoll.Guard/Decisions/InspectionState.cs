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

    /// <summary>Nothing of it is used afterwards.</summary>
    public abstract void Release();
}
