using System.Collections.Immutable;
using Plimsoll.Engines.Http;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>What is known of one part of a feed: where it came from, how old it is, and why it is no newer.</summary>
/// <param name="Feed">Id of the feed: `osv`, `kev` …</param>
/// <param name="Part">As the database calls it: an ecosystem, or the feed itself.</param>
internal sealed record FeedState(string Feed, string Part) : IComparable<FeedState>
{
    /// <summary>The address or path of its file, or of the first of several.</summary>
    public string From { get; init; } = "";

    /// <summary>When the server last gave it or said that it had not changed; null while there is none.</summary>
    public DateTimeOffset? Checked { get; init; }

    /// <summary>When what the database has was imported; with another time in the database it came from elsewhere, and the validators say nothing on it.</summary>
    public DateTimeOffset? Imported { get; init; }

    /// <summary>Of the whole files that were last fetched, in the publication's order; empty where they say nothing.</summary>
    public ImmutableArray<Validators> Versions { get; init; } = [];

    /// <summary>Of the index of changes up to which it is known; default where there is none.</summary>
    public Validators Index { get; init; }

    /// <summary>The source's own time up to which all its changes are in the database; null where that is not known, or told record by record.</summary>
    public DateTimeOffset? Through { get; init; }

    /// <summary>Bytes of the whole files.</summary>
    public long Bytes { get; init; }

    /// <summary>Why the last update failed, one sentence; null when it did not.</summary>
    public string? Error { get; init; }

    public DateTimeOffset? Failed { get; init; }

    /// <summary>`osv/npm`, `kev`.</summary>
    public string Name => Part == Feed ? Feed : $"{Feed}/{Part}";

    public int CompareTo(FeedState? other)
    {
        if (other is null) return 1;
        var byFeed = string.CompareOrdinal(Feed, other.Feed);
        return byFeed != 0 ? byFeed : string.CompareOrdinal(Part, other.Part);
    }
}
