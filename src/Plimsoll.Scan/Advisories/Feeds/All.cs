namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>Every feed. A published file belongs to the first that knows it.</summary>
internal static class All
{
    public static readonly IReadOnlyList<IFeed> Feeds =
    [
        new OsvFeed(),
        new DebianTracker(),
        new AlpineSecdb(),
        new RedHatVex(),
        new Nvd(),
        new Kev(),
        new Epss(),
        new EndOfLife(),
    ];
}
