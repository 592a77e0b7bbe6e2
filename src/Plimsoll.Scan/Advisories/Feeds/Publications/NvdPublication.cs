using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Scan.Advisories.Feeds.Places;

namespace Plimsoll.Scan.Advisories.Feeds.Publications;

/// <summary>The National Vulnerability Database: one file for the CVEs of each year, the first with all before it. It serves what is matched by its name in CPE, so that no ecosystem asks for it.</summary>
internal sealed class NvdPublication(TimeProvider clock) : IPublication
{
    private const int First = 2002;

    /// <summary>Bytes of one year, compressed; the largest has some 25 MB.</summary>
    private const long YearBytes = 512 << 20;

    public string Feed => "nvd";
    public string Address => "https://nvd.nist.gov/feeds/json/cve/2.0/";
    public bool ServesAll => false;

    public IReadOnlyList<string> Parts(IPlace place) => [.. Enumerable.Range(First, clock.GetUtcNow().Year - First + 1).Select(year => year.ToString(CultureInfo.InvariantCulture))];

    public IReadOnlyList<string> PartsFor(string ecosystem) => [];

    public ImmutableArray<PublishedFile> Files(string part) => [new PublishedFile($"nvdcve-2.0-{part}.json.gz", YearBytes)];
}
