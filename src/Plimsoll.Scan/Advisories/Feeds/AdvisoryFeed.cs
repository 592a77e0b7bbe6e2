using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories.Store;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>A feed whose parts are stores of advisories: a subclass says which files are its own and reads one.</summary>
internal abstract class AdvisoryFeed : IFeed
{
    public abstract string Id { get; }

    public abstract string Describes { get; }

    public abstract TimeSpan StaleAfter { get; }

    public string Extension => ".advisories";

    public abstract string? PartOf(string path);

    /// <summary>Reads one published file.</summary>
    /// <exception cref="UnreadableException">It is damaged so that what it lacks cannot be told.</exception>
    protected abstract void Read(FeedFile file, AdvisoryImport to, CancellationToken cancelled);

    /// <summary>Reads all files of a part, one after the other where a feed knows no better.</summary>
    /// <exception cref="UnreadableException">One is damaged so that what it lacks cannot be told; the message names it.</exception>
    protected virtual void ReadAll(IReadOnlyList<FeedFile> files, AdvisoryImport to, CancellationToken cancelled)
    {
        foreach (var file in files)
        {
            try
            {
                Read(file, to, cancelled);
            }
            catch (UnreadableException damaged)
            {
                throw new UnreadableException(damaged.Kind, $"`{file.Path}` cannot be imported: {damaged.Message}");
            }
        }
    }

    public void Import(FeedImport import)
    {
        using var writer = new AdvisoryStoreWriter(import.Target, new StoreHeader
        {
            Feed = Id,
            Part = import.Part,
            Fetched = import.Fetched,
            SourceModified = import.Files.Max(file => file.Modified),
            ETag = import.Files is [var only] ? only.ETag : null,
        });
        var to = new AdvisoryImport(writer, import.Problems);
        try
        {
            ReadAll(import.Files, to, import.Cancelled);
        }
        catch (UnreadableException damaged)
        {
            throw Refused(damaged.Message);
        }
        if (writer.Records == 0) throw Refused($"`{import.Files[0].Path}` has no record that can be read{(to.Unread > 0 ? $" ({to.Unread:N0} cannot be)" : "")}");
        writer.Complete(to.Unread);
    }

    public PartFacts Inspect(string path, bool thorough)
    {
        using var store = AdvisoryStore.Open(path);
        if (store.Header.Feed != Id) throw Corrupt.File(path, $"it is of the feed `{store.Header.Feed}`, not of `{Id}`");
        if (thorough) store.Verify();
        return new PartFacts(store.Header.Records, store.Header.Unread, store.Header.Fetched, store.Header.SourceModified, store.Header.ETag)
        {
            Part = store.Header.Part,
            Newest = store.Header.Newest,
        };
    }

    private static PlimsollException Refused(string why) => new("feed-unreadable", why + ".", "Fetch the file again; what the database had of it is still there.");
}

/// <summary>Where a feed puts what it reads. What it does not take is a problem and counted.</summary>
internal sealed class AdvisoryImport(AdvisoryStoreWriter to, ProblemLog problems)
{
    private readonly int before = problems.Count;

    /// <summary>Where readers say what they could not read: one problem for each record.</summary>
    public ProblemLog Problems => problems;

    /// <summary>Records that are not in the store as their source wrote them.</summary>
    public long Unread => problems.Count - before;

    public void Add(string where, Advisory advisory)
    {
        if (to.Add(advisory) is { } fault) Fault(ProblemKind.Malformed, where, $"{advisory.Id} is not imported: {fault}");
    }

    /// <summary>Says what of one record could not be read; once for each record.</summary>
    /// <param name="message">A sentence without its end.</param>
    public void Fault(ProblemKind kind, string where, string message) => problems.Report(kind, where, message);
}
