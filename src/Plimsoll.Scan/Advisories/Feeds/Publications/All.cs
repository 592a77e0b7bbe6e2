namespace Plimsoll.Scan.Advisories.Feeds.Publications;

/// <summary>All that can be fetched, in the order of fetching: what is small and serves all comes first, what takes minutes last.</summary>
internal static class All
{
    public static readonly IReadOnlyList<IPublication> Publications =
    [
        new FilePublication(Kev.FeedId, Kev.Publisher, new PublishedFile(Kev.FileName, 64 << 20)),
        new FilePublication(Epss.FeedId, Epss.Publisher, new PublishedFile(Epss.FileName, 64 << 20)),
        new FilePublication(EndOfLife.FeedId, EndOfLife.Publisher, new PublishedFile(EndOfLife.FileName, 128 << 20)),
        new OsvPublication(),
        new FilePublication(DebianTracker.FeedId, DebianTracker.Publisher, new PublishedFile(DebianTracker.FileName, 1L << 30)) { Ecosystem = "Debian" },
        new AlpinePublication(),
        new FilePublication(AlpineSecdb.FeedId, AlpineSecdb.WolfiPublisher, new PublishedFile(FilePublication.Security, 64 << 20)) { Ecosystem = "Wolfi", Share = "/wolfi" },
        new FilePublication(AlpineSecdb.FeedId, AlpineSecdb.ChainguardPublisher, new PublishedFile(FilePublication.Security, 64 << 20)) { Ecosystem = "Chainguard", Share = "/chainguard" },
        new NvdPublication(TimeProvider.System),
        new VexPublication(),
    ];
}
