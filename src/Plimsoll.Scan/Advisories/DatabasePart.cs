using System.Collections.Immutable;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Advisories;

/// <summary>One part of one feed, as the database has it.</summary>
/// <param name="Part">`npm`, `Debian`; empty where a feed is missing as a whole.</param>
/// <param name="Path">Its file; empty when it is missing.</param>
public sealed record DatabasePart(string Feed, string Part, PartState State, string Path)
{
    public long Records { get; init; }

    /// <summary>Records that the source published and that could not be read.</summary>
    public long Unread { get; init; }

    /// <summary>When the data were fetched from their source.</summary>
    public DateTimeOffset? Fetched { get; init; }

    /// <summary>When an update last learned that this is what the source has; null when none ever did.</summary>
    public DateTimeOffset? Checked { get; init; }

    /// <summary>Why the last update could not bring it up to date, one sentence; null when it could.</summary>
    public string? Error { get; init; }

    public DateTimeOffset? Failed { get; init; }

    /// <summary>When its source last changed one of its records.</summary>
    public DateTimeOffset? Newest { get; init; }

    public long Bytes { get; init; }

    /// <summary>Age from which it counts as stale.</summary>
    public required TimeSpan StaleAfter { get; init; }

    /// <summary>For a corrupt part what is wrong, for a missing feed what it is; one sentence.</summary>
    public string? Message { get; init; }
}

public enum PartState
{
    Present,

    /// <summary>There and readable, and older than its feed's documented age.</summary>
    Stale,

    Missing,

    Corrupt,
}

/// <summary>What an import did.</summary>
/// <param name="Parts">What was replaced.</param>
/// <param name="Problems">What could not be read.</param>
/// <param name="Ignored">Files that no feed knows, by their paths in the source.</param>
public sealed record ImportResult(ImmutableArray<DatabasePart> Parts, ImmutableArray<Problem> Problems, ImmutableArray<string> Ignored);
