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

    /// <summary>As IANA has registered it; PostgreSQL 17 and its clients insist on it.</summary>
    public static readonly SslApplicationProtocol Alpn = new("postgresql");

    private readonly StatementPolicy policy;
    private readonly EgressRecorder recorder;
    private readonly GuardAuthority authority;
    private readonly ConcurrentDictionary<(IPEndPoint, string), byte> keys = new();
    private readonly ConcurrentDictionary<UpstreamName, TlsClient> clients = new();
    private readonly ConcurrentDictionary<IPEndPoint, byte> insisting = new();
    private readonly ConcurrentDictionary<IPEndPoint, byte> unread = new();

    /// <param name="authority">For clients that insist on TLS.</param>
    public PostgresEgress(StatementPolicy policy, EgressRecorder recorder, GuardAuthority authority) => (this.policy, this.recorder, this.authority) = (policy, recorder, authority);

    /// <summary>Whom a certificate must be for, and of whom.</summary>
    private readonly record struct UpstreamName(string Name, string? Authorities, bool IsVerified);

    public string Name => EgressProtocols.Postgres;

    /// <summary>Reads the authorities of all rules, so that a guard does not begin with what fails later.</summary>
    /// <exception cref="PlimsollException">A file cannot be read.</exception>
    public static void Check(Profile profile)
    {
        foreach (var rule in profile.Egress)
            if (rule.Authorities is { } file) _ = new TlsClient(new(rule.Destination, file), Alpn);
    }

    /// <summary>A start-up packet, a request for encryption, or one to cancel.</summary>
    public bool Recognises(EgressConnection connection, ReadOnlySpan<byte> first)
    {
        if (first.Length < 8 || unread.ContainsKey(connection.To)) return false;
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
        if (host.Tls is null && OnlyAskedForEncryption(connection)) Insisted(connection);
        return EgressReason.None;
    }

    /// <summary>A client went away because it was given no TLS. Where nothing is enforced the next one there is given it.</summary>
    private void Insisted(EgressConnection connection)
    {
        if (policy.Mode != PolicyMode.Enforce) insisting.TryAdd(connection.To, 0);
        var rule = connection.Rule ?? EgressPolicy.Allowing(connection.To, connection.Name, Name);
        recorder.Record(new(recorder.Now, Decision.Refuse, EgressReason.None, Name, connection.Name, connection.To)
        {
            Verdict = new(Reason.SessionRefused, Part.Startup),
            Exception = rule is null ? null : rule with { OffersTls = true, Ports = [new(connection.To.Port, connection.To.Port)] },
            Detail = policy.Mode == PolicyMode.Enforce ? "the client insists on TLS: write `offer-tls: true` into the profile's entry, or let it connect with sslmode=prefer" : "the client insists on TLS: the guard gives it to the next one",
        });
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

        /// <summary>Only for who insists: from the client to here nothing leaves the container's own network namespace.</summary>
        public TlsServer? Tls { get; } = connection.Rule?.OffersTls == true || egress.insisting.ContainsKey(connection.To) ? egress.authority.For(ServerName(connection)) : null;

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
            if (verdict.Reason == Reason.UpstreamUnreachable)
            {
                IsUnreachable = true; // Told of the connection.
                return;
            }
            var isUntrusting = verdict.Reason == Reason.TlsFailed;
            // Where nothing is enforced, an entry that nobody wrote must not break it: the next connection there passes as it is, and is reported as `tcp`.
            if (isUntrusting && connection.Rule is null) egress.unread.TryAdd(connection.To, 0);
            egress.recorder.Record(new(egress.recorder.Now, decision, EgressReason.None, egress.Name, connection.Name, connection.To)
            {
                Verdict = verdict,
                Statement = fields,
                Detail = isUntrusting ? $"the client does not trust the guard: let it take {GuardAuthority.InContainer} for its authority, or not verify (sslmode=require)" : null,
            });
        }
    }

    /// <summary>What the certificate must be for.</summary>
    private static string ServerName(EgressConnection connection) => connection.Name ?? connection.To.Address.ToString();

    private TlsClient ClientOf(EgressConnection connection, EgressTls tls)
    {
        var name = new UpstreamName(ServerName(connection), connection.Rule?.Authorities, tls == EgressTls.Verify);
        return clients.GetOrAdd(name, static one => new(new(one.Name, one.Authorities), Alpn, one.IsVerified));
    }
}
