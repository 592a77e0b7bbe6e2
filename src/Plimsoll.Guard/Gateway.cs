using System.Collections.Concurrent;
using System.Net;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard;

/// <summary>Listens, and serves each connection (<see cref="Connection"/>). Lives from <see cref="Start"/> to <see cref="DrainAsync"/>.</summary>
internal sealed class Gateway : IDisposable
{
    private readonly ConcurrentDictionary<Connection, byte> connections = new();
    private readonly Lock reloading = new();
    private List<Listener> listeners = [];
    private readonly IReadOnlyList<IInspector> inspectors;
    private readonly NormaliserPool normalisers = new(NormalisationLimits.Default);
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int open;
    private long accepted;
    private volatile bool draining;
    private Running running;

    public Gateway(GuardOptions options, IReadOnlyList<IInspector> inspectors, IEventSink events, TimeProvider clock)
    {
        (this.inspectors, Events, Clock) = (inspectors, events, clock);
        running = new(options, inspectors, normalisers, Deadlines, before: null);
    }

    public GuardLimits Limits => Running.Options.Limits;
    public Deadlines Deadlines { get; } = new();
    public IEventSink Events { get; }
    public TimeProvider Clock { get; }
    public InspectionBudget InspectionBudget => Running.InspectionBudget;
    public Running Running => Volatile.Read(ref running);
    public bool IsDraining => draining;

    /// <summary>Connections of clients that are open.</summary>
    public int Open => Volatile.Read(ref open);

    /// <summary>Connections of clients since the start.</summary>
    public long Accepted => Volatile.Read(ref accepted);

    /// <summary>Transports whose deadlines are looked after: of clients, and of upstreams.</summary>
    public int Watched => Deadlines.Count;

    /// <summary>When each file of revoked certificates of clients holds no longer.</summary>
    public IEnumerable<(string File, DateTimeOffset Until)> Revocations => listeners.SelectMany(listener => listener.Arrivals.Revocations).DistinctBy(one => one.File).OrderBy(one => one.File, StringComparer.Ordinal);

    /// <summary>Where it listens, in the order of the options.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints => [.. listeners.Select(listener => listener.Address)];

    /// <exception cref="PlimsollException">An address cannot be listened on, or a certificate not be read.</exception>
    public void Start()
    {
        lock (reloading) listeners = Prepare(Running.Options);
        foreach (var listener in listeners) listener.Start(ServeAsync);
    }

    /// <summary>
    /// Other sites, upstreams, limits and certificates from the next request or connection on, and other listeners. Connections
    /// stay; those of a listener that is gone complete what runs and are then closed. When it throws, nothing has changed.
    /// </summary>
    /// <exception cref="PlimsollException">An address cannot be listened on, or a certificate not be read.</exception>
    public void Reload(GuardOptions options)
    {
        lock (reloading)
        {
            if (draining) return;
            var before = running;
            var after = new Running(options, inspectors, normalisers, Deadlines, before);
            List<Listener> next;
            try
            {
                next = Prepare(options);
            }
            catch
            {
                after.Dispose();
                throw;
            }
            Volatile.Write(ref running, after);
            var gone = listeners.Except(next).ToList();
            foreach (var listener in next.Except(listeners).ToList()) listener.Start(ServeAsync);
            listeners = next;
            foreach (var listener in gone) listener.Dispose();
            foreach (var connection in connections.Keys)
                if (gone.Contains(connection.Listener)) connection.Drain();
            before.Dispose(); // Exchanges that run keep their connections; unused ones are closed.
        }
    }

    /// <summary>Does all that can fail: opens the new listeners and reads the certificates of all.</summary>
    private List<Listener> Prepare(GuardOptions options)
    {
        var left = listeners.ToList();
        var next = new List<Listener>();
        var arrivals = new List<Arrivals>();
        try
        {
            foreach (var wanted in options.Listeners)
            {
                arrivals.Add(new(wanted, options.Limits));
                var kept = left.Find(listener => listener.Wanted.Equals(wanted.Address));
                if (kept is not null) left.Remove(kept);
                next.Add(kept ?? new(wanted.Address, Clock));
            }
        }
        catch
        {
            foreach (var listener in next.Except(listeners)) listener.Dispose();
            foreach (var arriving in arrivals) arriving.Dispose();
            throw;
        }
        for (var i = 0; i < next.Count; i++) next[i].Arrive(arrivals[i]);
        return next;
    }

    /// <summary>Accepts nothing more, completes what runs, and resets what is not done in time.</summary>
    /// <returns>Whether all was completed.</returns>
    public async Task<bool> DrainAsync(TimeSpan most)
    {
        lock (reloading) draining = true;
        foreach (var listener in listeners) listener.Dispose();
        foreach (var connection in connections.Keys) connection.Drain();
        if (Open == 0) return true;
        return await Task.WhenAny(idle.Task, Task.Delay(most, Clock)) == idle.Task;
    }

    public void Dispose()
    {
        foreach (var listener in listeners) listener.Dispose();
        foreach (var connection in connections.Keys) connection.Abort();
        Running.Dispose();
        Deadlines.Dispose();
    }

    private async Task ServeAsync(SocketTransport transport, Listener listener)
    {
        Interlocked.Increment(ref accepted);
        var (clients, limits) = (Running.Clients, Limits);
        var client = ClientTable.Key(transport.Remote.Address);
        if (Interlocked.Increment(ref open) > limits.Connections) Refuse(transport, Reason.TooManyConnections);
        else if (!clients.TryEnter(client, 0, limits.ConnectionsOfClient)) Refuse(transport, Reason.TooManyConnectionsOfClient);
        else
        {
            var connection = new Connection(this, listener, transport);
            connections.TryAdd(connection, 0);
            Deadlines.Watch(transport);
            try
            {
                await connection.ServeAsync();
            }
            catch (Exception) // A bug of ours costs this connection, and no other.
            {
                Refuse(transport, Reason.GuardFailed);
            }
            Deadlines.Forget(transport);
            connections.TryRemove(connection, out _);
            clients.Leave(client, 0);
        }
        if (Interlocked.Decrement(ref open) == 0 && draining) idle.TrySetResult();
    }

    private void Refuse(SocketTransport transport, Reason reason)
    {
        transport.Abort();
        transport.Dispose();
        Events.Record(new() { Time = Clock.GetUtcNow(), Decision = Decision.Refuse, Verdict = new(reason, Part.Connection), Client = transport.Remote.Address });
    }
}
