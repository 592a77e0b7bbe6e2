using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories.Feeds.Places;
using Plimsoll.Scan.Advisories.Feeds.Publications;

namespace Plimsoll.Scan.Advisories.Feeds;

/// <summary>One part to see to.</summary>
/// <param name="Part">As its publication calls it.</param>
/// <param name="IsNamed">Whether the user asked for it by name, so that its absence is a failure.</param>
internal sealed record UpdateJob(IPublication Publication, string Part, bool IsNamed)
{
    public IFeed Feed { get; } = All.Feeds.First(feed => feed.Id == Publication.Feed);

    /// <summary>As the database calls it.</summary>
    public string DatabasePart => Feed.PartOf($"{Publication.Folder}/{Publication.PathOf(Part)}") ?? throw new InvalidOperationException($"the feed {Feed.Id} does not know its own file {Publication.PathOf(Part)}");

    /// <summary>`osv/npm`, `kev`.</summary>
    public string Name => DatabasePart is var part && part == Feed.Id ? part : $"{Feed.Id}/{part}";
}

/// <summary>Decides which parts an update sees to.</summary>
internal static class UpdatePlan
{
    /// <summary>
    /// By name: the parts that an ecosystem needs, or all of a feed, and always what serves every ecosystem. Without names:
    /// the parts that the database has; all that is published where it has none.
    /// </summary>
    /// <param name="has">Parts in the database.</param>
    /// <param name="place">Where a feed is fetched from.</param>
    /// <param name="failed">Is told of feeds that do not say which parts they have, and of names that none of them knows.</param>
    public static List<UpdateJob> Make(IReadOnlyCollection<string> names, IReadOnlyCollection<(string Feed, string Part)> has, Func<IPublication, IPlace> place, Action<PartOutcome> failed)
    {
        if (names.Count > 0) return ByName(names, place, failed);
        var jobs = new List<UpdateJob>();
        foreach (var publication in Publications.All.Publications)
        {
            var parts = has.Count == 0 || publication.ServesAll ? Published(publication, place, failed) : has.Where(part => part.Feed == publication.Feed).SelectMany(part => publication.PartsFor(part.Part));
            jobs.AddRange(parts.Order(StringComparer.Ordinal).Select(part => new UpdateJob(publication, part, IsNamed: false)));
        }
        return jobs;
    }

    private static List<UpdateJob> ByName(IReadOnlyCollection<string> names, Func<IPublication, IPlace> place, Action<PartOutcome> failed)
    {
        var jobs = Publications.All.Publications.Where(publication => publication.ServesAll).SelectMany(publication => Published(publication, place, failed).Select(part => new UpdateJob(publication, part, names.Contains(publication.Feed)))).ToList();
        var ecosystems = new Lazy<IReadOnlyList<string>>(() => KnownEcosystems(place));
        foreach (var name in names.Distinct().Order(StringComparer.Ordinal))
        {
            var feeds = Publications.All.Publications.Where(publication => publication.Feed == name).ToList();
            // What serves all is among the jobs already.
            foreach (var feed in feeds.Where(feed => !feed.ServesAll)) jobs.AddRange(Published(feed, place, failed).Select(part => new UpdateJob(feed, part, IsNamed: true)));
            if (feeds.Count > 0) continue;
            if (Spelling(name, ecosystems.Value) is { } ecosystem) jobs.AddRange(For(ecosystem));
            else failed(new PartOutcome(name, PartChange.Failed, "no feed and no ecosystem has this name.", $"There are {string.Join(", ", Publications.All.Publications.Select(publication => publication.Feed).Distinct())} and the ecosystems {string.Join(", ", ecosystems.Value)}."));
        }
        return [.. jobs.DistinctBy(job => (job.Publication.Feed, job.Part))];
    }

    /// <summary>The parts that a scan of these ecosystems has use for.</summary>
    public static List<UpdateJob> Need(IEnumerable<string> ecosystems)
    {
        var all = Publications.All.Publications;
        return [.. all.Where(publication => publication.ServesAll).SelectMany(publication => publication.PartsFor("").Select(part => new UpdateJob(publication, part, IsNamed: false)))
            .Concat(ecosystems.SelectMany(ecosystem => For(ecosystem))).Where(job => job.Publication.IsFetchedByScans).DistinctBy(job => job.Name)];
    }

    /// <summary>The parts that packages of an ecosystem need, without those that serve all. Who names an ecosystem means OSV's; what other feeds say of it comes on top where there is it.</summary>
    private static IEnumerable<UpdateJob> For(string ecosystem) =>
        Publications.All.Publications.Where(publication => !publication.ServesAll).SelectMany(publication => publication.PartsFor(ecosystem).Select(part => new UpdateJob(publication, part, publication is OsvPublication)));

    /// <summary>The name as OSV writes it; null when OSV does not have it. What cannot be looked up is taken as it is.</summary>
    private static string? Spelling(string name, IReadOnlyList<string> ecosystems)
    {
        if (ecosystems.Count == 0) return name;
        var root = EcosystemNames.Root(name);
        return ecosystems.FirstOrDefault(known => known.Equals(root, StringComparison.OrdinalIgnoreCase)) is { } spelled ? spelled + name[root.Length..] : null;
    }

    private static IReadOnlyList<string> KnownEcosystems(Func<IPublication, IPlace> place)
    {
        var osv = Publications.All.Publications.First(publication => publication.Feed == OsvPublication.Id);
        try
        {
            return osv.Parts(place(osv));
        }
        catch (PlimsollException)
        {
            return []; // The names are then tried as they are, and each failure is told by itself.
        }
    }

    private static IReadOnlyList<string> Published(IPublication publication, Func<IPublication, IPlace> place, Action<PartOutcome> failed)
    {
        try
        {
            return publication.Parts(place(publication));
        }
        catch (PlimsollException unknown)
        {
            failed(new PartOutcome(publication.Feed, PartChange.Failed, unknown.Message, unknown.Remedy));
            return [];
        }
    }
}
