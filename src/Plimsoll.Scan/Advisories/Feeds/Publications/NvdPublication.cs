using System.Collections.Immutable;
using Plimsoll.Scan.Advisories.Feeds.Places;

namespace Plimsoll.Scan.Advisories.Feeds.Publications;

/// <summary>The National Vulnerability Database: one file for the CVEs of each year, the first with all before it, and all together one part.</summary>
internal sealed class NvdPublication(TimeProvider clock) : IPublication
{
    /// <summary>Bytes of one year, compressed; the largest has some 25 MB.</summary>
    private const long YearBytes = 512 << 20;

    public string Feed => Nvd.FeedId;
    public string Address => Nvd.Publisher;
    public string Folder => Feed;
    public bool ServesAll => false;
    public bool IsFetchedByScans => false;

    public IReadOnlyList<string> Parts(IPlace place) => [NvdConfigurations.Ecosystem];

    public IReadOnlyList<string> PartsFor(string ecosystem) => ecosystem == NvdConfigurations.Ecosystem ? [ecosystem] : [];

    public string PathOf(string part) => Nvd.FileName(Nvd.FirstYear);

    /// <summary>The file of a year comes some days after its beginning.</summary>
    public ImmutableArray<PublishedFile> Files(string part, IPlace place)
    {
        var now = clock.GetUtcNow().Year;
        return [.. Enumerable.Range(Nvd.FirstYear, now - Nvd.FirstYear + 1).Select(year => new PublishedFile(Nvd.FileName(year), YearBytes, IsOptional: year == now))];
    }
}
