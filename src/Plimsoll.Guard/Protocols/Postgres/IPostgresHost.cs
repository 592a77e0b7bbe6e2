using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Postgres;

/// <summary>What a session has around it: by which policy it is judged, where its server is, and who is told.</summary>
internal interface IPostgresHost
{
    PostgresOptions Options { get; }

    StatementPolicy Policy { get; }

    /// <summary>For clients that ask for TLS; null answers them no.</summary>
    TlsServer? Tls { get; }

    /// <summary>A connection to the server, encrypted where it must be; null when there is none.</summary>
    Task<Transport?> ConnectAsync();

    /// <summary>A connection of <see cref="ConnectAsync"/> is over.</summary>
    void Forget(Transport transport);

    /// <summary>The key by which a session that is open may be cancelled.</summary>
    void Remember(byte[] key);

    void Forget(byte[] key);

    /// <summary>Passes a request to cancel on when it is for a session of this guard.</summary>
    Task CancelAsync(byte[] packet);

    void Record(Verdict verdict, Decision decision, Transport client, StatementFields fields);
}
