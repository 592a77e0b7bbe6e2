using Plimsoll.Engines.Http;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>What is known of one part of a feed: where it came from, how old it is, and why it is no newer.</summary>
/// <param name="Feed">Id of the feed: `osv`, `kev` …</param>
/// <param name="Part">An ecosystem, a release, a year; empty for a feed that is one file.</param>
internal sealed record FeedState(string Feed, string Part) : IComparable<FeedState>
{
    /// <summary>The address or path of its file.</summary>
    public string From { get; init; } = "";

    /// <summary>When the server last gave it or said that it had not changed; null while there is none.</summary>
    public DateTimeOffset? Checked { get; init; }

    /// <summary>Of the whole file that was last fetched.</summary>
    public Validators Version { get; init; }

    /// <summary>Of the index of changes up to which it is known; default where there is none.</summary>
    public Validators Index { get; init; }

    /// <summary>Bytes of the whole file.</summary>
    public long Bytes { get; init; }

    /// <summary>Why the last update failed, one sentence; null when it did not.</summary>
    public string? Error { get; init; }

    public DateTimeOffset? Failed { get; init; }

    /// <summary>`osv/npm`, `kev`.</summary>
    public string Name => Part.Length == 0 ? Feed : $"{Feed}/{Part}";

    public int CompareTo(FeedState? other)
    {
        if (other is null) return 1;
        var byFeed = string.CompareOrdinal(Feed, other.Feed);
        return byFeed != 0 ? byFeed : string.CompareOrdinal(Part, other.Part);
    }
}
