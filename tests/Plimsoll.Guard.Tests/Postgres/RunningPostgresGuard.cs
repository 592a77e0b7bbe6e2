using System.Collections.Concurrent;
using System.Net;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Protocols.Postgres;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>A guard in this process in front of a PostgreSQL.</summary>
internal sealed class RunningPostgresGuard : IDisposable
{
    /// <summary>Milliseconds that a loaded machine may take for a step that is no test's subject.</summary>
    private const int patience = 90_000;

    private readonly PostgresGateway gateway;

    public RunningPostgresGuard(IPEndPoint server, PolicyMode mode, StatementProfile? profile = null, Func<PostgresOptions, PostgresOptions>? options = null)
    {
        SocketEngine.RunCompletionsInline();
        Policy = new(mode, profile ?? StatementProfile.Empty);
        var plain = new PostgresOptions { Listeners = [new(IPAddress.Loopback, 0)], Upstream = new(server.ToString(), server), Mode = mode };
        plain = plain with { Limits = plain.Limits with { HandshakeTime = patience, ConnectTime = patience } };
        gateway = new(options?.Invoke(plain) ?? plain, Policy, Events, TimeProvider.System);
        gateway.Start();
    }

    public StatementPolicy Policy { get; }
    public StatementEvents Events { get; } = new();
    public PostgresGateway Gateway => gateway;
    public IPEndPoint Address => gateway.Endpoints[0];

    public void Dispose() => gateway.Dispose();
}

internal sealed record StatementEvent(Decision Decision, Reason Reason, string Statement, IReadOnlyList<string> Bad);

internal sealed class StatementEvents : IEventSink
{
    private readonly ConcurrentQueue<StatementEvent> all = new();

    public IReadOnlyList<StatementEvent> All => [.. all];

    public void Record(in GuardEvent recorded) => all.Enqueue(new(recorded.Decision, recorded.Verdict.Reason, recorded.Statement?.Shape?.Text ?? "", recorded.Statement?.Shape?.Bad ?? []));
}
