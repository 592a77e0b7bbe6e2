using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Operation;
using Plimsoll.Guard.SecLang;
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

    /// <summary>Whether a client may show none.</summary>
    public bool IsClientCertificateOptional { get; init; }

    /// <summary>Field in which the application is told the subject of the client's certificate; null for none.</summary>
    public string? SubjectField { get; init; }

    /// <summary>Field in which it is told the alternative names of that certificate; null for none.</summary>
    public string? NamesField { get; init; }

    /// <summary>File of the lists of certificates that the authorities have taken back; null when none is looked up.</summary>
    public string? Revocations { get; init; }

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

    /// <summary>Names of ambiguities that pass although they would be refused.</summary>
    public IReadOnlyList<string> AllowedAmbiguities { get; init; } = [];

    /// <summary>Names of ambiguities that are refused although they would pass.</summary>
    public IReadOnlyList<string> RefusedAmbiguities { get; init; } = [];

    /// <summary>Whether what cannot be read to its end is refused.</summary>
    public bool RefusesUnread { get; init; }

    /// <summary>Files and folders of rules in SecLang.</summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>Paranoia level of the Core Rule Set, 1 to 4; null for what the rules say themselves.</summary>
    public int? Paranoia { get; init; }

    /// <summary>What judges injections; null for the default, structural.</summary>
    public Detection? Detection { get; init; }

    /// <summary>Target that every upstream is asked for regularly; null to judge them by their answers alone.</summary>
    public string? HealthTarget { get; init; }

    /// <summary>Whether the upstream with the fewest requests gets the next, instead of each in turn.</summary>
    public bool IsLeastConnections { get; init; }

    /// <summary>Clients may begin with HTTP/2 without TLS.</summary>
    public bool AllowsHttp2 { get; init; }

    /// <summary>A file that has all of it in place of the options; null for none.</summary>
    public string? ConfigFile { get; init; }

    /// <summary>`127.0.0.1:9901`: where metrics, health and readiness are asked for; null for nowhere.</summary>
    public string? Admin { get; init; }

    /// <summary>Record forwarded requests too.</summary>
    public bool RecordsAll { get; init; }

    /// <summary>How long requests that run may take when the guard is told to end.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>A gateway from its start to the end of its last request.</summary>
public static class HttpGuard
{
    /// <param name="events">Where events go, as lines of JSON.</param>
    /// <param name="started">Told once it listens, one sentence for each address, and before it while reading takes long.</param>
    /// <param name="stop">Begins the drain.</param>
    /// <returns>Whether every request was completed.</returns>
    /// <exception cref="PlimsollException">The request cannot be done.</exception>
    public static async Task<bool> RunAsync(HttpGuardRequest request, Stream events, Action<string> started, CancellationToken stop)
    {
        SocketEngine.RunCompletionsInline();
        var options = Options(request, started);
        using var operations = new Operations(options, [], events, TimeProvider.System);
        var gateway = operations.Gateway;
        foreach (var (endpoint, listener) in gateway.Endpoints.Zip(options.Listeners))
            started($"guarding {(listener.Tls is null ? "http" : "https")}://{endpoint} for {Describe(options.Sites)}");
        foreach (var late in RevocationLists.Late(gateway.Revocations, gateway.Clock.GetUtcNow())) started(late);
        if (operations.AdminAddress is { } admin) started($"metrics are at http://{admin}/metrics");
        using (request.ConfigFile is { } file ? new Reloader(file, operations, started) : null)
        {
            try
            {
                await Task.Delay(Timeout.Infinite, stop);
            }
            catch (OperationCanceledException)
            {
                // Told to end.
            }
        }
        return await gateway.DrainAsync(gateway.Running.Options.DrainTime);
    }

    /// <summary>Reads a configuration file as a start would.</summary>
    /// <returns>What is in it, a sentence, and one for each list of revoked certificates that is out of date.</returns>
    /// <exception cref="PlimsollException">With every fault.</exception>
    public static string Check(string file, DateTimeOffset now)
    {
        var options = Options(new() { ConfigFile = file }, static _ => { });
        var found = $"{file} is right: {Count(options.Listeners.Count, "listener")}, {Count(options.Sites.Count, "site")}, {Count(options.Sites.Sum(site => site.Upstreams.Count), "upstream")}";
        return string.Join('\n', RevocationLists.Late(RevocationLists.All(options), now).Prepend(found));
    }

    private static string Count(int count, string what) => $"{count} {what}{(count == 1 ? "" : "s")}";

    /// <summary>A guard with options has one site; of a file's many sites the first tell enough.</summary>
    private static string Describe(IReadOnlyList<SiteOptions> sites)
    {
        const int most = 3;
        if (sites.Count == 1) return Describe(sites[0]);
        return string.Join(", ", sites.Take(most).Select(site => $"{site.Name} ({Describe(site)})")) + (sites.Count > most ? $" and {sites.Count - most} more sites" : "");
    }

    private static string Describe(SiteOptions site) => $"{string.Join(", ", site.Upstreams.Select(upstream => upstream.Name))}, mode {(site.Mode == Mode.Detect ? "detect" : "enforce")}";

    private static GuardOptions Options(HttpGuardRequest request, Action<string> say)
    {
        var seconds = 0;
        using var progress = new Timer(_ => say($"the configuration and its rules are still being read, for {Interlocked.Increment(ref seconds)} s"), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        if (request.ConfigFile is not { } file) return OptionsReader.Read(request);
        try
        {
            return ConfigFile.Read(file);
        }
        catch (ConfigException thrown)
        {
            throw thrown.ToPlimsoll();
        }
    }
}
