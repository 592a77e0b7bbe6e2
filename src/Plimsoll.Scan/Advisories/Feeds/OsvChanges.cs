using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.ExceptionServices;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;
using Plimsoll.Scan.Advisories.Feeds.Publications;
using Plimsoll.Scan.Advisories.Store;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>
/// Brings an ecosystem of OSV up to date by what changed: the index of changes is compared with each record that the
/// store has. What is new or newer is fetched by itself, what is no longer listed is removed.
/// </summary>
internal sealed class OsvChanges(UpdatePart part, UpdateContext context)
{
    /// <summary>Records fetched one by one; more are fetched as the archive.</summary>
    public const int MaxRecords = 2000;

    /// <summary>What a request costs, in bytes of the archive: with more changes than that the archive comes sooner.</summary>
    public const int BytesOfRequest = 16 * 1024;

    /// <summary>Requests at a time.</summary>
    private const int Concurrency = 8;

    /// <summary>Bytes of all changed records together.</summary>
    private const long MaxBytes = 256L << 20;

    /// <returns>Null when the archive is to be fetched: the place has no such index, or too much changed.</returns>
    public PartOutcome? Apply()
    {
        var file = OsvPublication.Index(part.PublishedPart);
        using var fetched = part.Place.Fetch(file.Path, part.State.Index, file.Limit);
        if (fetched.Download.Outcome == DownloadOutcome.Unchanged) return part.Confirm(part.State);
        if (fetched.File is null) return null;
        using var csv = fetched.Open();
        // A broken index says nothing; the archive is complete without it.
        if (ModifiedIndex.Read(csv, out _) is not { } index) return null;
        using var store = AdvisoryStore.Open(part.Target);
        var gone = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (advisory, _) in store.Records())
            if (!index.TryGetValue(advisory.Id, out var time)) gone.Add(advisory.Id);
            else if (advisory.Modified >= time) index.Remove(advisory.Id);
        var next = part.State with { Index = fetched.Download.Validators };
        if (index.Count == 0 && gone.Count == 0) return part.Confirm(next);
        if (index.Count > MaxRecords || (long)index.Count * BytesOfRequest > part.State.Bytes) return null;
        var problems = new ProblemLog(part.Feed.Id);
        if (Fetch([.. index.Keys.Order(StringComparer.Ordinal)]) is not { } records) return null;
        lock (context.Importing) Merge(store, records, gone, problems);
        return part.Imported(next, problems, string.Create(CultureInfo.InvariantCulture, $"{records.Count:N0} changed, {gone.Count:N0} removed; "));
    }

    /// <returns>Null when one is not there or all are too long: then only the archive helps.</returns>
    private SortedDictionary<string, byte[]>? Fetch(IReadOnlyList<string> ids)
    {
        var records = new ConcurrentDictionary<string, byte[]>(StringComparer.Ordinal);
        var (bytes, helps) = (0L, true);
        try
        {
            Parallel.ForEach(ids, new ParallelOptions { MaxDegreeOfParallelism = Concurrency }, (id, loop) =>
            {
                if (Fetch(id, MaxBytes - Interlocked.Read(ref bytes)) is { } record)
                {
                    records[id] = record;
                    context.Progress?.Receives(part.Name, Interlocked.Add(ref bytes, record.Length), null);
                    return;
                }
                Volatile.Write(ref helps, false);
                loop.Stop();
            });
        }
        catch (AggregateException several)
        {
            // Each thread met the same server; the first says what there is to say.
            ExceptionDispatchInfo.Throw(several.InnerExceptions[0]);
        }
        return helps ? new SortedDictionary<string, byte[]>(records, StringComparer.Ordinal) : null;
    }

    private byte[]? Fetch(string id, long room)
    {
        var file = OsvPublication.Record(part.PublishedPart, id);
        using var fetched = part.Place.Fetch(file.Path, default, file.Limit);
        if (fetched.File is null || fetched.File.Length > room) return null;
        using var content = fetched.Open();
        var record = new byte[content.Length];
        content.ReadExactly(record);
        return record;
    }

    private void Merge(AdvisoryStore store, SortedDictionary<string, byte[]> records, HashSet<string> gone, ProblemLog problems)
    {
        var changed = new List<Advisory>();
        var unread = 0L;
        foreach (var (id, json) in records)
        {
            var where = $"{part.Feed.Id}/{OsvPublication.Record(part.PublishedPart, id).Path}";
            var faults = new List<string>();
            var advisory = OsvReader.Read(json, part.Feed.Id, faults);
            if (advisory is not null && advisory.Id != id) faults.Add($"its `id` is `{advisory.Id}`");
            foreach (var fault in faults) problems.Report(ProblemKind.Malformed, where, fault);
            if (advisory is not null && advisory.Id == id) changed.Add(advisory);
            else unread++;
        }
        StoreMerge.Merge(store, changed, gone, part.Target, store.Header with { Fetched = context.Clock.GetUtcNow() }, unread, (advisory, fault) => problems.Report(ProblemKind.Malformed, $"{part.Feed.Id}/{part.PublishedPart}/{advisory.Id}.json", fault));
    }
}
