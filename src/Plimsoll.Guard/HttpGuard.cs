using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard;

/// <summary>What `plimsoll guard http` was told, as it was typed.</summary>
public sealed record HttpGuardRequest
{
    /// <summary>`:8080`, `127.0.0.1:8080`, `[::1]:8080`.</summary>
    public IReadOnlyList<string> Listen { get; init; } = [];

    /// <summary>`app:8080`, `127.0.0.1:8080`, `https://app`.</summary>
    public IReadOnlyList<string> Upstreams { get; init; } = [];

    /// <summary>PEM file of authorities for upstreams with TLS; null for those of the system.</summary>
    public string? UpstreamAuthorities { get; init; }

    public Mode Mode { get; init; } = Mode.Enforce;

    /// <summary>Whether what could not be inspected is forwarded.</summary>
    public bool FailsOpen { get; init; }

    /// <summary>PEM files, as many of one as of the other; none for plain HTTP.</summary>
    public IReadOnlyList<string> TlsCertificates { get; init; } = [];
    public IReadOnlyList<string> TlsKeys { get; init; } = [];

    /// <summary>PEM file of authorities whose certificates clients must have.</summary>
    public string? ClientAuthorities { get; init; }

    /// <summary>Only TLS 1.3.</summary>
    public bool IsModernTls { get; init; }

    /// <summary>Every connection begins with a PROXY header.</summary>
    public bool ExpectsProxyHeader { get; init; }

    /// <summary>`10.0.0.0/8`: whose X-Forwarded-For is believed.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>Requests a second of one client, twice as many at once after a pause; 0 for any number.</summary>
    public int Rate { get; init; }

    /// <summary>Requests of one client that run; 0 for any number.</summary>
    public int AtOnce { get; init; }

    /// <summary>Bytes of a request's body; null for the default.</summary>
    public long? BodyBytes { get; init; }

    /// <summary>Target that every upstream is asked for regularly; null to judge them by their answers alone.</summary>
    public string? HealthTarget { get; init; }

    /// <summary>Whether the upstream with the fewest requests gets the next, instead of each in turn.</summary>
    public bool IsLeastConnections { get; init; }

    /// <summary>Record forwarded requests too.</summary>
    public bool RecordsAll { get; init; }

    /// <summary>How long requests that run may take when the guard is told to end.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>A gateway from its start to the end of its last request.</summary>
public static class HttpGuard
{
    /// <param name="events">Where events go, as lines of JSON.</param>
    /// <param name="started">Told once it listens, one sentence for each address.</param>
    /// <param name="stop">Begins the drain.</param>
    /// <returns>Whether every request was completed.</returns>
    /// <exception cref="PlimsollException">The request cannot be done.</exception>
    public static async Task<bool> RunAsync(HttpGuardRequest request, Stream events, Action<string> started, CancellationToken stop)
    {
        SocketEngine.RunCompletionsInline();
        var options = OptionsReader.Read(request);
        using var sink = new JsonLines(events, request.RecordsAll);
        using var gateway = new Gateway(options, [], sink, TimeProvider.System);
        gateway.Start();
        foreach (var endpoint in gateway.Endpoints)
            started($"guarding {(options.Listeners[0].Tls is null ? "http" : "https")}://{endpoint} for {string.Join(", ", options.Sites[0].Upstreams.Select(upstream => upstream.Name))}, mode {(request.Mode == Mode.Detect ? "detect" : "enforce")}");
        try
        {
            await Task.Delay(Timeout.Infinite, stop);
        }
        catch (OperationCanceledException)
        {
            // Told to end.
        }
        return await gateway.DrainAsync(request.DrainTime);
    }
}
