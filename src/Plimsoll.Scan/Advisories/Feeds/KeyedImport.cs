using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>What feeds whose part is a <see cref="KeyedFile"/> have in common when they are imported.</summary>
internal static class KeyedImport
{
    /// <summary>Reads all files and says how it went, as the head of the new file; nothing at all is no import.</summary>
    /// <param name="read">Reads one file.</param>
    /// <param name="count">Records so far.</param>
    /// <exception cref="PlimsollException">A file is damaged, or there is no record in any.</exception>
    public static KeyedHeader Read(string feed, FeedImport import, Action<FeedFile, ProblemLog> read, Func<int> count)
    {
        var before = import.Problems.Count;
        foreach (var file in import.Files)
        {
            import.Cancelled.ThrowIfCancellationRequested();
            try
            {
                read(file, import.Problems);
            }
            catch (UnreadableException damaged)
            {
                throw Refused($"`{file.Path}` cannot be imported: {damaged.Message}");
            }
        }
        if (count() == 0) throw Refused($"`{import.Files[0].Path}` has no record that can be read");
        var newest = import.Files.MaxBy(file => file.Modified);
        return new KeyedHeader
        {
            Feed = feed,
            Fetched = import.Fetched,
            Modified = newest?.Modified,
            ETag = import.Files.Count == 1 ? newest?.ETag : null,
            Records = count(),
            Unread = import.Problems.Count - before,
        };
    }

    private static PlimsollException Refused(string why) => new("feed-unreadable", why + ".", "Fetch the file again; what the database had of it is still there.");
}
