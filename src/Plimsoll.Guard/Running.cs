using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Forwarding;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Sites;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard;

/// <summary>The options in force with what was made of them. A request takes it once and keeps it; a reload replaces it.</summary>
internal sealed class Running : IDisposable
{
    /// <param name="before">What it replaces: what is known of clients and of upstreams goes on.</param>
    public Running(GuardOptions options, IReadOnlyList<IInspector> inspectors, NormaliserPool normalisers, Deadlines deadlines, Running? before)
    {
        Options = options;
        var limits = options.Limits;
        Clients = before?.Options.Limits.RememberedClients == limits.RememberedClients ? before.Clients : new(limits.RememberedClients);
        InspectionBudget = before?.Options.Limits.InspectionBytes == limits.InspectionBytes ? before.InspectionBudget : new(limits.InspectionBytes);
        Sites = new([.. options.Sites.Select((site, number) => new Site(site, number, inspectors, normalisers, limits, deadlines, Clients, InspectionBudget))]);
        foreach (var site in Sites.All)
            if (before?.Sites.All.FirstOrDefault(earlier => earlier.Options.Name == site.Options.Name) is { } same) Inherit(site.Pool, same.Pool);
    }

    public GuardOptions Options { get; }
    public ClientTable Clients { get; }
    public InspectionBudget InspectionBudget { get; }
    public SiteTable Sites { get; }

    public void Dispose()
    {
        foreach (var site in Sites.All) site.Dispose();
    }

    private static void Inherit(UpstreamPool pool, UpstreamPool before)
    {
        foreach (var upstream in pool.Upstreams)
            if (before.Upstreams.FirstOrDefault(earlier => earlier.Name == upstream.Name) is { } same) upstream.Inherit(same);
    }
}
