using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Operators;

internal enum Answer : byte
{
    No,
    Yes,
    /// <summary>It took too long: cannot know.</summary>
    Unknown,
}

/// <summary>Asks of one value what a rule wants to know. Immutable, and used by all requests at once.</summary>
internal abstract class Probe
{
    /// <param name="argument">What the rule's argument came to, when it has macros.</param>
    /// <param name="captures">Takes what groups matched; null when nobody wants to know.</param>
    /// <param name="effort">The time that is left for the request; null for time of its own.</param>
    public abstract Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures, Effort? effort = null);
}

/// <summary>What groups matched, TX.0 to TX.9, as stretches of the value.</summary>
internal sealed class Captures
{
    public const int Most = 10;
    private readonly Slice[] groups = new Slice[Most];

    /// <summary>Groups in use.</summary>
    public int Count { get; private set; }

    public Slice this[int group] => groups[group];

    public void Clear() => Count = 0;

    /// <summary>A group beyond the last is left out, as its name could not be written.</summary>
    public void Set(int group, Slice stretch)
    {
        if (group >= Most) return;
        while (Count < group) groups[Count++] = default;
        groups[group] = stretch;
        Count = Math.Max(Count, group + 1);
    }
}
