using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Egress;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Postgres;

/// <summary>PostgreSQL out of a container: each connection is a <see cref="PostgresSession"/> whose server is where the container wanted to go.</summary>
internal sealed class PostgresEgress : IEgressProtocol
{
    /// <summary>Bytes of a request to cancel: PostgreSQL 18 has keys of up to 256.</summary>
    private const int mostCancel = 12 + 256;

    private static readonly SslApplicationProtocol alpn = new("postgresql");

    private readonly StatementPolicy policy;
    private readonly EgressRecorder recorder;
    private readonly ConcurrentDictionary<(IPEndPoint, string), byte> keys = new();
    private readonly ConcurrentDictionary<UpstreamName, TlsClient> clients = new();
    private readonly ConcurrentDictionary<IPEndPoint, byte> insisting = new();

    public PostgresEgress(StatementPolicy policy, EgressRecorder recorder) => (this.policy, this.recorder) = (policy, recorder);

    /// <summary>Whom a certificate must be for, and of whom.</summary>
    private readonly record struct UpstreamName(string Name, string? Authorities, bool IsVerified);

    public string Name => EgressProtocols.Postgres;

    /// <summary>Reads the authorities of all rules, so that a guard does not begin with what fails later.</summary>
    /// <exception cref="PlimsollException">A file cannot be read.</exception>
    public static void Check(Profile profile)
    {
        foreach (var rule in profile.Egress)
            if (rule.Authorities is { } file) _ = new TlsClient(new(rule.Destination, file), alpn);
    }

    /// <summary>A start-up packet, a request for encryption, or one to cancel.</summary>
    public bool Recognises(EgressConnection connection, ReadOnlySpan<byte> first)
    {
        if (first.Length < 8 || insisting.ContainsKey(connection.To)) return false;
        var (length, code) = (Wire.Number(first), Wire.Number(first[4..]));
        return code switch
        {
            Wire.TlsRequest or Wire.GssRequest => length == 8,
            Wire.CancelRequest => length is > 12 and <= mostCancel,
            _ => code >> 16 == 3 && length is > 8 and <= Wire.StartupBytes,
        };
    }

    public async ValueTask<EgressReason> ServeAsync(EgressConnection connection)
    {
        var host = new Host(this, connection);
        await new PostgresSession(host, new CountedTransport(connection.Client, connection.CountSentAsync, connection.CountReceivedAsync)).ServeAsync();
        if (host.IsUnreachable) return EgressReason.Unreachable;
        if (!OnlyAskedForEncryption(connection)) return EgressReason.None;
        // Where nothing is enforced the next connection there passes as it is, and is reported as `tcp`.
        if (connection.Rule is null) insisting.TryAdd(connection.To, 0);
        recorder.Record(new(recorder.Now, Decision.Refuse, EgressReason.None, Name, connection.Name, connection.To)
        {
            Verdict = new(Reason.SessionRefused, Part.Startup),
            Detail = "the client insists on TLS, which the guard would not see through: let it connect with sslmode=prefer, and say `tls` in the profile",
        });
        return EgressReason.None;
    }

    /// <summary>It was told `N`, once or for each of both kinds, and went away.</summary>
    private static bool OnlyAskedForEncryption(EgressConnection connection) => connection.Received is 1 or 2 && connection.Sent == 8 * connection.Received;

    /// <summary>One connection's surroundings.</summary>
    private sealed class Host(PostgresEgress egress, EgressConnection connection) : IPostgresHost
    {
        public PostgresOptions Options { get; } = new()
        {
            Listeners = [],
            Upstream = new(connection.Name ?? connection.To.ToString(), connection.To) { Tls = connection.Rule is { Tls: EgressTls.Verify } rule ? new(ServerName(connection), rule.Authorities) : null },
            Mode = egress.policy.Mode,
        };

        public StatementPolicy Policy => egress.policy;

        /// <summary>None: from the client to here nothing leaves the container's own network namespace.</summary>
        public TlsServer? Tls => null;

        public bool IsUnreachable { get; private set; }

        public async Task<Transport?> ConnectAsync()
        {
            var server = await connection.ConnectAsync();
            var tls = connection.Rule?.Tls ?? EgressTls.Prefer;
            if (server is null || tls == EgressTls.None) return server;
            try
            {
                return await ServerTls.BeginAsync(server, egress.ClientOf(connection, tls), isNeeded: tls == EgressTls.Verify, Options.Limits);
            }
            catch (PlimsollException)
            {
                return null; // The authorities were there at the start, and are not any more.
            }
        }

        public void Forget(Transport transport) => transport.Dispose();

        public void Remember(byte[] key) => egress.keys.TryAdd((connection.To, Convert.ToHexString(key)), 0);

        public void Forget(byte[] key) => egress.keys.TryRemove((connection.To, Convert.ToHexString(key)), out _);

        public Task CancelAsync(byte[] packet) => egress.keys.ContainsKey((connection.To, Convert.ToHexString(packet.AsSpan(8)))) ? ServerTls.CancelAsync(this, packet) : Task.CompletedTask;

        public void Record(Verdict verdict, Decision decision, Transport client, StatementFields fields)
        {
            if (verdict.Reason == Reason.UpstreamUnreachable) IsUnreachable = true; // Told of the connection.
            else egress.recorder.Record(new(egress.recorder.Now, decision, EgressReason.None, egress.Name, connection.Name, connection.To) { Verdict = verdict, Statement = fields });
        }
    }

    /// <summary>What the certificate must be for.</summary>
    private static string ServerName(EgressConnection connection) => connection.Name ?? connection.To.Address.ToString();

    private TlsClient ClientOf(EgressConnection connection, EgressTls tls)
    {
        var name = new UpstreamName(ServerName(connection), connection.Rule?.Authorities, tls == EgressTls.Verify);
        return clients.GetOrAdd(name, static one => new(new(one.Name, one.Authorities), alpn, one.IsVerified));
    }
}
