using System.Globalization;
using System.Runtime.ExceptionServices;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;
using Plimsoll.Scan.Advisories.Feeds.Places;
using Plimsoll.Scan.Advisories.Feeds.Publications;
using Plimsoll.Scan.Advisories.Store;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// Brings Red Hat's VEX documents up to date by what changed since the archive, or since the last update: documents that
/// `changes.csv` dates later are fetched by themselves, those that `deletions.csv` has are removed.
/// </summary>
internal sealed class VexChanges(UpdatePart part, UpdateContext context)
{
    /// <summary>Documents fetched one by one; with more the archive comes sooner, if there is a newer one.</summary>
    public const int MostDocuments = 5_000;

    /// <summary>Bytes of one document; a kernel's has some 50 MB.</summary>
    private const long MostBytes = 256 << 20;

    /// <summary>Requests at a time.</summary>
    private const int Concurrency = 8;

    /// <returns>Null when only the archive helps: the place has no list of changes, or a newer archive has most of them.</returns>
    public PartOutcome? Apply()
    {
        using var fetched = part.Place.Fetch(RedHatVex.Changes, part.State.Index, VexList.MostBytes);
        if (fetched.Download.Outcome == DownloadOutcome.Unchanged) return part.Confirm(part.State);
        if (fetched.File is null || Read(fetched) is not { } changes) return null;
        using var store = AdvisoryStore.Open(part.Target);
        var has = new Dictionary<string, DateTimeOffset?>(StringComparer.OrdinalIgnoreCase);
        foreach (var (advisory, _) in store.Records()) has[advisory.Id] = advisory.Modified;
        var through = part.State.Through;
        // What was changed twice is listed by its last time.
        var later = changes.Where(change => VexFiles.IsDocument(change.Name) && !(change.Time <= through) && !(has.GetValueOrDefault(Id(change)) >= change.Time))
            .OrderBy(change => change.Time).ThenBy(change => change.Path, StringComparer.Ordinal).ToList();
        if (later.Count > MostDocuments && HasNewerArchive(through)) return null;
        var left = Math.Max(0, later.Count - MostDocuments);
        later = [.. later.Take(MostDocuments)];
        var gone = Gone(changes, has.Keys);
        var next = part.State with
        {
            Index = left == 0 ? fetched.Download.Validators : default,
            Through = left > 0 ? later[^1].Time : changes.Count > 0 ? Latest(through, changes.Max(change => change.Time)) : through,
        };
        if (later.Count == 0 && gone.Count == 0) return part.Confirm(next);
        var problems = new ProblemLog(part.Feed.Id);
        var (advisories, unread) = Fetch(later, problems);
        lock (context.Importing)
            StoreMerge.Merge(store, advisories, gone, part.Target, store.Header with { Fetched = context.Clock.GetUtcNow(), SourceModified = next.Through ?? store.Header.SourceModified }, store.Header.Unread + unread,
                (advisory, fault) => problems.Report(ProblemKind.Malformed, $"{part.Feed.Id}/{advisory.Id}", fault));
        return part.Imported(next, problems, string.Create(CultureInfo.InvariantCulture, $"{later.Count:N0} changed, {gone.Count:N0} removed{(left > 0 ? $", {left:N0} left for the next update" : "")}; "));
    }

    /// <summary>The CVE that a document is about, as Red Hat names its documents.</summary>
    private static string Id(VexListed listed) => listed.Name[..^".json".Length];

    private static DateTimeOffset Latest(DateTimeOffset? one, DateTimeOffset other) => one > other ? one.Value : other;

    /// <returns>Null for a list that is broken, which says nothing.</returns>
    private static List<VexListed>? Read(FetchedFile fetched)
    {
        var isBroken = false;
        using var content = fetched.Open();
        var listed = VexList.Read(content, (_, _) => isBroken = true);
        return isBroken ? null : listed;
    }

    private bool HasNewerArchive(DateTimeOffset? through) => VexPublication.ArchiveName(part.Place) is { } name && (through is null || VexFiles.TimeOf(name) > through);

    /// <summary>Ids in the database of documents that are gone and did not come again.</summary>
    private HashSet<string> Gone(List<VexListed> changes, IEnumerable<string> has)
    {
        using var fetched = part.Place.Fetch(RedHatVex.Deletions, default, VexList.MostBytes);
        if (fetched.File is null || Read(fetched) is not { } deletions) return []; // None are, or the next archive says it.
        var changed = changes.GroupBy(change => change.Path, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Max(change => change.Time), StringComparer.Ordinal);
        var gone = deletions.Where(deletion => VexFiles.IsDocument(deletion.Name) && !(changed.TryGetValue(deletion.Path, out var time) && time > deletion.Time)).Select(Id).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return [.. has.Where(gone.Contains)];
    }

    /// <summary>A document that cannot be read leaves what the database had of it.</summary>
    private (List<Advisory> Advisories, int Unread) Fetch(List<VexListed> changes, ProblemLog problems)
    {
        var found = new SortedDictionary<string, Advisory>(StringComparer.Ordinal);
        var (bytes, unread) = (0L, 0);
        try
        {
            Parallel.ForEach(changes, new ParallelOptions { MaxDegreeOfParallelism = Concurrency }, change =>
            {
                using var fetched = part.Place.Fetch(change.Path, default, MostBytes);
                lock (found) // One is read at a time: the largest take all the memory that there is for it.
                {
                    if (fetched.File is null) problems.Report(ProblemKind.Unreadable, change.Path, $"it is listed as changed and is not there: {fetched.Download.Answer}");
                    if (fetched.File is null || !Read(change.Path, fetched, found, problems)) unread++;
                    context.Progress?.Receives(part.Name, bytes += fetched.File?.Length ?? 0, null);
                }
            });
        }
        catch (AggregateException several)
        {
            // Each thread met the same server; the first says what there is to say.
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
        return ([.. found.Values], unread);
    }

    private static bool Read(string path, FetchedFile fetched, SortedDictionary<string, Advisory> found, ProblemLog problems)
    {
        try
        {
            using var content = fetched.Open();
            RedHatVex.Read(content, path, advisory => found[advisory.Id] = advisory, problems);
            return true;
        }
        catch (UnreadableException damaged)
        {
            problems.Report(damaged.Kind, path, damaged.Message);
            return false;
        }
    }
}
