using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// Where feeds are fetched from: what the user gave, else `PLIMSOLL_FEED_OSV` and the like for one feed, else
/// `PLIMSOLL_FEEDS` for all, else the publisher. A place is an address or a folder. One for all feeds has a folder for each,
/// named as its id.
/// </summary>
internal sealed class FeedPlaces(string? from, Func<string, string?> variable, Downloader downloader)
{
    /// <param name="publisher">Address of the feed's own server, ending in `/`.</param>
    public IMirror Of(string feed, string publisher)
    {
        if (from is { Length: > 0 }) return Open(from, feed, "--from");
        var own = $"PLIMSOLL_FEED_{feed.ToUpperInvariant().Replace('-', '_')}";
        if (variable(own) is { Length: > 0 } one) return Open(one, "", own);
        return variable("PLIMSOLL_FEEDS") is { Length: > 0 } all ? Open(all, feed, "PLIMSOLL_FEEDS") : new HttpMirror(downloader, new Uri(publisher));
    }

    private IMirror Open(string place, string folder, string by)
    {
        if (!place.Contains("://", StringComparison.Ordinal))
            return Directory.Exists(place) ? new FolderMirror(Path.Combine(place, folder)) : throw new PlimsollException("feed-place-absent", $"`{place}`, given by {by}, is no folder.", "Give a folder or an https address that holds the feeds; docs/advisories.md has the layout.");
        return Uri.TryCreate(folder.Length == 0 ? $"{place.TrimEnd('/')}/" : $"{place.TrimEnd('/')}/{folder}/", UriKind.Absolute, out var root) && root.Scheme is "https" or "http" && root.Query.Length == 0
            ? new HttpMirror(downloader, root)
            : throw new PlimsollException("feed-place-invalid", $"`{place}`, given by {by}, is no address of a folder.", "Give a folder or an https address that holds the feeds; docs/advisories.md has the layout.");
    }
}
