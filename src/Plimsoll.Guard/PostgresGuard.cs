using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Operation;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Protocols.Postgres;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard;

/// <summary>What `plimsoll guard postgres` was told, as it was typed.</summary>
public sealed record PostgresGuardRequest
{
    /// <summary>`:5432`, `127.0.0.1:5432`.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary>`db:5432`; without a port, 5432.</summary>
    public string Upstream { get; init; } = "";

    /// <summary>The server is spoken to by TLS, and must have a certificate for its name.</summary>
    public bool UpstreamTls { get; init; }

    /// <summary>PEM file of authorities of the server's certificate; null for those of the system.</summary>
    public string? UpstreamAuthorities { get; init; }

    /// <summary>PEM files for clients that ask for TLS; null answers them no.</summary>
    public string? TlsCertificate { get; init; }
    public string? TlsKey { get; init; }

    /// <summary>Clients without TLS are refused.</summary>
    public bool RequiresTls { get; init; }

    public PolicyMode Mode { get; init; } = PolicyMode.Enforce;

    /// <summary>What may be asked.</summary>
    public string Profile { get; init; } = "";

    /// <summary>`127.0.0.1:9901`: where metrics, health and readiness are asked for; null for nowhere.</summary>
    public string? Admin { get; init; }

    /// <summary>`http://collector:4318/v1/logs`: where an OpenTelemetry collector takes logs; null for none.</summary>
    public string? Collector { get; init; }

    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>A guard in front of PostgreSQL from its start to the end of its last session.</summary>
public static class PostgresGuard
{
    private const string defaultPort = ":5432";

    /// <param name="events">Where events go, as lines of JSON.</param>
    /// <param name="said">Told once it listens, and what goes wrong with the profile: sentences.</param>
    /// <param name="stop">Begins the drain.</param>
    /// <returns>Whether every session was idle at the end.</returns>
    /// <exception cref="PlimsollException">The request cannot be done.</exception>
    public static async Task<bool> RunAsync(PostgresGuardRequest request, Stream events, Action<string> said, CancellationToken stop)
    {
        SocketEngine.RunCompletionsInline();
        var options = Options(request);
        using var operations = new PostgresOperations(options, events, said, TimeProvider.System);
        var gateway = operations.Gateway;
        foreach (var endpoint in gateway.Endpoints) said($"guarding postgresql://{endpoint} for {options.Upstream.Name}, mode {options.Mode.ToString().ToLowerInvariant()}, profile {request.Profile} with {StatementProfileFile.Read(request.Profile).Statements} statements");
        if (operations.AdminAddress is { } admin) said($"metrics are at http://{admin}/metrics");
        if (!Sql.Grammar.IsThere && options.Mode != PolicyMode.Enforce) said("libpg_query is not installed: profiles say neither tables nor columns (Debian's package libpg-query-dev has it)");
        try
        {
            await Task.Delay(Timeout.Infinite, stop);
        }
        catch (OperationCanceledException)
        {
            // Told to end.
        }
        var isWhole = await gateway.DrainAsync(options.DrainTime);
        foreach (var sentence in operations.Summary()) said(sentence);
        return isWhole;
    }

    private static PostgresOptions Options(PostgresGuardRequest request)
    {
        var faults = new List<string>();
        var listeners = new List<System.Net.IPEndPoint>();
        foreach (var text in request.Listen)
        {
            if (OptionsReader.Parse(text, isListener: true) is { } address) listeners.Add(address);
            else faults.Add($"`--listen {text}` is not an address and port");
        }
        var name = request.Upstream.LastIndexOf(':') > request.Upstream.LastIndexOf(']') ? request.Upstream : request.Upstream + defaultPort;
        var upstream = UpstreamText.Read(name, null);
        if (upstream is null) faults.Add($"`--upstream {request.Upstream}` is not a host that is known and a port");
        if ((request.TlsCertificate is null) != (request.TlsKey is null)) faults.Add("`--tls-certificate` and `--tls-key` belong together");
        if (request.RequiresTls && request.TlsCertificate is null) faults.Add("`--require-tls` needs `--tls-certificate`");
        if (request.UpstreamAuthorities is not null && !request.UpstreamTls) faults.Add("`--upstream-ca` needs `--upstream-tls`");
        System.Net.IPEndPoint? admin = null;
        if (request.Admin is { } typed && (admin = OptionsReader.Parse(typed, isListener: true)) is null) faults.Add($"`--admin {typed}` is not an address and port");
        Uri? collector = null;
        if (request.Collector is { } given && (collector = EventSection.Collector(given)) is null) faults.Add($"`--otlp {given}` is no address as `http://collector:4318/v1/logs`, or has a password in it");
        foreach (var file in new[] { request.TlsCertificate, request.TlsKey, request.UpstreamAuthorities })
            if (file is not null && !File.Exists(file)) faults.Add($"`{file}` does not exist");
        if (faults.Count > 0) throw new PlimsollException("guard-options", string.Join("; ", faults) + ".", "Write them as in `--listen 127.0.0.1:5433 --upstream db:5432 --profile db.yaml`.");
        return new()
        {
            Listeners = listeners,
            Upstream = upstream! with { Tls = request.UpstreamTls ? new(name[..name.LastIndexOf(':')].Trim('[', ']'), request.UpstreamAuthorities) : null },
            Tls = request.TlsCertificate is null ? null : new() { Certificates = [new(request.TlsCertificate, request.TlsKey!)] },
            RequiresTls = request.RequiresTls,
            Mode = request.Mode,
            ProfileFile = request.Profile,
            Admin = admin,
            Events = new() { Collector = collector },
            DrainTime = request.DrainTime,
        };
    }
}
