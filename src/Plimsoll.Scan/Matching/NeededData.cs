using System.Collections.Immutable;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Advisories.Feeds;

namespace Plimsoll.Scan.Matching;

/// <summary>Which parts of the database a scan needs, and what it says where they are not there.</summary>
internal sealed class NeededData
{
    private const string Remedy = "`plimsoll db update` fetches it";

    private readonly VulnerabilityOptions options;
    private readonly ImmutableArray<DatabasePart> parts;
    private readonly ImmutableArray<MissingData> missing;
    private readonly SortedDictionary<string, AdvisoryData> needed = new(StringComparer.Ordinal);

    private NeededData(VulnerabilityOptions options, ImmutableArray<DatabasePart> parts, ImmutableArray<MissingData> missing) =>
        (this.options, this.parts, this.missing) = (options, parts, missing);

    /// <summary>Fetches what is not there, unless that is forbidden; what takes minutes is left to `db update`.</summary>
    public static NeededData Ensure(VulnerabilityOptions options, IReadOnlyCollection<string> ecosystems, ScanProgress? progress)
    {
        progress?.Begin("getting advisories");
        var lacking = Updater.Ensure(options.Update, ecosystems.Where(ecosystem => ecosystem != UpstreamNames.Nvd), options.Progress);
        using var database = new AdvisoryDatabase(options.Update.Folder);
        return new NeededData(options, database.Status(options.Now), lacking);
    }

    /// <summary>Every part that was needed, sorted.</summary>
    public ImmutableArray<AdvisoryData> All => [.. needed.Values];

    /// <summary>Parts that answer for an ecosystem: those that are fetched for it, and what else the database has on it.</summary>
    /// <returns>Whether there is any that can be read.</returns>
    public bool Judge(string ecosystem, int packages, ProblemLog problems)
    {
        var root = EcosystemNames.Root(ecosystem);
        var own = Expected(ecosystem).Select(Find)
            .Concat(parts.Where(part => EcosystemNames.Root(part.Part) == root && (part.Part == root || part.Part == ecosystem)))
            .DistinctBy(part => (part.Feed, part.Part)).ToList();
        foreach (var part in own) Add(part, problems);
        if (own.Exists(part => part.State is PartState.Present or PartState.Stale)) return true;
        if (!own.Exists(part => part.State == PartState.Corrupt))
            problems.Report(ProblemKind.DataMissing, ecosystem, $"there are no advisories of {ecosystem}, so {Count(packages)} not judged: {Why(own.Select(part => Data(part).Name), Names(own))}");
        return false;
    }

    /// <summary>A table that says more on any finding.</summary>
    public bool JudgeTable(string feed, string without, ProblemLog problems)
    {
        var part = Find((feed, feed));
        Add(part, problems);
        if (part.State == PartState.Missing) problems.Report(ProblemKind.DataMissing, feed, $"{without}: {Why([feed], feed)}");
        return part.State is PartState.Present or PartState.Stale;
    }

    /// <summary>What cannot be read though it is there.</summary>
    public void ReportDamage(string where, string message, ProblemLog problems) => problems.Report(ProblemKind.DataMissing, where, $"{message.TrimEnd('.')}; {Remedy} anew");

    private static IEnumerable<(string Feed, string Part)> Expected(string ecosystem) => ecosystem == UpstreamNames.Nvd ? [(Nvd.FeedId, ecosystem)]
        : UpdatePlan.Need([ecosystem]).Where(job => !job.Publication.ServesAll).Select(job => (job.Feed.Id, job.DatabasePart));

    private DatabasePart Find((string Feed, string Part) wanted) =>
        parts.FirstOrDefault(part => part.Feed == wanted.Feed && part.Part == wanted.Part) ?? new DatabasePart(wanted.Feed, wanted.Part, PartState.Missing, "") { StaleAfter = TimeSpan.Zero };

    private void Add(DatabasePart part, ProblemLog problems)
    {
        var data = Data(part);
        if (!needed.TryAdd(data.Name, data)) return; // Seen to for another ecosystem.
        if (part.State == PartState.Corrupt) ReportDamage(data.Name, part.Message ?? "it is damaged", problems);
        if (part.State == PartState.Stale)
            problems.Report(ProblemKind.DataMissing, data.Name, $"its data are of {data.Fetched:yyyy-MM-dd}, more than {part.StaleAfter.TotalDays:0} days ago, so what was published since is not known; {Remedy}{(part.Error is { } error ? $", which failed the last time: {error.TrimEnd('.')}" : "")}");
    }

    private static AdvisoryData Data(DatabasePart part) => new(part.Feed, part.Part, (AdvisoryDataState)part.State, part.Checked ?? part.Fetched);

    private string Why(IEnumerable<string> names, string update)
    {
        var reason = missing.FirstOrDefault(data => names.Contains(data.Part));
        return reason is null ? $"`plimsoll db update --ecosystems {update}` fetches them" : $"{reason.Sentence.TrimEnd('.')}. {reason.Remedy.TrimEnd('.')}";
    }

    /// <summary>As `db update --ecosystems` takes them.</summary>
    private static string Names(List<DatabasePart> own) => own.Exists(part => part.Feed == Nvd.FeedId) ? Nvd.FeedId : $"\"{EcosystemNames.Root(own[0].Part)}\"";

    private static string Count(int packages) => packages == 1 ? "1 package was" : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{packages:N0} packages were");
}
