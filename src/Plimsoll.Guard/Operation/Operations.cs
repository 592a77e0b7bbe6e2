using System.Net;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;

namespace Plimsoll.Guard.Operation;

/// <summary>A gateway with what runs it: events, counters, the admin listener, and the configuration in force.</summary>
internal sealed class Operations : IOperated, IDisposable
{
    private readonly Lock gate = new();
    private readonly TimeProvider clock;
    private AdminServer? admin;
    private ConfigState config;

    /// <exception cref="PlimsollException">An address cannot be listened on, or a file not be opened.</exception>
    public Operations(GuardOptions options, IReadOnlyList<IInspector> inspectors, Stream output, TimeProvider clock)
    {
        this.clock = clock;
        config = new(1, clock.GetUtcNow(), 0, []);
        Events = new(Counters, output);
        Gateway = new(options, inspectors, Events, clock);
        try
        {
            Counters.Use(options.Sites.Select(site => site.Name));
            Events.Use(Events.Prepare(options.Events));
            Gateway.Start();
            if (options.Admin is { } address) admin = new(address, this);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Counters Counters { get; } = new();
    public EventSinks Events { get; }
    public Gateway Gateway { get; }
    public ConfigState Config => Volatile.Read(ref config);

    /// <summary>Where the admin listener is; null when there is none.</summary>
    public IPEndPoint? AdminAddress => Volatile.Read(ref admin)?.Address;

    /// <summary>Whether a request that comes now can be served: not draining, and all upstreams that are to be asked were asked.</summary>
    public bool IsReady => !Gateway.IsDraining && Gateway.Running.Sites.All.All(site => site.Pool.Upstreams.All(upstream => upstream.IsKnown));

    public bool IsDraining => Gateway.IsDraining;

    public string? Unready => IsReady ? null : IsDraining ? "draining" : "upstreams are not known yet";

    public string Metrics(bool isOpen) => MetricsPage.Write(this, isOpen);

    /// <summary>Puts another configuration in force, or keeps the one that is and says what is wrong with the other.</summary>
    /// <param name="read">Throws <see cref="ConfigException"/> or <see cref="PlimsollException"/>.</param>
    /// <returns>What is wrong; none when it is in force.</returns>
    public IReadOnlyList<string> Reload(Func<GuardOptions> read)
    {
        lock (gate)
        {
            IReadOnlyList<string> faults;
            try
            {
                Apply(read());
                config = config.LoadedAt(clock.GetUtcNow());
                Events.Record(new(clock.GetUtcNow(), "configuration-loaded", config.Generation, []));
                return [];
            }
            catch (ConfigException thrown)
            {
                faults = thrown.Faults;
            }
            catch (PlimsollException thrown)
            {
                faults = [$"{thrown.Message} {thrown.Remedy}"];
            }
            catch (Exception thrown) // A bug of ours: traffic goes on as before.
            {
                faults = [$"The guard failed to read this configuration ({thrown.GetType().Name}: {thrown.Message}). Report it as a bug."];
            }
            // The same fault again, found when it is looked whether it has gone, is no news.
            if (!faults.SequenceEqual(config.Faults))
            {
                config = config.RefusedFor(faults);
                Events.Record(new(clock.GetUtcNow(), "configuration-refused", config.Generation, faults));
            }
            return faults;
        }
    }

    /// <summary>All that can fail comes first.</summary>
    private void Apply(GuardOptions options)
    {
        var targets = Events.Prepare(options.Events);
        var isSame = Equals(options.Admin, Gateway.Running.Options.Admin);
        AdminServer? next = null;
        try
        {
            if (!isSame && options.Admin is { } address) next = new(address, this);
            Gateway.Reload(options);
        }
        catch
        {
            next?.Dispose();
            Events.GiveUp(targets);
            throw;
        }
        Counters.Use(options.Sites.Select(site => site.Name));
        Events.Use(targets);
        if (!isSame) Interlocked.Exchange(ref admin, next)?.Dispose();
    }

    public void Dispose()
    {
        admin?.Dispose();
        Gateway.Dispose();
        Events.Dispose();
    }
}
