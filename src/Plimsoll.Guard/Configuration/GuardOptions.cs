using System.Net;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;

namespace Plimsoll.Guard.Configuration;

/// <summary>All that a guard is told. Immutable; a reload is another one.</summary>
internal sealed record GuardOptions
{
    public required IReadOnlyList<ListenerOptions> Listeners { get; init; }

    /// <summary>The first serves whatever Host no other one names, when it names none itself.</summary>
    public required IReadOnlyList<SiteOptions> Sites { get; init; }

    public GuardLimits Limits { get; init; } = GuardLimits.Default;
}

/// <param name="Address">Where to listen; port 0 for any.</param>
/// <param name="AllowsHttp2">Whether a client may begin with HTTP/2 without TLS (RFC 9113, section 3.3).</param>
internal sealed record ListenerOptions(IPEndPoint Address, bool AllowsHttp2 = false);

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
    public HealthOptions Health { get; init; } = new();
}

/// <param name="Name">As it was given: `127.0.0.1:8080`.</param>
internal sealed record UpstreamOptions(string Name, IPEndPoint Address);

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
