using System.Collections.Immutable;
using Plimsoll.Scan.Advisories.Feeds.Places;

namespace Plimsoll.Scan.Advisories.Feeds.Publications;

/// <summary>A feed, or a share of one, that is one file.</summary>
/// <param name="address">Of the file's folder, or of the file itself.</param>
internal sealed class FilePublication(string feed, string address, PublishedFile file) : IPublication
{
    /// <summary>What Wolfi and Chainguard call theirs.</summary>
    public const string Security = "security.json";

    public string Feed => feed;
    public string Address => address[..(address.LastIndexOf('/') + 1)];
    public string Folder => feed + Share;

    /// <summary>The share's folder below the feed's; empty for a whole feed.</summary>
    public string Share { get; init; } = "";

    /// <summary>Whose packages it is about; null when it says more on those of any.</summary>
    public string? Ecosystem { get; init; }

    public bool ServesAll => Ecosystem is null;
    public bool IsFetchedByScans => true;

    public IReadOnlyList<string> Parts(IPlace place) => [Ecosystem ?? feed];

    public IReadOnlyList<string> PartsFor(string ecosystem) => Ecosystem is null ? [feed] : Ecosystem == EcosystemNames.Root(ecosystem) ? [Ecosystem] : [];

    public string PathOf(string part) => file.Path;

    public ImmutableArray<PublishedFile> Files(string part, IPlace place) => [file];
}
