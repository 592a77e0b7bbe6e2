using System.Collections.Immutable;
using Plimsoll.Scan.Advisories.Feeds.Places;

namespace Plimsoll.Scan.Advisories.Feeds.Publications;

/// <summary>How a feed is published: where, in which parts, and which files each has.</summary>
internal interface IPublication
{
    /// <summary>Id of the feed.</summary>
    string Feed { get; }

    /// <summary>Its publisher's address, ending in `/`.</summary>
    string Address { get; }

    /// <summary>Whether it says more on vulnerabilities or products of any ecosystem, so that every scan has use for it.</summary>
    bool ServesAll { get; }

    /// <summary>Parts that a place publishes, sorted.</summary>
    /// <exception cref="Core.Results.PlimsollException">The place does not say it.</exception>
    IReadOnlyList<string> Parts(IPlace place);

    /// <summary>Parts that packages of an ecosystem need; empty when this feed says nothing on them.</summary>
    /// <param name="ecosystem">As OSV writes it, with a release where there is one.</param>
    IReadOnlyList<string> PartsFor(string ecosystem);

    ImmutableArray<PublishedFile> Files(string part);
}

/// <param name="Path">Below the feed's address or folder.</param>
/// <param name="Limit">Bytes of it that are taken at most.</param>
internal readonly record struct PublishedFile(string Path, long Limit);
