using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Plimsoll.Guard.Operation;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Protocols.Postgres;
using Plimsoll.Guard.Tests.Configuration;
using Plimsoll.Guard.Tests.Events;
using Plimsoll.Guard.Tests.Operation;
using Plimsoll.Guard.Tests.Upstreams;
using static Plimsoll.Guard.Tests.Postgres.PgClient;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>How a guard of PostgreSQL is watched: metrics, health, readiness, status and a collector.</summary>
public sealed class OperationTests(PostgresServer server) : IClassFixture<PostgresServer>, IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("guard-postgres-operation-").FullName;

    private string Profile => Path.Combine(folder, "db.yaml");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static PostgresOperations Start(PostgresOptions options) => new(options, Stream.Null, _ => { }, TimeProvider.System);

    private PostgresOptions Options(IPEndPoint upstream, PolicyMode mode = PolicyMode.Enforce) => new()
    {
        Listeners = [new(IPAddress.Loopback, 0)],
        Upstream = new(upstream.ToString(), upstream),
        Mode = mode,
        ProfileFile = Profile,
        Admin = new(IPAddress.Loopback, 0),
    };

    private static async Task<(HttpStatusCode Status, string Body)> AskAsync(PostgresOperations guard, string path, string? accept = null)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{guard.AdminAddress}{path}"));
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    private void Write(params StatementEntry[] entries) => StatementProfileFile.Write(Profile, StatementProfile.Of(entries.Select(entry => (new Identity("postgres", "web", ""), entry))));

    [Fact]
    public async Task What_happened_is_counted_and_told_to_a_collector()
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        using var collector = new Collector(200);
        Write(new StatementEntry("select b from t where a < ?"), new("select ?"));
        using var guard = Start(Options(server.Address) with { Events = new() { ToOutput = false, Collector = collector.Endpoint } });
        using (var client = Connect(guard.Gateway.Endpoints[0], "web"))
        {
            client.Query("select b from t where a < 4");
            client.Send([.. AParse("s", "select 1"), .. ABind("", "s"), .. AnExecute(""), .. ABind("", "s"), .. AnExecute(""), .. ASync]);
            client.ReadUntil('Z');
            client.Query("drop table t");
            client.Query("select pg_sleep(1)");
            // Whatever an intruder asks, no series more.
            for (var i = 0; i < 50; i++) client.Query($"select a{i} from t{i}");
            using (var refused = Connect(guard.Gateway.Endpoints[0], "web", "postgres", "replication", "true")) Assert.Equal('E', refused.Greeting[0].Type);
            var (status, page) = await AskAsync(guard, "/metrics");
            Assert.Equal(HttpStatusCode.OK, status);
            foreach (var line in (string[])[
                "plimsoll_guard_statements_total{decision=\"forwarded\",reason=\"none\"} 3",
                "plimsoll_guard_statements_total{decision=\"refused\",reason=\"statement-unknown\"} 51",
                "plimsoll_guard_statements_total{decision=\"refused\",reason=\"statement-known-bad\"} 1",
                "plimsoll_guard_statements_known_bad_total{rule=\"sleep\"} 1",
                "plimsoll_guard_statement_rows_total 5",
                "plimsoll_guard_sessions_total{decision=\"forwarded\",reason=\"none\"} 1",
                "plimsoll_guard_sessions_total{decision=\"refused\",reason=\"session-refused\"} 1",
                "plimsoll_guard_shapes{state=\"permitted\"} 2",
                "plimsoll_guard_shapes{state=\"waiting\"} 52",
                "plimsoll_guard_connections_accepted_total 2",
                $"plimsoll_guard_upstream_up{{upstream=\"{server.Address}\"}} 1",
                "plimsoll_guard_events_dropped_total{target=\"otlp\"} 0",
            ]) Assert.Contains(line + "\n", page, StringComparison.Ordinal);
            Assert.InRange(page.Split('\n').Count(line => line.StartsWith("plimsoll_guard_statements_total", StringComparison.Ordinal)), 3, 3);
            Assert.EndsWith("# EOF\n", (await AskAsync(guard, "/metrics", "application/openmetrics-text")).Body, StringComparison.Ordinal);
        }
        await collector.RequestsAsync(1);
        var records = collector.Bodies.SelectMany(body => JsonDocument.Parse(body).RootElement.GetProperty("resourceLogs")[0].GetProperty("scopeLogs")[0].GetProperty("logRecords").EnumerateArray()).ToList();
        var first = records[0].GetProperty("attributes").EnumerateArray().ToDictionary(one => one.GetProperty("key").GetString()!, one => one.GetProperty("value").EnumerateObject().First().Value.ToString());
        foreach (var (key, value) in (ReadOnlySpan<(string, string)>)[("plimsoll.decision", "refused"), ("plimsoll.reason", "statement-unknown"), ("db.system.name", "postgresql"), ("db.namespace", "postgres"), ("plimsoll.user", "web"), ("db.query.text", "drop table t"), ("plimsoll.shape", Shape.IdOf("drop table t")), ("plimsoll.accept", $"plimsoll guard profile accept FILE {Shape.IdOf("drop table t")}")])
            Assert.Equal(value, first[key]);
    }

    [Fact]
    public async Task It_is_ready_when_the_server_was_reached_and_not_when_it_drains()
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        Write(new StatementEntry("select ?"));
        using (var alone = Start(Options(new(IPAddress.Loopback, Programs.FreePort()))))
        {
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "the server was not reached\n"), await AskAsync(alone, "/readyz"));
            Assert.Equal((HttpStatusCode.OK, "alive\n"), await AskAsync(alone, "/healthz"));
        }
        using var guard = Start(Options(server.Address));
        await RunningOperations.UntilAsync(() => guard.Unready is null);
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await AskAsync(guard, "/readyz"));
        Assert.True(await guard.Gateway.DrainAsync(TimeSpan.Zero));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining\n"), await AskAsync(guard, "/readyz"));
    }

    [Fact]
    public async Task A_profile_that_changes_is_another_generation_and_one_with_faults_is_told()
    {
        Write(new StatementEntry("select ?"));
        using var guard = Start(Options(new(IPAddress.Loopback, Programs.FreePort())));
        Write(new StatementEntry("select ?"), new("select ? + ?"));
        await RunningOperations.UntilAsync(() => guard.Config.Generation == 2);
        await File.WriteAllTextAsync(Profile, "schema: plimsoll/profile/9\n");
        await RunningOperations.UntilAsync(() => guard.Config.Refused == 1);
        var (_, body) = await AskAsync(guard, "/status");
        Assert.Contains("db.yaml", body, StringComparison.Ordinal);
        Assert.Contains("\"generation\":2", body, StringComparison.Ordinal);
        Assert.Contains("plimsoll_guard_config_last_reload_successful 0\n", (await AskAsync(guard, "/metrics")).Body, StringComparison.Ordinal);
        Write(new StatementEntry("select ?"));
        await RunningOperations.UntilAsync(() => guard.Config.Generation == 3 && guard.Config.Faults.Count == 0);
    }

    [Fact]
    public void Every_metric_is_documented()
    {
        var page = File.ReadAllText(Path.Combine(ConfigFolder.Root, "docs/guard-postgres.md")) + File.ReadAllText(Path.Combine(ConfigFolder.Root, "docs/guard-operations.md"));
        Write();
        using var guard = Start(Options(new(IPAddress.Loopback, Programs.FreePort()), PolicyMode.Learn));
        var named = Regex.Matches(guard.Metrics(isOpen: false), "^# TYPE ([a-z_]+) ", RegexOptions.Multiline, TimeSpan.FromSeconds(5)).Select(match => match.Groups[1].Value).ToList();
        Assert.Contains("plimsoll_guard_learning_new_ratio", named);
        Assert.All(named, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_learned_is_told_while_it_learns_and_begins_anew_with_the_next_run()
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        using (var guard = Start(Options(server.Address, PolicyMode.Learn)))
        {
            using var client = Connect(guard.Gateway.Endpoints[0], "web");
            client.Query("select b from t where a < 4");
            client.Query("begin");
            client.Query("select 1");
            client.Query("rollback");
            for (var i = 0; i < 6; i++) client.Query($"select {i}");
            client.Send([.. AParse("", "select b from t where a < 4"), .. ABind("", ""), .. AnExecute(""), .. ASync]);
            client.ReadUntil('Z');
            var (_, page) = await AskAsync(guard, "/metrics");
            foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("statements_total", "9"), ("shapes", "2"), ("shapes_new", "2"), ("shapes_once", "0"), ("statements_since_new", "7"), ("new_ratio", (3.0 / 7).ToString(CultureInfo.InvariantCulture))])
                Assert.Contains($"\nplimsoll_guard_learning_{name} {value}\n", page, StringComparison.Ordinal);
            using var status = JsonDocument.Parse((await AskAsync(guard, "/status")).Body);
            var learning = status.RootElement.GetProperty("learning");
            Assert.Equal("9 2 2 0 7 the next statement is of a new shape in fewer than 1 of 2 cases", string.Join(' ', ((string[])["statements", "shapes", "new", "seenOnce", "sinceNew", "estimate"]).Select(key => learning.GetProperty(key).ToString())));
            var last = learning.GetProperty("lastNew").GetDateTimeOffset();
            Assert.Contains($"\nplimsoll_guard_learning_last_new_timestamp_seconds {(last.ToUnixTimeMilliseconds() / 1000.0).ToString("R", CultureInfo.InvariantCulture)}\n", page, StringComparison.Ordinal);
            var sample = TopSample.Parse(page);
            Assert.Contains("learning 2 shapes, 2 new (0 only once), the last 2 h 14 min ago\nnext one new in fewer than 1 of 2 cases: none in the last 7\n", new TopPage(sample, sample, 1, 80, 24, hasColour: false).Write("x", new Later(last + TimeSpan.FromSeconds(8_041))), StringComparison.Ordinal);
            await Promtool.CheckAsync(page);
            client.Query("select b from t");
            Assert.Contains("\nplimsoll_guard_learning_statements_since_new 0\n", guard.Metrics(isOpen: false), StringComparison.Ordinal);
        }
        using (var again = Start(Options(server.Address, PolicyMode.Learn)))
        {
            using var client = Connect(again.Gateway.Endpoints[0], "web");
            client.Query("select 9");
            Assert.Equal([$"0 statements learned: {Profile}", "1 statement of 1 shape, none of them new, in 0 s", "too few to say how often a statement of a new shape will come"], again.Summary().Select(sentence => Regex.Replace(sentence, "[0-9]+ s$", "0 s", RegexOptions.None, TimeSpan.FromSeconds(5))));
            Assert.DoesNotContain("lastNew", (await AskAsync(again, "/status")).Body, StringComparison.Ordinal);
            var sample = TopSample.Parse(again.Metrics(isOpen: false));
            Assert.Contains("learning 1 shape, none new in ", new TopPage(sample, sample, 1, 80, 24, hasColour: false).Write("x"), StringComparison.Ordinal);
        }
        // Where nothing is learned, nothing is told of it.
        using var enforcing = Start(Options(server.Address));
        Assert.DoesNotContain("learning", (await AskAsync(enforcing, "/status")).Body + enforcing.Metrics(isOpen: false), StringComparison.Ordinal);
    }

    private sealed class Later(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }

    [Fact]
    public void Top_shows_statements()
    {
        Write();
        using var guard = Start(Options(new(IPAddress.Loopback, Programs.FreePort())));
        var before = TopSample.Parse(guard.Metrics(isOpen: false));
        for (var i = 0; i < 30; i++) guard.Gateway.Policy.Counters.Runs();
        var page = new TopPage(before, TopSample.Parse(guard.Metrics(isOpen: false)), 2, 80, 24, hasColour: false).Write("x");
        Assert.Contains("statements 15.0/s   refused 0/s   detected 0/s   connections 0\n", page, StringComparison.Ordinal);
        Assert.Contains("UPSTREAM", page, StringComparison.Ordinal);
        Assert.DoesNotContain("SITE", page, StringComparison.Ordinal);
        Assert.All(page.Split('\n'), line => Assert.InRange(line.Length, 0, 80));
    }
}
