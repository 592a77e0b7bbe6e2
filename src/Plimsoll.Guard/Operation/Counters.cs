using System.Collections.Frozen;
using Plimsoll.Guard.Events;

namespace Plimsoll.Guard.Operation;

/// <summary>Counts events by site. What never came to a site, or to one that is gone, is of the site `-`: as many series as the configuration has sites.</summary>
internal sealed class Counters : IEventSink
{
    public const string NoSite = "-";

    private readonly SiteCounters elsewhere = new();
    private FrozenDictionary<string, SiteCounters> sites = FrozenDictionary<string, SiteCounters>.Empty;

    public IEnumerable<(string Site, SiteCounters Counters)> All =>
        Volatile.Read(ref sites).OrderBy(site => site.Key, StringComparer.Ordinal).Select(site => (site.Key, site.Value)).Prepend((NoSite, elsewhere));

    public void Record(in GuardEvent recorded)
    {
        if (recorded.Site is not { } name || !Volatile.Read(ref sites).TryGetValue(name, out var counters)) counters = elsewhere;
        counters.Count(recorded);
    }

    /// <summary>The sites of a configuration; those that were there go on counting.</summary>
    public void Use(IEnumerable<string> names)
    {
        var before = sites;
        Volatile.Write(ref sites, names.Distinct(StringComparer.Ordinal).ToFrozenDictionary(name => name, name => before.GetValueOrDefault(name) ?? new(), StringComparer.Ordinal));
    }
}
