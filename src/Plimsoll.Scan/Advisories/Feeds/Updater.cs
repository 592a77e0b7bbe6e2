using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;
using Plimsoll.Scan.Advisories.Feeds.Places;
using Plimsoll.Scan.Advisories.Feeds.Publications;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>Data that a scan needs and that are not there.</summary>
/// <param name="Part">`osv/npm`, `kev`.</param>
/// <param name="Sentence">That they are missing, and why.</param>
public sealed record MissingData(string Part, string Sentence, string Remedy);

/// <summary>Fetches feeds into the database: Plan, then for each part Ask -> Fetch -> Import.</summary>
public static class Updater
{
    /// <summary>Parts fetched at a time; more only wait for the import.</summary>
    private const int Concurrency = 3;

    /// <summary>Between two attempts to take the database's lock.</summary>
    private static readonly TimeSpan again = TimeSpan.FromMilliseconds(200);

    private const string UpdateRemedy = "Run `plimsoll db update`.";

    /// <summary>Brings parts up to date, be they there or not. A part that fails does not keep others from it.</summary>
    /// <exception cref="PlimsollException">Nothing can be fetched at all.</exception>
    public static UpdateResult Update(UpdateRequest request, IUpdateProgress? progress = null)
    {
        using var held = Lock(request, progress);
        using var run = new Run(request, progress);
        var outcomes = new List<PartOutcome>();
        var jobs = UpdatePlan.Make(request.Names, run.Has(), run.Place, outcomes.Add);
        return run.Do(jobs, outcomes);
    }

    /// <summary>Fetches what a scan of these ecosystems needs and the database does not have. What it has is taken as it is, however old.</summary>
    /// <param name="ecosystems">As OSV writes them, with the release where there is one.</param>
    /// <returns>What is not there even so, sorted; empty when all is.</returns>
    public static ImmutableArray<MissingData> Ensure(UpdateRequest request, IEnumerable<string> ecosystems, IUpdateProgress? progress = null)
    {
        var needed = UpdatePlan.Need(ecosystems);
        if (!needed.Exists(job => !IsThere(request.Folder, job))) return [];
        try
        {
            using var held = Lock(request, progress);
            using var run = new Run(request, progress);
            // Whoever had the lock may have fetched them.
            var result = run.Do(needed.Where(job => !IsThere(request.Folder, job)), []);
            return [.. result.Parts.Where(part => part.Change is PartChange.Failed or PartChange.NotOffered)
                .Select(part => new MissingData(part.Name, $"The advisory database has no data of {part.Name}: {part.Sentence}", part.Remedy ?? UpdateRemedy))];
        }
        catch (PlimsollException failed)
        {
            return [.. needed.Where(job => !IsThere(request.Folder, job)).Select(job => new MissingData(job.Name, $"The advisory database has no data of {job.Name}: {failed.Message}", failed.Remedy))];
        }
    }

    /// <summary>Waits while another process writes.</summary>
    private static DatabaseLock Lock(UpdateRequest request, IUpdateProgress? progress)
    {
        var watch = Stopwatch.StartNew();
        for (var told = false; ; told = true)
        {
            try
            {
                return DatabaseLock.Take(request.Folder);
            }
            catch (PlimsollException taken) when (taken.Code == "database-locked" && watch.Elapsed < request.Patience)
            {
                if (!told) progress?.Waits(taken.Message);
                Thread.Sleep(again);
            }
        }
    }

    private static bool IsThere(string folder, UpdateJob job) => File.Exists(DatabaseLayout.FileOf(folder, job.Feed, job.DatabasePart));

    /// <summary>What one update has open.</summary>
    private sealed class Run : IDisposable
    {
        private readonly Downloader downloader;
        private readonly FeedPlaces places;
        private readonly UpdateContext context;

        public Run(UpdateRequest request, IUpdateProgress? progress)
        {
            context = new UpdateContext(request.Folder, FeedStates.Read(request.Folder), request.Clock, new Lock(), progress);
            if (context.States.Damage is { } damage) progress?.Says($"{damage}; what was fetched before is not known, so all is fetched anew.");
            downloader = new Downloader(request.Transport);
            places = new FeedPlaces(request.From, request.Variable, downloader, request.Offline);
        }

        public IPlace Place(IPublication publication) => places.Of(publication);

        public IReadOnlyCollection<(string Feed, string Part)> Has() =>
            [.. All.Feeds.SelectMany(feed => DatabaseLayout.Parts(context.Folder, feed).Select(part => (feed.Id, part.Part)))];

        public UpdateResult Do(IEnumerable<UpdateJob> jobs, IReadOnlyCollection<PartOutcome> before)
        {
            var all = jobs.ToList();
            context.Progress?.Planned(all.Count);
            var outcomes = new ConcurrentBag<PartOutcome>(before);
            Parallel.ForEach(Partitioner.Create(all, EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = Concurrency }, job =>
            {
                var outcome = UpdateOne(job);
                outcomes.Add(outcome);
                context.Progress?.Ended(outcome);
            });
            return new UpdateResult([.. outcomes.OrderBy(outcome => outcome.Name, StringComparer.Ordinal)]);
        }

        private PartOutcome UpdateOne(UpdateJob job)
        {
            try
            {
                return new UpdatePart(context, job, Place(job.Publication)).Run();
            }
            catch (PlimsollException misplaced)
            {
                return new PartOutcome(job.Name, PartChange.Failed, misplaced.Message, misplaced.Remedy);
            }
        }

        public void Dispose() => downloader.Dispose();
    }
}
