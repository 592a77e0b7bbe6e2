using Plimsoll.Scan.Advisories.Feeds;

namespace Plimsoll.Scan.Advisories;

/// <summary>Where the database keeps what: a folder for each feed, a file for each part.</summary>
internal static class DatabaseLayout
{
    /// <summary>$PLIMSOLL_DB, else `plimsoll/db` in $XDG_CACHE_HOME, else in ~/.cache (XDG Base Directory Specification).</summary>
    public static string DefaultFolder(Func<string, string?> environment) =>
        environment("PLIMSOLL_DB") is { Length: > 0 } set ? set
        // The specification: a relative path is to be ignored.
        : environment("XDG_CACHE_HOME") is { Length: > 0 } cache && Path.IsPathRooted(cache) ? Path.Combine(cache, "plimsoll/db")
        : Path.Combine(environment("HOME") is { Length: > 0 } home ? home : "/root", ".cache/plimsoll/db");

    public static string FileOf(string folder, IFeed feed, string part) => Path.Combine(folder, feed.Id, Escape(part) + feed.Extension);

    /// <summary>The parts of a feed that are there, sorted, with their files.</summary>
    public static IEnumerable<(string Part, string Path)> Parts(string folder, IFeed feed)
    {
        var own = Path.Combine(folder, feed.Id);
        if (!Directory.Exists(own)) return [];
        return Directory.EnumerateFiles(own, "*" + feed.Extension).Select(path => (Part: PartOf(feed, Path.GetFileName(path)), Path: path)).OrderBy(file => file.Part, StringComparer.Ordinal);
    }

    /// <summary>The feed and part of a file of a database, by its path in it.</summary>
    public static (IFeed Feed, string Part)? Find(string path) =>
        path.Split('/') is [var id, var file] && All.Feeds.FirstOrDefault(feed => feed.Id == id) is { } feed && file.EndsWith(feed.Extension, StringComparison.Ordinal) && file.Length > feed.Extension.Length
            ? (feed, PartOf(feed, file)) : null;

    private static string PartOf(IFeed feed, string file) => Uri.UnescapeDataString(file[..^feed.Extension.Length]);

    /// <summary>A part as a file's name: letters, digits and `._-` as they are, all else percent-encoded.</summary>
    private static string Escape(string part)
    {
        var escaped = Uri.EscapeDataString(part);
        // No hidden file, and none that is a folder.
        return escaped.StartsWith('.') ? "%2E" + escaped[1..] : escaped;
    }
}
