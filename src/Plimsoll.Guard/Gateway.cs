using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
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
    private const int backlog = 1024;
    private readonly ConcurrentDictionary<Connection, byte> connections = new();
    private readonly List<Socket> listeners = [];
    private readonly List<Arrivals> arrivals = [];
    private readonly IReadOnlyList<IInspector> inspectors;
    private readonly NormaliserPool normalisers = new(NormalisationLimits.Default);
    private readonly ClientTable clients;
    private readonly TaskCompletionSource idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int open;
    private volatile bool draining;
    private Running running;

    public Gateway(GuardOptions options, IReadOnlyList<IInspector> inspectors, IEventSink events, TimeProvider clock)
    {
        (this.inspectors, Events, Clock, Limits) = (inspectors, events, clock, options.Limits);
        clients = new(Limits.RememberedClients);
        InspectionBudget = new(Limits.InspectionBytes);
        running = new(options, inspectors, normalisers, Deadlines, clients);
    }

    public GuardLimits Limits { get; }
    public Deadlines Deadlines { get; } = new();
    public IEventSink Events { get; }
    public TimeProvider Clock { get; }
    public InspectionBudget InspectionBudget { get; }
    public Running Running => Volatile.Read(ref running);
    public bool IsDraining => draining;

    /// <summary>Connections of clients that are open.</summary>
    public int Open => Volatile.Read(ref open);

    /// <summary>Transports whose Deadlines are looked after: of clients, and of upstreams.</summary>
    public int Watched => Deadlines.Count;

    /// <summary>Where it listens, in the order of the options.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints => [.. listeners.Select(listener => (IPEndPoint)listener.LocalEndPoint!)];

    /// <exception cref="PlimsollException">An address cannot be listened on.</exception>
    public void Start()
    {
        foreach (var options in Running.Options.Listeners)
        {
            arrivals.Add(new(options, Limits));
            listeners.Add(Listen(options.Address));
        }
        for (var i = 0; i < listeners.Count; i++) _ = AcceptAsync(listeners[i], arrivals[i]);
    }

    /// <summary>Other sites and upstreams from the next request on. Listeners and limits stay until the guard starts again.</summary>
    public void Reload(GuardOptions options)
    {
        var before = Interlocked.Exchange(ref running, new(options with { Listeners = Running.Options.Listeners, Limits = Limits }, inspectors, normalisers, Deadlines, clients));
        before.Dispose(); // Exchanges that run keep their connections; unused ones are closed.
    }

    /// <summary>Accepts nothing more, completes what runs, and resets what is not done in time.</summary>
    /// <returns>Whether all was completed.</returns>
    public async Task<bool> DrainAsync(TimeSpan most)
    {
        draining = true;
        foreach (var listener in listeners) listener.Dispose();
        foreach (var connection in connections.Keys) connection.Drain();
        if (Open == 0) return true;
        return await Task.WhenAny(idle.Task, Task.Delay(most, Clock)) == idle.Task;
    }

    public void Dispose()
    {
        foreach (var listener in listeners) listener.Dispose();
        foreach (var connection in connections.Keys) connection.Abort();
        foreach (var arrival in arrivals) arrival.Dispose();
        Running.Dispose();
        Deadlines.Dispose();
    }

    private static Socket Listen(IPEndPoint address)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(address);
            socket.Listen(backlog);
            return socket;
        }
        catch (SocketException thrown)
        {
            socket.Dispose();
            throw new PlimsollException("guard-cannot-listen", $"The guard cannot listen on {address}: {thrown.Message.TrimEnd('.')}.", "Choose another address with --listen, or stop what listens there.");
        }
    }

    private async Task AcceptAsync(Socket listener, Arrivals arriving)
    {
        while (!draining)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync();
            }
            catch (Exception thrown) when (thrown is SocketException or ObjectDisposedException)
            {
                if (draining || thrown is ObjectDisposedException) return;
                await Task.Delay(TimeSpan.FromMilliseconds(50), Clock); // Out of descriptors: those that end make room.
                continue;
            }
            _ = ServeAsync(new SocketTransport(socket), arriving);
        }
    }

    private async Task ServeAsync(SocketTransport transport, Arrivals arriving)
    {
        var client = ClientTable.Key(transport.Remote.Address);
        if (Interlocked.Increment(ref open) > Limits.Connections) Refuse(transport, Reason.TooManyConnections);
        else if (!clients.TryEnter(client, 0, Limits.ConnectionsOfClient)) Refuse(transport, Reason.TooManyConnectionsOfClient);
        else
        {
            var connection = new Connection(this, arriving, transport);
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
