using System.Collections.Immutable;
using Plimsoll.Scan.Advisories.Feeds.Places;

namespace Plimsoll.Scan.Advisories.Feeds.Publications;

/// <summary>A feed that is one file.</summary>
internal sealed class FilePublication(string feed, string address, PublishedFile file) : IPublication
{
    public string Feed => feed;
    public string Address => address;

    /// <summary>Whose packages it is about; null when it says more on those of any.</summary>
    public string? Ecosystem { get; init; }

    public bool ServesAll => Ecosystem is null;

    public IReadOnlyList<string> Parts(IPlace place) => [feed];

    public IReadOnlyList<string> PartsFor(string ecosystem) => Ecosystem is null || Ecosystem == EcosystemNames.Root(ecosystem) ? [feed] : [];

    public ImmutableArray<PublishedFile> Files(string part) => [file];
}
