using System.Net;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Protocols.Postgres;

namespace Plimsoll.Guard.Operation;

/// <summary>A guard of PostgreSQL with what runs it: its profile, events, counters, and the admin listener.</summary>
internal sealed class PostgresOperations : IOperated, IDisposable
{
    /// <summary>How often a server is tried that was not reached. Sessions find out by themselves.</summary>
    private static readonly TimeSpan tryEvery = TimeSpan.FromSeconds(2);

    private readonly TimeProvider clock;
    private readonly StatementKeeper keeper;
    private readonly CancellationTokenSource ended = new();
    private readonly AdminServer? admin;
    private ConfigState config;

    /// <param name="output">Where events go, as lines of JSON.</param>
    /// <param name="said">Told what goes wrong with the profile: sentences.</param>
    /// <exception cref="PlimsollException">The profile has faults, an address cannot be listened on, or a certificate not be read.</exception>
    public PostgresOperations(PostgresOptions options, Stream output, Action<string> said, TimeProvider clock)
    {
        this.clock = clock;
        config = new(1, clock.GetUtcNow(), 0, []);
        keeper = new(options.ProfileFile ?? throw new ArgumentException("a guard of its own has a profile", nameof(options)), options.Mode, said, clock);
        Events = new(keeper.Policy.Counters, output);
        Gateway = new(options, keeper.Policy, Events, clock);
        try
        {
            Events.Use(Events.Prepare(options.Events));
            keeper.Reread = Reread;
            Gateway.Start();
            if (options.Admin is { } address)
            {
                admin = new(address, this);
                _ = TryAsync(ended.Token);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public EventSinks Events { get; }
    public PostgresGateway Gateway { get; }
    public ConfigState Config => Volatile.Read(ref config);

    /// <summary>Where the admin listener is; null when there is none.</summary>
    public IPEndPoint? AdminAddress => admin?.Address;

    public bool IsDraining => Gateway.IsDraining;

    public string? Unready => IsDraining ? "draining" : Gateway.IsReached ? null : "the server was not reached";

    public Convergence? Learning => Gateway.Policy.Convergence;

    /// <summary>What was learned, for the end: sentences.</summary>
    public IEnumerable<string> Summary() => keeper.Summary();

    public string Metrics(bool isOpen) => PostgresMetrics.Write(this, isOpen);

    /// <summary>The profile has changed, or could not be read; called by one thread at a time.</summary>
    private void Reread(IReadOnlyList<string> faults)
    {
        var now = clock.GetUtcNow();
        Volatile.Write(ref config, faults.Count == 0 ? config.LoadedAt(now) : config.RefusedFor(faults));
        Events.Record(new(now, faults.Count == 0 ? "configuration-loaded" : "configuration-refused", config.Generation, faults));
    }

    private async Task TryAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                if (!Gateway.IsReached && await Gateway.ConnectAsync() is { } server) Gateway.Forget(server);
                await Task.Delay(tryEvery, clock, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The guard ends.
        }
    }

    public void Dispose()
    {
        ended.Cancel();
        admin?.Dispose();
        Gateway.Dispose();
        keeper.Dispose();
        Events.Dispose();
        ended.Dispose();
    }
}
