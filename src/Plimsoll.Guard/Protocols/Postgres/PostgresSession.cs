using System.Buffers.Binary;
using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Postgres;

/// <summary>
/// One connection of a client from its first byte to its last, in numbered stages. Whatever is wrong is a <see cref="Verdict"/>,
/// never an exception, and every verdict is recorded.
/// </summary>
internal sealed class PostgresSession
{
    /// <summary>A client may read a large answer as slowly as it wants, and leave a session open for days: the server has its own limits for that.</summary>
    private const int noLimit = int.MaxValue;

    private static readonly Identity nobody = new("", "", "");
    private readonly IPostgresHost gateway;
    private readonly Transport accepted;
    private readonly GuardLimits limits;
    private Transport client; // The socket, or TLS over it.
    private InputBuffer input;
    private Transport? upstream;
    private SessionState? state;
    private byte[]? key;

    public PostgresSession(IPostgresHost gateway, Transport accepted)
    {
        (this.gateway, this.accepted, limits, client) = (gateway, accepted, gateway.Options.Limits, accepted);
        input = new(accepted, limits.PieceBytes);
    }

    /// <summary>Whether it could be ended without breaking off what runs.</summary>
    public bool IsIdle => state is null || (state.Pending.IsEmpty && state.IsTransactionIdle);

    public async Task ServeAsync()
    {
        accepted.ReadBy = Environment.TickCount64 + limits.HandshakeTime;
        // 1. Accept: TLS where it is asked for, and the start-up packet.
        if (await AcceptAsync() is { } packet)
        {
            accepted.ReadBy = long.MaxValue;
            if (BinaryPrimitives.ReadInt32BigEndian(packet.AsSpan(4)) == Wire.CancelRequest) await gateway.CancelAsync(packet);
            // 2. Start: who it is, and whether such a session is carried; 3. connect to the server.
            else if (await StartAsync(packet) is { } server)
            {
                // 4. Decode, 5. judge and 6. forward each message, both ways at once.
                var asking = AskAsync(server);
                await AnswerAsync(server);
                await asking;
            }
        }
        await client.ShutdownWriteAsync();
        if (key is not null) gateway.Forget(key);
        if (upstream is not null) gateway.Forget(upstream);
        client.Dispose();
    }

    public void Abort()
    {
        accepted.Abort();
        upstream?.Abort();
    }

    /// <summary>The start-up packet or a request to cancel, whole; null when the connection is over.</summary>
    private async Task<byte[]?> AcceptAsync()
    {
        var asked = false;
        while (true)
        {
            while (input.Unread.Length < 1)
                if (await input.FillAsync(limits.PieceBytes) <= 0) return null;
            if (!client.IsTls && !asked && input.Unread[0] == 0x16) // TLS without asking (PostgreSQL 17).
            {
                if (gateway.Tls is null || !await EncryptAsync()) return Refused(Reason.TlsFailed);
                continue;
            }
            while (input.Unread.Length < 8)
                if (await input.FillAsync(limits.PieceBytes) <= 0) return null;
            var length = Wire.Number(input.Unread);
            var code = Wire.Number(input.Unread[4..]);
            if (length is < 8 or > Wire.StartupBytes) return Refused(Reason.MessageOutOfPlace);
            while (input.Unread.Length < length)
                if (await input.FillAsync(Wire.StartupBytes) <= 0) return null;
            if (code is Wire.TlsRequest or Wire.GssRequest && length == 8)
            {
                if (asked && code == Wire.TlsRequest) return Refused(Reason.MessageOutOfPlace);
                input.Consume(length);
                // What stands behind the request would be taken for encrypted and is not (CVE-2021-23214).
                if (!input.IsEmpty) return Refused(Reason.MessageOutOfPlace);
                var isTls = code == Wire.TlsRequest && gateway.Tls is not null && !client.IsTls;
                asked |= code == Wire.TlsRequest;
                if (!await client.WriteAsync(isTls ? "S"u8.ToArray() : "N"u8.ToArray())) return null;
                if (isTls && !await EncryptAsync()) return Refused(Reason.TlsFailed);
                continue;
            }
            var packet = input.Unread[..length].ToArray();
            input.Consume(length);
            return packet;
        }
    }

    private byte[]? Refused(Reason reason)
    {
        gateway.Record(new(reason, Part.Startup), Decision.Refuse, accepted, new(nobody, null));
        return null;
    }

    private async Task<bool> EncryptAsync()
    {
        if (await gateway.Tls!.AcceptAsync(input) is not ({ } encrypted, _)) return false;
        client = encrypted;
        input = new(encrypted, limits.PieceBytes);
        return true;
    }

    /// <summary>A connection to the server that has been given the start-up packet; null when the session is refused or there is none.</summary>
    private async Task<InputBuffer?> StartAsync(byte[] packet)
    {
        if (Startup.Read(packet, out var refusal) is not { } startup)
            return await EndAsync(new(Reason.SessionRefused, Part.Startup), nobody, Wire.Error("FATAL", Refusals.NotSupported, $"plimsoll: {refusal}"));
        if (gateway.Options.RequiresTls && !client.IsTls)
            return await EndAsync(new(Reason.SessionRefused, Part.Startup), startup.Identity, Wire.Error("FATAL", "28000", "plimsoll: the connection must be encrypted", "", "Connect with sslmode=require."));
        if (gateway.Policy.For(startup.Identity) is not { } policy)
            return await EndAsync(new(Reason.TooManyConnections, Part.Startup), startup.Identity, Wire.Error("FATAL", Refusals.TooMany, "plimsoll: more different identities than the guard remembers"));
        var session = new SessionState(policy: gateway.Policy, policy, (verdict, decision, fields) => gateway.Record(verdict, decision, accepted, fields));
        foreach (var (name, value) in startup.Settings)
        {
            if (session.Judge(Encoding.UTF8.GetBytes($"set {Name(name)} to '{value.Replace("'", "''", StringComparison.Ordinal)}'"), runs: false, out var verdict, out var shape) != Decision.Refuse) continue;
            return await EndAsync(default, startup.Identity, Refusals.Of(verdict, startup.Identity, shape, "FATAL"));
        }
        if (await gateway.ConnectAsync() is not { } server)
            return await EndAsync(new(Reason.UpstreamUnreachable, Part.Response), startup.Identity, Wire.Error("FATAL", Refusals.CannotConnect, $"plimsoll: the server {gateway.Options.Upstream.Name} cannot be reached{(gateway.Options.Upstream.Tls is not null ? ", has no TLS, or a certificate that is not trusted" : "")}"));
        upstream = server;
        session.IsUpstreamTls = server.IsTls;
        if (!await server.WriteAsync(packet)) return null;
        Volatile.Write(ref state, session);
        session.Counters.Begins();
        return new(server, limits.PieceBytes);
    }

    /// <summary>The name of a setting as a statement has it: parts with points between.</summary>
    private static string Name(string setting) => string.Join('.', setting.Split('.').Select(part => Sql.Settings.IsPlain(Encoding.UTF8.GetBytes(part), 63) && part.Length > 0 && !part.Contains('-', StringComparison.Ordinal) && !char.IsAsciiDigit(part[0]) ? part : $"\"{part.Replace("\"", "\"\"", StringComparison.Ordinal)}\""));

    private async Task<InputBuffer?> EndAsync(Verdict verdict, Identity identity, byte[] lastWord)
    {
        if (!verdict.Passes) gateway.Record(verdict, Decision.Refuse, accepted, new(identity, null));
        await client.WriteAsync(lastWord);
        return null;
    }

    private async Task AskAsync(InputBuffer server)
    {
        var side = new ClientSide(state!);
        var to = new OutputBuffer(server.Transport, noLimit);
        while (true)
        {
            var taken = side.Take(input.Unread, to);
            input.Consume(taken);
            if (!await to.FlushAsync()) break;
            if (!side.Failure.Passes)
            {
                await FailAsync(side.Failure);
                break;
            }
            while (state!.Pending.Count > Pending.Most) await Task.Delay(1); // The server is behind.
            if (await input.FillAsync(side.Wants) <= 0) break;
        }
        input.Clear();
        to.Clear();
        await server.Transport.ShutdownWriteAsync();
        server.Transport.ReadBy = Environment.TickCount64 + limits.LingerTime; // The server ends soon.
    }

    private async Task FailAsync(Verdict failure)
    {
        gateway.Record(failure, Decision.Refuse, accepted, new(state!.Identity, null));
        var isBound = failure.Reason == Reason.ChannelBinding;
        // The server's side writes too: only before there is anything to be written by it may this side speak.
        if (isBound) await client.WriteAsync(Wire.Error("FATAL", Refusals.NotSupported, "plimsoll: channel binding would be to the guard's certificate, not the server's", "", "Connect with channel_binding=disable."));
        upstream!.Abort();
    }

    private async Task AnswerAsync(InputBuffer server)
    {
        var side = new ServerSide(state!, found =>
        {
            key = found;
            gateway.Remember(found);
        });
        var to = new OutputBuffer(client, noLimit);
        while (true)
        {
            var taken = side.Take(server.Unread, to);
            server.Consume(taken);
            if (side.LastWord is { } word) to.Write(word);
            if (!await to.FlushAsync()) break;
            if (!side.Failure.Passes)
            {
                if (side.LastWord is null) gateway.Record(side.Failure, Decision.Refuse, accepted, new(state!.Identity, null));
                break;
            }
            if (await server.FillAsync(side.Wants) <= 0) break;
        }
        server.Clear();
        to.Clear();
        if (!side.Failure.Passes) upstream!.Abort();
        await client.ShutdownWriteAsync();
        client.ReadBy = Environment.TickCount64 + limits.LingerTime; // What the client sends now goes nowhere.
        upstream!.ShutdownRead();
    }
}
