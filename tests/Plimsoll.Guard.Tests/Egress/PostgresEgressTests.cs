using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Egress;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Protocols.Postgres;
using Plimsoll.Guard.Tests.Postgres;
using Plimsoll.Guard.Tests.Running;
using Plimsoll.Guard.Transports;
using static Plimsoll.Guard.Tests.Postgres.PgClient;

namespace Plimsoll.Guard.Tests.Egress;

/// <summary>Connections out of a container to a real PostgreSQL, judged by their statements.</summary>
public sealed class PostgresEgressTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const string ofTls = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    private static readonly Identity web = new("postgres", "web", "");

    private Way To(PolicyMode mode, EgressRule? rule = null, params string[] shapes)
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        return new(server.Address, new(mode, StatementProfile.Of(shapes.Select(shape => (web, new StatementEntry(shape))))), rule);
    }

    private static EgressRule Rule(EgressTls tls, string? authorities = null) => new() { Name = "db.test", Ports = [new(1, 65_535)], Protocol = EgressProtocols.Postgres, Tls = tls, Authorities = authorities };

    [Fact]
    public async Task Statements_are_learned_by_whose_they_are_and_others_refused_with_container_and_destination()
    {
        using var learning = To(PolicyMode.Learn);
        using (var client = Connect(learning.Address, "web", "postgres", "application_name", "shop-17"))
            Assert.DoesNotContain(client.Query("select b from t where a = 1"), answer => answer.Type == 'E');
        Assert.Equal(("postgres", EgressReason.None), await learning.Ended());
        var learned = learning.Policy.WithLearned();
        Assert.Equal((new Identity("postgres", "web", "shop-#"), "select b from t where a = ?"), (learned.Postgres.Single().Identity, Assert.Single(learned.All).Entry.Text));

        using var enforcing = new Way(server.Address, new(PolicyMode.Enforce, learned), Rule(EgressTls.Prefer));
        using (var client = Connect(enforcing.Address, "web", "postgres", "application_name", "shop-18"))
        {
            Assert.DoesNotContain(client.Query("select b from t where a = 2"), answer => answer.Type == 'E');
            for (var i = 0; i < 3; i++) Assert.Equal(["42501", ""], client.Query("select * from t").Select(answer => answer.Field('C')));
            Assert.DoesNotContain(client.Query("select b from t where a = 3"), answer => answer.Type == 'E');
        }
        await enforcing.Ended();
        var events = enforcing.Events();
        // The same again is counted, not told.
        Assert.Equal(["shop refused statement-unknown postgres db.test 127.0.0.1 select * from t 1", "shop refused statement-unknown postgres db.test 127.0.0.1 select * from t 2"], events.Select(one => string.Join(' ', ((string[])["container", "decision", "reason", "protocol", "name", "address", "statement"]).Select(key => one.GetProperty(key).GetString())) + $" {(one.TryGetProperty("count", out var count) ? count.GetInt32() : 1)}"));
        Assert.Equal(server.Port, events[0].GetProperty("port").GetInt32());
        Assert.Equal(("postgres", "web", "shop-#"), (events[0].GetProperty("database").GetString(), events[0].GetProperty("user").GetString(), events[0].GetProperty("application").GetString()));
        Assert.Equal($"plimsoll guard profile accept FILE {events[0].GetProperty("shape").GetString()}", events[0].GetProperty("accept").GetString());
        Assert.Equal($"refused postgres db.test ({server.Address}): statement-unknown (select * from t)", Assert.Single(enforcing.Said));
    }

    [Fact]
    public async Task What_goes_beyond_a_limit_is_told_with_it()
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        var profile = StatementProfile.Of([(web, new("select ?") { PerMinute = 1 }), (web, new("select a from t") { Rows = 10, Bytes = 4_096 })]);
        using var way = new Way(server.Address, new(PolicyMode.Enforce, profile), Rule(EgressTls.None));
        using (var client = Connect(way.Address, "web"))
        {
            // A minute may end between two of them, and not between all.
            Assert.Contains(Enumerable.Range(0, 5).SelectMany(_ => client.Query("select 1")), answer => answer.Field('C') == "42501");
            Assert.Contains(client.Query("select a from t"), answer => answer.Field('C') == "42501");
        }
        await way.Ended();
        Assert.Equal(["statement-rate 1 a minute", "statement-result 10 rows, 4096 bytes"], way.Events().Select(one => $"{one.GetProperty("reason").GetString()} {one.GetProperty("limit").GetString()}").Distinct());
        Assert.Equal([$"refused postgres db.test ({server.Address}): statement-rate, at most 1 a minute (select ?)", $"refused postgres db.test ({server.Address}): statement-result, at most 10 rows, 4096 bytes (select a from t)"], way.Said);
    }

    [Fact]
    public async Task Bytes_of_both_sides_are_counted()
    {
        using var way = To(PolicyMode.Learn);
        using (var client = Connect(way.Address, "web")) client.Query($"select 1 -- {new string('x', 5_000)}");
        await way.Ended();
        Assert.InRange(way.Sent, 5_000, 6_000);
        Assert.InRange(way.Received, 100, 5_000);
    }

    [Theory]
    [InlineData(EgressTls.Prefer, "", "t")]
    [InlineData(EgressTls.None, "", "f")]
    [InlineData(EgressTls.Verify, "127.0.0.1", "t")]
    [InlineData(EgressTls.Verify, "db.test", "FATAL")]
    public async Task The_server_is_spoken_to_as_the_profile_says(object tls, string name, string expected)
    {
        using var way = To(PolicyMode.Enforce, Rule((EgressTls)tls, (EgressTls)tls == EgressTls.Verify ? server.Certificate : null) with { Name = name }, ofTls);
        var told = PostgresServer.Run("psql", ["-h", "127.0.0.1", "-p", $"{way.Address.Port}", "-U", "scram", "-AtX", "-d", "postgres", "-c", ofTls], new Dictionary<string, string> { ["PGPASSWORD"] = "secret", ["PGSSLMODE"] = "prefer", ["PGAPPNAME"] = "" });
        if (expected == "FATAL")
        {
            Assert.Contains("plimsoll: the server db.test cannot be reached, has no TLS, or a certificate that is not trusted", told, StringComparison.Ordinal);
            Assert.Equal(("postgres", EgressReason.Unreachable), await way.Ended());
            return;
        }
        // The identity is another one than the profile's: its error says so, in a session that TLS and SCRAM have come through.
        Assert.Contains("is not in the profile of database postgres, user scram", told, StringComparison.Ordinal);
        using var learning = To(PolicyMode.Learn, Rule((EgressTls)tls, (EgressTls)tls == EgressTls.Verify ? server.Certificate : null) with { Name = name });
        using var client = Connect(learning.Address, "web");
        Assert.Equal(expected, Encoding.ASCII.GetString(client.Query("select ssl::text::char(1) from pg_stat_ssl where pid = pg_backend_pid()").Single(answer => answer.Type == 'D').Content[^1..]));
    }

    private string Psql(Way way, string mode, string root = "/nowhere") => PostgresServer.Run("psql", ["-h", "127.0.0.1", "-p", $"{way.Address.Port}", "-U", "web", "-AtX", "-d", "postgres", "-c", ofTls], new Dictionary<string, string> { ["PGSSLMODE"] = mode, ["PGSSLROOTCERT"] = root, ["PGAPPNAME"] = "" });

    [Fact]
    public async Task A_client_that_insists_on_TLS_is_given_it_from_the_second_time_on_where_nothing_is_enforced()
    {
        using var way = To(PolicyMode.Learn);
        Assert.Contains("server does not support SSL", Psql(way, "require"), StringComparison.Ordinal);
        Assert.Equal("postgres", (await way.Ended()).Protocol);
        Assert.StartsWith("t\n", Psql(way, "require"), StringComparison.Ordinal);
        Assert.Equal("postgres", (await way.Ended()).Protocol);
        Assert.Equal(ofTls, Assert.Single(way.Policy.WithLearned().All).Entry.Text);

        // Who verifies would not be served by a profile that nobody has written: what it asks passes unread, and that is told.
        Assert.Contains("certificate verify failed", Psql(way, "verify-full", "/etc/ssl/certs/ca-certificates.crt"), StringComparison.Ordinal);
        Assert.Equal("postgres", (await way.Ended()).Protocol);
        Assert.StartsWith("t\n", Psql(way, "verify-full", server.Certificate), StringComparison.Ordinal);
        Assert.Equal("tcp", (await way.Ended()).Protocol);
        Assert.Equal(["session-refused", "tls-failed"], way.Events().Select(one => one.GetProperty("reason").GetString()));
    }

    [Theory]
    [InlineData("require")]
    [InlineData("verify-full")]
    [InlineData("prefer")]
    [InlineData("disable")]
    public async Task TLS_that_the_profile_offers_ends_at_the_guard_which_is_known_by_its_authority(string mode)
    {
        using var way = To(PolicyMode.Enforce, Rule(EgressTls.Prefer) with { Name = "127.0.0.1", OffersTls = true }, ofTls);
        Assert.StartsWith("t\n", Psql(way, mode, mode == "verify-full" ? way.Authority : "/nowhere"), StringComparison.Ordinal);
        using (var client = Connect(way.Address, "web")) Assert.Equal(["42501", ""], client.Query("select * from t").Select(answer => answer.Field('C')));
        Assert.Equal("postgres", (await way.Ended()).Protocol);
    }

    [Fact]
    public async Task A_client_that_insists_on_TLS_is_refused_where_the_profile_does_not_offer_it_and_told_what_would()
    {
        using var way = To(PolicyMode.Enforce, Rule(EgressTls.Prefer), ofTls);
        for (var i = 0; i < 2; i++) Assert.Contains("server does not support SSL", Psql(way, "require"), StringComparison.Ordinal);
        await way.Ended();
        await way.Ended();
        var entry = $"{{name: db.test, ports: [{server.Port}], protocol: postgres, offer-tls: true}}";
        Assert.Equal(entry, ProfileText.Entry(Assert.Single(way.Recorder.TakeUnknown()!.Value)));
        var told = way.Events()[0];
        Assert.Equal(("refused", "session-refused"), (told.GetProperty("decision").GetString(), told.GetProperty("reason").GetString()));
        Assert.Equal($"egress: [{entry}]", told.GetProperty("exception")[0].GetString());
        Assert.Contains("`offer-tls: true`", told.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_runs_is_cancelled_by_whom_it_belongs_to()
    {
        using var way = To(PolicyMode.Learn);
        using var client = Connect(way.Address, "web");
        client.Send(AQuery("select pg_sleep(3600)"));
        for (var isCancelled = false; !isCancelled; )
        {
            using (var other = Raw(way.Address)) other.Send([0, 0, 0, 16, 4, 210, 22, 46, .. client.Key]);
            isCancelled = await Task.Run(() => client.ReadUntil('Z').Any(answer => answer.Field('C') == "57014"), TestContext.Current.CancellationToken);
        }
        Assert.Equal("statement-known-bad", way.Events()[0].GetProperty("reason").GetString());
    }

    [Theory]
    [InlineData("start", "postgres")]
    [InlineData("nothing", "tcp")]
    [InlineData("half", "tcp")]
    [InlineData("http", "tcp")]
    [InlineData("tls", "tcp")]
    public async Task A_protocol_is_known_by_the_first_bytes_of_its_client(string first, string expected)
    {
        using var way = To(PolicyMode.Detect);
        using (var client = Raw(way.Address))
        {
            if (first == "start") client.Start("user", "web", "database", "postgres");
            else client.Send(first switch { "half" => [0, 0, 0], "http" => "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), "tls" => [0x16, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3], _ => [] });
            if (first == "start") Assert.Equal('R', client.Read().Type);
        }
        Assert.Equal(expected, (await way.Ended()).Protocol);
    }

    [Fact]
    public async Task Whoever_is_spoken_to_first_is_passed_as_it_is()
    {
        using var speaking = new TcpListener(IPAddress.Loopback, 0);
        speaking.Start();
        using var way = new Way((IPEndPoint)speaking.LocalEndpoint, new(PolicyMode.Learn, StatementProfile.Empty), null);
        using var client = new TcpClient();
        await client.ConnectAsync(way.Address, TestContext.Current.CancellationToken);
        using (var accepted = await speaking.AcceptTcpClientAsync(TestContext.Current.CancellationToken)) await accepted.GetStream().WriteAsync("220 hello\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(client.GetStream());
        Assert.Equal("220 hello", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
        client.Close();
        Assert.Equal("tcp", (await way.Ended()).Protocol);
    }

    [Fact]
    public void Authorities_that_cannot_be_read_are_told_before_anything_begins()
    {
        var refused = Assert.Throws<PlimsollException>(() => PostgresEgress.Check(new() { Egress = [Rule(EgressTls.Verify, "/nowhere/ca.pem")] }));
        Assert.StartsWith("The authorities in /nowhere/ca.pem cannot be read", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>Connections as a guard hands them on, without the namespace that they come out of.</summary>
    private sealed class Way : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly Deadlines deadlines = new();
        private readonly Kept kept = new();
        private readonly ConcurrentQueue<(string, EgressReason)> ends = new();
        private readonly SemaphoreSlim ended = new(0);
        private readonly EventQueue queue;
        private readonly string folder = Directory.CreateTempSubdirectory("guard-authority-").FullName;

        public Way(IPEndPoint to, StatementPolicy policy, EgressRule? rule)
        {
            SocketEngine.RunCompletionsInline();
            Policy = policy;
            queue = new("test", new JsonLine("shop"), kept);
            Recorder = new(queue, Said.Add, TimeProvider.System);
            GuardAuthority.Make(folder, TimeProvider.System);
            var protocols = new EgressProtocols(new PostgresEgress(policy, Recorder, GuardAuthority.Read(folder, PostgresEgress.Alpn)), new TcpRelay());
            listener.Start();
            _ = AcceptAsync(protocols, to, rule);
        }

        public StatementPolicy Policy { get; }
        public EgressRecorder Recorder { get; }

        /// <summary>What the container sees of the guard's authority.</summary>
        public string Authority => GuardAuthority.CertificateIn(folder);

        public List<string> Said { get; } = [];
        public long Sent { get; private set; }
        public long Received { get; private set; }
        public IPEndPoint Address => (IPEndPoint)listener.LocalEndpoint;

        private async Task AcceptAsync(EgressProtocols protocols, IPEndPoint to, EgressRule? rule)
        {
            while (true)
            {
                try
                {
                    _ = ServeAsync(new(await listener.AcceptSocketAsync()), protocols, to, rule);
                }
                catch (Exception thrown) when (thrown is SocketException or ObjectDisposedException)
                {
                    return;
                }
            }
        }

        private async Task ServeAsync(SocketTransport client, EgressProtocols protocols, IPEndPoint to, EgressRule? rule)
        {
            deadlines.Watch(client);
            using var connection = new EgressConnection(client, to, new(new()), deadlines) { Name = rule?.Name is { Length: > 0 } name ? name : null, Rule = rule };
            var protocol = rule is null ? await protocols.RecogniseAsync(connection) : protocols.Find(rule.Protocol);
            var reason = await protocol.ServeAsync(connection);
            deadlines.Forget(client);
            client.Dispose();
            (Sent, Received) = (connection.Sent, connection.Received);
            ends.Enqueue((protocol.Name, reason));
            ended.Release();
        }

        /// <summary>The next connection that comes to its end.</summary>
        public async Task<(string Protocol, EgressReason Reason)> Ended()
        {
            Assert.True(await ended.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken), "no connection ends");
            return ends.TryDequeue(out var end) ? end : throw new InvalidOperationException();
        }

        /// <summary>All events, after which there are no more.</summary>
        public List<JsonElement> Events()
        {
            Recorder.Tell(isLast: true);
            queue.Dispose();
            return [.. Encoding.UTF8.GetString(kept.Bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        }

        public void Dispose()
        {
            listener.Dispose();
            queue.Dispose();
            deadlines.Dispose();
            ended.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    private sealed class Kept : IEventTarget
    {
        private readonly MemoryStream written = new();

        public byte[] Bytes => written.ToArray();

        public int Write(ReadOnlySpan<byte> batch, int events)
        {
            written.Write(batch);
            return 0;
        }

        public void Stop()
        {
        }

        public void Dispose() => written.Dispose();
    }
}
