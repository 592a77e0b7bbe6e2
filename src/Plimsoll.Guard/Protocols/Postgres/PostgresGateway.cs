using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Forwarding;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Postgres;

/// <summary>Listens for clients of PostgreSQL, and serves each (<see cref="PostgresSession"/>). Lives from <see cref="Start"/> to <see cref="DrainAsync"/>.</summary>
internal sealed class PostgresGateway : IPostgresHost, IDisposable
{
    private readonly ConcurrentDictionary<PostgresSession, byte> sessions = new();
    private readonly ConcurrentDictionary<string, byte> keys = new(StringComparer.Ordinal);
    private readonly List<Listener> listeners = [];
    private readonly IEventSink events;
    private readonly TimeProvider clock;
    private readonly Deadlines deadlines = new();
    private readonly UpstreamAddress address;
    private readonly TlsClient? upstreamTls;
    private int open;
    private long accepted;
    private volatile bool isReached;
    private volatile bool isDraining;

    /// <exception cref="PlimsollException">A certificate cannot be read.</exception>
    public PostgresGateway(PostgresOptions options, StatementPolicy policy, IEventSink events, TimeProvider clock)
    {
        (Options, Policy, this.events, this.clock) = (options, policy, events, clock);
        address = new(options.Upstream, options.Limits.LookUpEvery, Dns.GetHostAddressesAsync);
        Tls = options.Tls is null ? null : new(options.Tls, [PostgresEgress.Alpn]);
        upstreamTls = options.Upstream.Tls is null ? null : new(options.Upstream.Tls, PostgresEgress.Alpn);
    }

    public PostgresOptions Options { get; }
    public StatementPolicy Policy { get; }
    public TlsServer? Tls { get; }

    /// <summary>Sessions that are open.</summary>
    public int Open => Volatile.Read(ref open);

    /// <summary>Connections of clients since the start.</summary>
    public long Accepted => Volatile.Read(ref accepted);

    /// <summary>Whether the server was reached when it was last tried.</summary>
    public bool IsReached => isReached;

    public bool IsDraining => isDraining;

    public IReadOnlyList<IPEndPoint> Endpoints => [.. listeners.Select(listener => listener.Address)];

    /// <exception cref="PlimsollException">An address cannot be listened on.</exception>
    public void Start()
    {
        foreach (var wanted in Options.Listeners) listeners.Add(new(wanted, clock));
        foreach (var listener in listeners) listener.Start(ServeAsync);
    }

    /// <summary>Accepts nothing more, ends idle sessions, and resets those that are not idle in time.</summary>
    /// <returns>Whether all were idle.</returns>
    public async Task<bool> DrainAsync(TimeSpan most)
    {
        isDraining = true;
        foreach (var listener in listeners) listener.Dispose();
        var last = Environment.TickCount64 + (long)most.TotalMilliseconds;
        while (true)
        {
            foreach (var session in sessions.Keys)
                if (session.IsIdle) session.Abort();
            if (Open == 0) return true;
            if (Environment.TickCount64 >= last) break;
            await Task.Delay(TimeSpan.FromMilliseconds(20), clock);
        }
        foreach (var session in sessions.Keys) session.Abort();
        return false;
    }

    /// <summary>A connection to the server, encrypted where it must be; null when there is none.</summary>
    public async Task<Transport?> ConnectAsync()
    {
        var server = await TryConnectAsync();
        isReached = server is not null;
        return server;
    }

    private async Task<Transport?> TryConnectAsync()
    {
        if (await SocketTransport.ConnectAsync(address.Current, Options.Limits.ConnectTime) is not { } transport)
        {
            address.Failed();
            return null;
        }
        deadlines.Watch(transport);
        if (upstreamTls is null) return transport;
        if (await ServerTls.BeginAsync(transport, upstreamTls, isNeeded: true, Options.Limits) is { } encrypted) return encrypted;
        Forget(transport);
        return null;
    }

    public void Forget(Transport transport)
    {
        deadlines.Forget(transport.Watched);
        transport.Dispose();
    }

    /// <summary>The key by which a session that is open may be cancelled.</summary>
    public void Remember(byte[] key) => keys.TryAdd(Convert.ToHexString(key), 0);

    public void Forget(byte[] key) => keys.TryRemove(Convert.ToHexString(key), out _);

    /// <summary>Passes a request to cancel on when it is for a session of this guard; others it has no business with.</summary>
    public async Task CancelAsync(byte[] packet)
    {
        if (!keys.ContainsKey(Convert.ToHexString(packet.AsSpan(8)))) return;
        await ServerTls.CancelAsync(this, packet);
    }

    public void Record(Verdict verdict, Decision decision, Transport client, StatementFields fields) =>
        events.Record(new() { Time = clock.GetUtcNow(), Decision = decision, Verdict = verdict, Client = client.Remote.Address, Statement = fields, Upstream = Options.Upstream.Name });

    private async Task ServeAsync(SocketTransport transport, Listener listener)
    {
        var session = new PostgresSession(this, transport);
        Interlocked.Increment(ref accepted);
        if (Interlocked.Increment(ref open) > Options.Limits.Connections)
        {
            await transport.WriteAsync(Wire.Error("FATAL", Refusals.TooMany, "plimsoll: too many connections"));
            transport.Dispose();
            Record(new(Reason.TooManyConnections, Part.Connection), Decision.Refuse, transport, new(new("", "", ""), null));
        }
        else
        {
            sessions.TryAdd(session, 0);
            deadlines.Watch(transport);
            try
            {
                await session.ServeAsync();
            }
            catch (Exception) // A bug of ours costs this session, and no other.
            {
                session.Abort();
                Record(new(Reason.GuardFailed, Part.Connection), Decision.Refuse, transport, new(new("", "", ""), null));
            }
            deadlines.Forget(transport);
            sessions.TryRemove(session, out _);
        }
        Interlocked.Decrement(ref open);
    }

    public void Dispose()
    {
        foreach (var listener in listeners) listener.Dispose();
        foreach (var session in sessions.Keys) session.Abort();
        Tls?.Dispose();
        deadlines.Dispose();
    }
}
