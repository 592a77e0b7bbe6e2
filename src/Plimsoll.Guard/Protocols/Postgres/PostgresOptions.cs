using System.Net;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Profiles.Statements;

namespace Plimsoll.Guard.Protocols.Postgres;

/// <summary>A guard of one PostgreSQL server.</summary>
internal sealed record PostgresOptions
{
    public required IReadOnlyList<IPEndPoint> Listeners { get; init; }
    public required UpstreamOptions Upstream { get; init; }

    /// <summary>Certificates for clients that ask for TLS; null answers them no.</summary>
    public TlsOptions? Tls { get; init; }

    /// <summary>Clients without TLS are refused.</summary>
    public bool RequiresTls { get; init; }

    public PolicyMode Mode { get; init; } = PolicyMode.Enforce;

    /// <summary>The profile; null for none, with which only what is known to be bad is judged, in any mode.</summary>
    public string? ProfileFile { get; init; }

    public EventOptions Events { get; init; } = new();

    /// <summary>Where metrics, health and readiness are asked for; null for nowhere.</summary>
    public IPEndPoint? Admin { get; init; }

    public GuardLimits Limits { get; init; } = GuardLimits.Default;
    public TimeSpan DrainTime { get; init; } = TimeSpan.FromSeconds(30);
}
