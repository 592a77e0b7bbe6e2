using System.Net;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.Configuration;

/// <summary>All that a guard is told. Immutable; a reload is another one.</summary>
internal sealed record GuardOptions
{
    public required IReadOnlyList<ListenerOptions> Listeners { get; init; }

    /// <summary>The first serves whatever Host no other one names, when it names none itself.</summary>
    public required IReadOnlyList<SiteOptions> Sites { get; init; }

    public GuardLimits Limits { get; init; } = GuardLimits.Default;
    public EventOptions Events { get; init; } = new();

    /// <summary>Where metrics, health and readiness are asked for; null for nowhere.</summary>
    public IPEndPoint? Admin { get; init; }

    /// <summary>How long requests that run may take when the guard is told to end.</summary>
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(30);
}

/// <param name="Address">Where to listen; port 0 for any.</param>
internal sealed record ListenerOptions(IPEndPoint Address)
{
    /// <summary>Null for connections that are not encrypted.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Whether a client may begin with HTTP/2 where there is no TLS (RFC 9113, section 3.3).</summary>
    public bool AllowsHttp2 { get; init; }

    /// <summary>Whether every connection begins with a PROXY header, version 1 or 2. Only for listeners that nobody but the proxy reaches.</summary>
    public bool ExpectsProxyHeader { get; init; }

    /// <summary>Proxies whose X-Forwarded-For is believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];
}

internal sealed record TlsOptions
{
    /// <summary>PEM files. The first serves clients that name no host, or one that no certificate has.</summary>
    public required IReadOnlyList<CertificateFiles> Certificates { get; init; }

    public TlsProfile Profile { get; init; } = TlsProfile.Intermediate;

    /// <summary>Certificates of clients of sites that say nothing else; null asks for none.</summary>
    public ClientTrust? Trust { get; init; }

    /// <summary>By the hosts of sites, what of these holds for each; no hosts for all others. Empty when no site says anything.</summary>
    public IReadOnlyList<(IReadOnlyList<string> Hosts, ClientTrust? Trust)> SiteTrusts { get; init; } = [];

    /// <summary>Whether a site tells its application the alternative names of certificates, which are then read of each.</summary>
    public bool TellsNames { get; init; }

    /// <summary>All that clients may have to show.</summary>
    public IEnumerable<ClientTrust> Trusts => SiteTrusts.Select(site => site.Trust).Append(Trust).OfType<ClientTrust>().Distinct();

    /// <summary>Every file that is read.</summary>
    public IEnumerable<string> Files =>
        Certificates.SelectMany(files => (string[])[files.Chain, files.Key]).Concat(Trusts.Select(trust => trust.Authorities)).Concat(Trusts.Select(trust => trust.Revocations).OfType<string>()).Distinct(StringComparer.Ordinal);
}

/// <summary>Which certificates of clients are taken.</summary>
/// <param name="Authorities">PEM file.</param>
/// <param name="IsRequired">Whether a client must have one; otherwise one that is shown must be theirs.</param>
/// <param name="Revocations">File of the lists of certificates that the authorities have taken back; null when none is looked up.</param>
internal sealed record ClientTrust(string Authorities, bool IsRequired = true, string? Revocations = null);

/// <param name="Chain">The certificate, then those between it and the root.</param>
internal sealed record CertificateFiles(string Chain, string Key);

/// <summary>Mozilla's recommendations for servers, version 5.7.</summary>
internal enum TlsProfile : byte
{
    Intermediate,
    Modern,
}

/// <summary>An application behind the guard.</summary>
internal sealed record SiteOptions
{
    /// <summary>How events and metrics name it.</summary>
    public required string Name { get; init; }

    /// <summary>Lower-case host names without port that it answers to; none for all.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    public required IReadOnlyList<UpstreamOptions> Upstreams { get; init; }
    public Balance Balance { get; init; } = Balance.RoundRobin;
    public Mode Mode { get; init; } = Mode.Enforce;
    public FailMode FailMode { get; init; } = FailMode.Closed;
    public AmbiguityOptions Ambiguities { get; init; } = new();

    /// <summary>Certificates of its clients; null for what the listener says.</summary>
    public ClientTrust? Trust { get; init; }

    /// <summary>Field in which the application is told the subject of the client's certificate; null for none.</summary>
    public string? SubjectField { get; init; }

    /// <summary>Field in which it is told the alternative names of that certificate; null for none.</summary>
    public string? NamesField { get; init; }
    public HealthOptions Health { get; init; } = new();

    /// <summary>Rules in SecLang; null for none.</summary>
    public RuleProgram? Rules { get; init; }

    /// <summary>Types of content that its answers have, `text/html` or `image/*`; none for any.</summary>
    public IReadOnlyList<string> AnswerTypes { get; init; } = [];

    public AnswerBodyOptions AnswerBodies { get; init; } = new();

    /// <summary>All that apply to a request must let it pass. At most 32.</summary>
    public IReadOnlyList<LoadOptions> Loads { get; init; } = [];
}

/// <summary>What of an answer's body is held until rules have seen it.</summary>
internal sealed record AnswerBodyOptions
{
    /// <summary>As <see cref="SiteOptions.AnswerTypes"/>. What browsers show and programs parse.</summary>
    public IReadOnlyList<string> Types { get; init; } = ["text/html", "text/plain", "text/xml", "application/json", "application/xml"];

    /// <summary>Of one answer, and as many of what a compressed one says. ModSecurity's SecResponseBodyLimit.</summary>
    public int Bytes { get; init; } = 512 << 10;

    /// <summary>Milliseconds from its head. A page comes at once or not at all; a stream would be held for as long.</summary>
    public int Time { get; init; } = 2_000;

    /// <summary>Whether what was not read to its end follows the site's fail mode; otherwise it passes, and is told of.</summary>
    public bool FailsUnread { get; init; }
}

/// <summary>What one client may ask of a part of a site.</summary>
/// <param name="Path">Beginning of the path, however that is written; `/` for all.</param>
/// <param name="PerSecond">Requests; 0 for any number.</param>
/// <param name="Burst">Requests that may come at once after a pause.</param>
/// <param name="AtOnce">Requests that run; 0 for any number.</param>
internal sealed record LoadOptions(string Path, double PerSecond, int Burst, int AtOnce);

/// <param name="Name">Host and port as they were given: `127.0.0.1:8080`.</param>
/// <param name="Address">Where it was found at the start.</param>
/// <param name="IsHttp2">Whether it is spoken to in HTTP/2 without TLS, with prior knowledge.</param>
internal sealed record UpstreamOptions(string Name, IPEndPoint Address, bool IsHttp2 = false)
{
    /// <summary>The name that is looked up again; null for an address.</summary>
    public string? Host { get; init; }

    /// <summary>Null for connections that are not encrypted.</summary>
    public UpstreamTls? Tls { get; init; }
}

/// <param name="ServerName">What the upstream is asked for (SNI), and what its certificate must be for.</param>
/// <param name="Authorities">PEM file of authorities; null for those of the system.</param>
internal sealed record UpstreamTls(string ServerName, string? Authorities);

internal enum Balance : byte
{
    RoundRobin,
    LeastConnections,
}

/// <summary>When an upstream counts as down.</summary>
internal sealed record HealthOptions
{
    /// <summary>Failures one after the other. nginx's max_fails is 1.</summary>
    public int Failures { get; init; } = 3;

    /// <summary>Milliseconds without a request after that. nginx's fail_timeout.</summary>
    public int Pause { get; init; } = 10_000;

    /// <summary>Target that is asked for regularly; null for none. Any status below 400 is healthy.</summary>
    public string? Probe { get; init; }

    /// <summary>Milliseconds between two probes.</summary>
    public int ProbeEvery { get; init; } = 5_000;
}
