using System.Collections.Immutable;
using Plimsoll.Scan.Advisories.Feeds.Places;

namespace Plimsoll.Scan.Advisories.Feeds.Publications;

/// <summary>How a feed, or a share of one that has an address of its own, is published: where, in which parts, and which files each has.</summary>
internal interface IPublication
{
    /// <summary>Id of the feed.</summary>
    string Feed { get; }

    /// <summary>Its publisher's address, ending in `/`.</summary>
    string Address { get; }

    /// <summary>Where a mirror of all feeds has it: the feed's id, for a share with a folder below.</summary>
    string Folder { get; }

    /// <summary>Whether it says more on vulnerabilities or products of any ecosystem, so that every scan has use for it.</summary>
    bool ServesAll { get; }

    /// <summary>Whether a scan that lacks it fetches it; what takes minutes is fetched by `db update` only.</summary>
    bool IsFetchedByScans { get; }

    /// <summary>Parts that a place publishes, sorted.</summary>
    /// <exception cref="Core.Results.PlimsollException">The place does not say it.</exception>
    IReadOnlyList<string> Parts(IPlace place);

    /// <summary>Parts that packages of an ecosystem need; empty when this feed says nothing on them.</summary>
    /// <param name="ecosystem">As OSV writes it, with a release where there is one; or a part as the database calls it.</param>
    IReadOnlyList<string> PartsFor(string ecosystem);

    /// <summary>A file by whose path the feed knows the part.</summary>
    string PathOf(string part);

    /// <summary>All files of a part.</summary>
    /// <exception cref="Core.Results.PlimsollException">The place does not say it.</exception>
    ImmutableArray<PublishedFile> Files(string part, IPlace place);
}

/// <param name="Path">Below the publication's address or folder.</param>
/// <param name="Limit">Bytes of it that are taken at most.</param>
/// <param name="IsOptional">Whether a part is whole without it.</param>
internal readonly record struct PublishedFile(string Path, long Limit, bool IsOptional = false);
