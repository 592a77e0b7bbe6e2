using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;
using Plimsoll.Scan.Advisories.Feeds.Publications;

namespace Plimsoll.Scan.Advisories.Feeds.Places;

/// <summary>
/// Where feeds are fetched from: what the user gave, else `PLIMSOLL_FEED_OSV` and the like for one feed, else
/// `PLIMSOLL_FEEDS` for all, else the publisher. A place is an address or a folder. One for all feeds has a folder for each,
/// named as its id.
/// </summary>
internal sealed class FeedPlaces
{
    private readonly string? from;
    private readonly Func<string, string?> variable;
    private readonly Downloader downloader;
    private readonly bool offline;

    /// <param name="from">Address or folder of all feeds; null for none given.</param>
    /// <exception cref="PlimsollException">It is neither.</exception>
    public FeedPlaces(string? from, Func<string, string?> variable, Downloader downloader, bool offline)
    {
        (this.from, this.variable, this.downloader, this.offline) = (from, variable, downloader, offline);
        if (from is { Length: > 0 }) Open(from, "", "--from");
    }

    public IPlace Of(IPublication publication)
    {
        if (from is { Length: > 0 }) return Open(from, publication.Folder, "--from");
        var own = $"PLIMSOLL_FEED_{publication.Feed.ToUpperInvariant().Replace('-', '_')}";
        if (variable(own) is { Length: > 0 } one) return Open(one, publication.Folder[publication.Feed.Length..].TrimStart('/'), own);
        return variable("PLIMSOLL_FEEDS") is { Length: > 0 } all ? Open(all, publication.Folder, "PLIMSOLL_FEEDS") : Remote(new Uri(publication.Address), isOwn: false);
    }

    private IPlace Open(string given, string folder, string by)
    {
        if (!given.Contains("://", StringComparison.Ordinal))
            return Directory.Exists(given) ? new FolderPlace(Below(given, folder)) : throw new PlimsollException("feed-place-absent", $"`{given}`, given by {by}, is no folder.", "Give a folder or an https address that holds the feeds; docs/advisories.md has the layout.");
        return Uri.TryCreate(folder.Length == 0 ? $"{given.TrimEnd('/')}/" : $"{given.TrimEnd('/')}/{folder}/", UriKind.Absolute, out var root) && root.Scheme is "https" or "http" && root.Query.Length == 0
            ? Remote(root, isOwn: true)
            : throw new PlimsollException("feed-place-invalid", $"`{given}`, given by {by}, is no address of a folder.", "Give a folder or an https address that holds the feeds; docs/advisories.md has the layout.");
    }

    /// <summary>A copy of OSV's bucket has the ecosystems at its top, which `db import` takes as well.</summary>
    private static string Below(string given, string folder) =>
        Path.Combine(given, folder) is var below && (folder != OsvPublication.Id || Directory.Exists(below)) ? below : given;

    private IPlace Remote(Uri root, bool isOwn)
    {
        var place = new HttpPlace(downloader, root, isOwn);
        return offline ? new OfflinePlace(place) : place;
    }
}
