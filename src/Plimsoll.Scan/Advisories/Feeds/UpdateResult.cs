using System.Collections.Immutable;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>What became of an update.</summary>
/// <param name="Parts">Sorted by feed and part.</param>
public sealed record UpdateResult(ImmutableArray<PartOutcome> Parts)
{
    public bool HasFailed => Parts.Any(part => part.Change == PartChange.Failed);

    /// <summary>Whether any part is as new as its source now.</summary>
    public bool HasAny => Parts.Any(part => part.Change is PartChange.Updated or PartChange.Unchanged);

    /// <summary>Records that their sources have and that could not be read.</summary>
    public long Unread => Parts.Sum(part => part.Unread);
}

/// <summary>What became of one part of a feed.</summary>
/// <param name="Name">`osv/npm`, `kev`.</param>
/// <param name="Sentence">What happened, without the name.</param>
/// <param name="Remedy">What to do about a failure.</param>
public sealed record PartOutcome(string Name, PartChange Change, string Sentence, string? Remedy = null)
{
    /// <summary>Records of the part that could not be read.</summary>
    public long Unread { get; init; }

    /// <summary>The first things that could not be read, each a sentence.</summary>
    public ImmutableArray<string> Problems { get; init; } = [];
}

public enum PartChange
{
    /// <summary>Newer data are in the database.</summary>
    Updated,

    /// <summary>The source has nothing newer.</summary>
    Unchanged,

    /// <summary>The user's own mirror does not have this feed, and nobody asked for it by name.</summary>
    NotOffered,

    /// <summary>What the database had, if anything, is still there.</summary>
    Failed,
}

/// <summary>Is told how an update goes, from several threads.</summary>
public interface IUpdateProgress
{
    /// <summary>Why nothing seems to happen, one sentence.</summary>
    void Waits(string sentence);

    /// <summary>Something that changes how the update goes, one sentence.</summary>
    void Says(string sentence);

    /// <summary>How many parts there are to see to.</summary>
    void Planned(int parts);

    /// <param name="part">`osv/npm`.</param>
    /// <param name="bytes">Received so far.</param>
    /// <param name="total">To be received, if known.</param>
    void Receives(string part, long bytes, long? total);

    void Ended(PartOutcome outcome);
}
