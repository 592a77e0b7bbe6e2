namespace Plimsoll.Scan.Advisories.Feeds.Publications;

/// <summary>Every feed that can be fetched, in the order of fetching: what is small and serves all comes first.</summary>
internal static class All
{
    private const string Debian = "Debian";

    public static readonly IReadOnlyList<IPublication> Publications =
    [
        new FilePublication("kev", "https://www.cisa.gov/sites/default/files/feeds/", new PublishedFile("known_exploited_vulnerabilities.json", 64 << 20)),
        new FilePublication("epss", "https://epss.empiricalsecurity.com/", new PublishedFile("epss_scores-current.csv.gz", 64 << 20)),
        new FilePublication("endoflife", "https://endoflife.date/api/v1/products/", new PublishedFile("full", 128 << 20)),
        new OsvPublication(),
        new FilePublication("debian-tracker", "https://security-tracker.debian.org/tracker/data/", new PublishedFile("json", 1L << 30)) { Ecosystem = Debian },
        new AlpinePublication(),
        new NvdPublication(TimeProvider.System),
    ];
}
