namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// A public source of data: which published files are its own and how they get into the database. A part is what one
/// file of the database holds and what is replaced as a whole: an ecosystem of OSV, all of KEV. A part with advisories
/// is named for the ecosystem that it answers for, with or without a release (`npm`, `Debian`, `Alpine:v3.20`). Where
/// the files are fetched from is no matter of this interface; feeds of advisories stand on <see cref="AdvisoryFeed"/>.
/// </summary>
internal interface IFeed
{
    /// <summary>`osv`: names it to users, and its folder in the database and in a mirror.</summary>
    string Id { get; }

    /// <summary>What it is and says, in one line.</summary>
    string Describes { get; }

    /// <summary>Ending of its files in the database, with the dot: `.advisories`.</summary>
    string Extension { get; }

    /// <summary>Age from which what was fetched is stale.</summary>
    TimeSpan StaleAfter { get; }

    /// <summary>Which part of this feed a published file belongs to; null when it is not this feed's.</summary>
    /// <param name="path">Relative to the mirror, parts separated by `/`: `osv/npm/all.zip`.</param>
    string? PartOf(string path);

    /// <summary>Reads all published files of one part and writes the part's file anew, whole or not at all. Every record that cannot be read is a problem.</summary>
    /// <exception cref="Core.Results.PlimsollException">Nothing can be read from the files; what the database had is untouched.</exception>
    void Import(FeedImport import);

    /// <summary>What a file of the database that this feed wrote says of itself.</summary>
    /// <param name="thorough">Whether every byte is checked, not only what is needed to open it.</param>
    /// <exception cref="Core.Results.PlimsollException">It is corrupt.</exception>
    PartFacts Inspect(string path, bool thorough);
}

/// <summary>A published file, in a mirror or as just fetched.</summary>
/// <param name="Path">As given to <see cref="IFeed.PartOf"/>; for messages.</param>
/// <param name="Open">Opens it for reading at any position. The reader closes it.</param>
internal sealed record FeedFile(string Path, Func<Stream> Open)
{
    /// <summary>When its publisher changed it last, as the server said.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>The server's tag of this version of it.</summary>
    public string? ETag { get; init; }
}

/// <summary>What an import works with.</summary>
internal sealed record FeedImport
{
    public required string Part { get; init; }

    /// <summary>Sorted by path; never empty.</summary>
    public required IReadOnlyList<FeedFile> Files { get; init; }

    /// <summary>The file of the database to write; its folder exists and is locked for this process.</summary>
    public required string Target { get; init; }

    public required ProblemLog Problems { get; init; }

    /// <summary>When the files were fetched: what they say is as old as that.</summary>
    public required DateTimeOffset Fetched { get; init; }

    public ScanProgress? Progress { get; init; }

    public CancellationToken Cancelled { get; init; }
}

/// <summary>What is in one file of the database.</summary>
/// <param name="Records">Advisories or rows.</param>
/// <param name="Unread">Records that its source published and that could not be read: what it does not know.</param>
/// <param name="Fetched">When it was fetched or imported.</param>
/// <param name="Modified">When its source changed it last; null when it did not say.</param>
/// <param name="ETag">The server's tag of the version that was read.</param>
internal sealed record PartFacts(long Records, long Unread, DateTimeOffset Fetched, DateTimeOffset? Modified, string? ETag)
{
    /// <summary>The part that the file says it holds; null for files that do not say.</summary>
    public string? Part { get; init; }

    /// <summary>The latest time of change that one of its records has.</summary>
    public DateTimeOffset? Newest { get; init; }
}
