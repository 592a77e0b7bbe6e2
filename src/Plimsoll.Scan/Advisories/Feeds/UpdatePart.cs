using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;
using Plimsoll.Scan.Advisories.Feeds.Places;
using Plimsoll.Scan.Advisories.Feeds.Publications;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>What the parts of one update share.</summary>
/// <param name="Importing">One import at a time: each may use all the memory that there is for it.</param>
internal sealed record UpdateContext(string Folder, FeedStates States, TimeProvider Clock, Lock Importing, IUpdateProgress? Progress);

/// <summary>
/// Brings one part of a feed up to date: asks whether it changed, fetches what did, imports it. Whatever fails, the
/// database keeps what it had, and the state says why.
/// </summary>
internal sealed class UpdatePart
{
    /// <summary>Problems of one part that are told.</summary>
    private const int Told = 5;

    private readonly UpdateContext context;
    private readonly UpdateJob job;
    private readonly IPlace place;

    public UpdatePart(UpdateContext context, UpdateJob job, IPlace place)
    {
        (this.context, this.job, this.place) = (context, job, place);
        Feed = job.Feed;
        Part = job.DatabasePart;
        Target = DatabaseLayout.FileOf(context.Folder, Feed, Part);
        From = place.Describe(job.Publication.PathOf(job.Part));
        State = context.States.Find(Feed.Id, Part);
    }

    public IFeed Feed { get; }

    /// <summary>As the database calls it.</summary>
    public string Part { get; }

    /// <summary>The file of the database.</summary>
    public string Target { get; }

    public FeedState State { get; private set; }

    /// <summary>What the state says of where it came from.</summary>
    private string From { get; }

    public IPlace Place => place;

    public string PublishedPart => job.Part;

    public string Name => job.Name;

    public PartOutcome Run()
    {
        try
        {
            var has = Inspect();
            if (has is null || State.Imported != has.Fetched || State.From != From) State = State with { Versions = [], Index = default, Through = null };
            return (has is null ? null : job.Publication switch
            {
                OsvPublication => new OsvChanges(this, context).Apply(),
                VexPublication => new VexChanges(this, context).Apply(),
                _ => null,
            }) ?? FollowUp(FetchWhole());
        }
        catch (PlimsollException forbidden) when (forbidden.Code == OfflinePlace.Forbidden)
        {
            // The user's wish is no failure of the source, for the state to remember.
            return new PartOutcome(job.Name, PartChange.Failed, forbidden.Message, forbidden.Remedy);
        }
        catch (PlimsollException failed)
        {
            return Fail(failed.Message, failed.Remedy);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            return Fail($"the database cannot be written: {failed.Message.TrimEnd('.')}.", "Check that there is space and that you may write there.");
        }
        catch (Exception bug)
        {
            return Fail($"this is a fault of Plimsoll itself: {bug.GetType().Name}: {bug.Message.TrimEnd('.')}.", "Please report it, with the output of `plimsoll db status`.");
        }
    }

    /// <summary>What the database has of it; null where that is nothing, or damaged, which is the same to an update.</summary>
    private PartFacts? Inspect()
    {
        try
        {
            return File.Exists(Target) ? Feed.Inspect(Target, thorough: true) : null;
        }
        catch (PlimsollException)
        {
            return null; // It is fetched anew.
        }
    }

    private PartOutcome FetchWhole()
    {
        var files = job.Publication.Files(job.Part, place);
        var fetched = new FetchedFile?[files.Length];
        try
        {
            for (var index = 0; index < files.Length; index++) fetched[index] = Fetch(files[index], State.Versions.Length == files.Length ? State.Versions[index] : default);
            if (Array.TrueForAll(fetched, file => file!.Download.Outcome == DownloadOutcome.Unchanged)) return Confirm(State);
            // The part is written anew from all its files.
            for (var index = 0; index < files.Length; index++)
                if (fetched[index]!.Download.Outcome == DownloadOutcome.Unchanged) fetched[index] = Fetch(files[index], default);
            for (var index = 0; index < files.Length; index++)
                if (fetched[index]!.File is null && !files[index].IsOptional) return Absent(files[index], fetched[index]!.Download, Array.TrueForAll(fetched, file => file!.File is null));
            var problems = new ProblemLog(Feed.Id);
            Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
            lock (context.Importing)
                Feed.Import(new FeedImport
                {
                    Part = Part,
                    Files = [.. files.Zip(fetched).Where(file => file.Second!.File is not null).Select(file => Describe(file.First, file.Second!)).OrderBy(file => file.Path, StringComparer.Ordinal)],
                    Target = Target,
                    Problems = problems,
                    Fetched = context.Clock.GetUtcNow(),
                });
            return Imported(State with { Versions = [.. fetched.Select(file => file!.Download.Validators)], Index = default, Through = job.Publication is VexPublication ? VexFiles.TimeOf(files[0].Path) : null, Bytes = fetched.Sum(file => file!.File?.Length ?? 0) }, problems, "");
        }
        finally
        {
            foreach (var file in fetched) file?.Dispose();
        }
    }

    /// <summary>What changed since a new archive was made.</summary>
    private PartOutcome FollowUp(PartOutcome whole)
    {
        if (job.Publication is not VexPublication || whole.Change != PartChange.Updated) return whole;
        return new VexChanges(this, context).Apply() is { Change: PartChange.Updated } later ? later with { Problems = [.. whole.Problems, .. later.Problems] } : whole;
    }

    private FetchedFile Fetch(PublishedFile file, Validators known) =>
        place.Fetch(file.Path, known, file.Limit, (bytes, total) => context.Progress?.Receives(job.Name, bytes, total));

    private FeedFile Describe(PublishedFile file, FetchedFile fetched) => new($"{job.Publication.Folder}/{file.Path}", fetched.Open)
    {
        ETag = fetched.Download.Validators.ETag,
        Modified = DateTimeOffset.TryParse(fetched.Download.Validators.LastModified, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null,
    };

    private PartOutcome Absent(PublishedFile file, Download answer, bool isWhole) =>
        isWhole && place.IsOwn && !job.IsNamed
            ? new PartOutcome(job.Name, PartChange.NotOffered, $"the mirror does not have it: {place.Describe(file.Path)}: {answer.Answer}.")
            : Fail($"`{place.Describe(file.Path)}` is not there: {answer.Answer}.", "Check the name and the address; `plimsoll db update --help` shows how to name another.");

    /// <summary>The database has what the source has.</summary>
    /// <param name="next">The validators by which that is known.</param>
    public PartOutcome Confirm(FeedState next)
    {
        Remember(next);
        return new PartOutcome(job.Name, PartChange.Unchanged, "is as it was.");
    }

    /// <summary>The database's file was written anew.</summary>
    /// <param name="how">What was done to get there; empty for all anew.</param>
    public PartOutcome Imported(FeedState next, ProblemLog problems, string how)
    {
        var facts = Feed.Inspect(Target, thorough: false);
        Remember(next with { Imported = facts.Fetched });
        return new PartOutcome(job.Name, PartChange.Updated, $"{how}{facts.Records:N0} record{(facts.Records == 1 ? "" : "s")}{(facts.Unread > 0 ? $", {facts.Unread:N0} could not be read" : "")}.")
        {
            Unread = facts.Unread,
            Problems = [.. problems.All().Take(Told).Select(problem => SafeText.OneLine($"{problem.Where}: {problem.Message}"))],
        };
    }

    private PartOutcome Fail(string sentence, string remedy)
    {
        context.States.Set(context.States.Find(Feed.Id, Part) with { Error = sentence, Failed = context.Clock.GetUtcNow() });
        return new PartOutcome(job.Name, PartChange.Failed, sentence, remedy);
    }

    private void Remember(FeedState next)
    {
        State = next with { From = From, Checked = context.Clock.GetUtcNow(), Error = null, Failed = null };
        context.States.Set(State);
    }
}
