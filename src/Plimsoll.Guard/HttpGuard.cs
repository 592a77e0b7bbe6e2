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

    /// <summary>`app:8080`, `127.0.0.1:8080`.</summary>
    public IReadOnlyList<string> Upstreams { get; init; } = [];

    public Mode Mode { get; init; } = Mode.Enforce;

    /// <summary>Clients may begin with HTTP/2 without TLS.</summary>
    public bool AllowsHttp2 { get; init; }

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
            started($"guarding http://{endpoint} for {string.Join(", ", options.Sites[0].Upstreams.Select(upstream => upstream.Name))}, mode {(request.Mode == Mode.Detect ? "detect" : "enforce")}");
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
