using System.Diagnostics;
using System.Net;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Tests.Running;
using static Plimsoll.Guard.Tests.Postgres.PgClient;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>What clients see of a guard in front of a real PostgreSQL when statements are refused, message by message.</summary>
public sealed class SessionTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private static readonly Identity web = new("postgres", "web", "");

    private RunningPostgresGuard Guard(PolicyMode mode, params string[] shapes)
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        return new(server.Address, mode, StatementProfile.Of(shapes.Select(shape => (web, new StatementEntry(shape)))));
    }

    private static string Kinds(IEnumerable<Answer> answers) => string.Join(' ', answers.Where(answer => answer.Type is not ('S' or 'K')).Select(answer => answer.Type is 'E' ? $"E{answer.Field('C')}" : answer.Type is 'Z' ? answer.ToString() : answer.Type.ToString()));

    /// <summary>The refused statement in what goes through the guard, and one that the server itself denies in what does not: both must look the same.</summary>
    [Theory]
    [InlineData("Q")]
    [InlineData("begin;Q;select 1;rollback;select 1")]
    [InlineData("begin;select 1;Q;commit;select 1")]
    [InlineData("begin;savepoint s;Q;rollback to s;select 1;commit")]
    [InlineData("select 1;Q;Q;select 1")]
    public void A_refused_simple_query_is_an_error_as_the_servers_own(string script)
    {
        using var guard = Guard(PolicyMode.Enforce, "select ?");
        using var through = Connect(guard.Address, "web");
        using var direct = Connect(server.Address, "web");
        foreach (var step in script.Split(';'))
        {
            var refused = through.Query(step == "Q" ? "drop table t" : step);
            Assert.Equal(Kinds(direct.Query(step == "Q" ? "select a from secret" : step)), Kinds(refused));
            if (step == "Q" && refused[0].Field('C') == "42501") Assert.Contains("is not in the profile of database postgres, user web", refused[0].Field('M'), StringComparison.Ordinal);
        }
        Assert.All(guard.Events.All, one => Assert.Equal((Decision.Refuse, Reason.StatementUnknown, "drop table t"), (one.Decision, one.Reason, one.Statement)));
    }

    public static TheoryData<string> Pipelines =>
    [
        "PQ B E S", "P1 B E PQ B E P1 B E S P1 B E S", "PQ S P1 B E S", "P1 B E S PQ D S", "b P1 B E S PQ B E S P1 B E S r P1 B E S", "P1 PQ P1 S S P1 B E S", "P1 B E PQ Qq S P1 B E S", "Nq Bn S Nn Bn E S",
    ];

    /// <summary>`P1` prepares what is permitted, `PQ` what is refused, `b` and `r` begin and roll back, `Qq` is a simple query, `Nq`, `Nn` and `Bn` use a name.</summary>
    private static byte[] Pipeline(string script, string refused) => [.. script.Split(' ').SelectMany(step => step switch
    {
        "P1" => AParse("", "select 1"),
        "PQ" => AParse("", refused),
        "Nq" => AParse("n", refused),
        "Nn" => AParse("n", "select 1"),
        "B" => ABind("", ""),
        "Bn" => ABind("", "n"),
        "E" => AnExecute(""),
        "D" => ADescribe('S', ""),
        "b" => AQuery("begin"),
        "r" => AQuery("rollback"),
        "Qq" => AQuery("select 1"),
        _ => ASync,
    })];

    [Theory, MemberData(nameof(Pipelines))]
    public void A_refused_statement_of_a_pipeline_skips_to_sync_as_the_servers_own(string script)
    {
        using var guard = Guard(PolicyMode.Enforce, "select ?");
        using var through = Connect(guard.Address, "web");
        using var direct = Connect(server.Address, "web");
        through.Send([.. Pipeline(script, "drop table t"), .. AQuery("select 1")]);
        direct.Send([.. Pipeline(script, "select a from nowhere"), .. AQuery("select 1")]); // Fails as early as a refused one does.
        static string All(PgClient client)
        {
            var all = new List<Answer>();
            do all.AddRange(client.ReadUntil('Z'));
            while (Kinds(all.TakeLast(4)) != "T D C ZI"); // The simple query at the end; extended ones come with 1 and 2.
            return Kinds(all).Replace("E42P01", "E42501", StringComparison.Ordinal);
        }
        Assert.Equal(All(direct), All(through));
        Assert.NotEmpty(guard.Events.All);
    }

    [Fact]
    public void Several_statements_of_one_query_are_judged_together()
    {
        using var guard = Guard(PolicyMode.Enforce, "select ?", "select ?; select a from t");
        using var client = Connect(guard.Address, "web");
        Assert.Equal("E42501 ZI", Kinds(client.Query("select a from t")));
        Assert.Equal("E42501 ZI", Kinds(client.Query("select 1; drop table t")));
        Assert.StartsWith("T D C T D", Kinds(client.Query("select 1; select a from t")), StringComparison.Ordinal);
        Assert.Equal("T D C T D C ZI", Kinds(client.Query("select 1; select 2")));
    }

    [Fact]
    public void Learning_then_enforcing_refuses_nothing_that_was_learned()
    {
        using var learning = Guard(PolicyMode.Learn);
        string[] queries = ["select b from t where a = 1", "insert into t values (2000, 'x')", "delete from t where a = 2000", "select count(*) from t", "set search_path = public", "show server_version"];
        using (var client = Connect(learning.Address, "web"))
            foreach (var query in queries) Assert.DoesNotContain("E", Kinds(client.Query(query)), StringComparison.Ordinal);
        var learned = learning.Policy.WithLearned();
        Assert.Equal(queries.Length, learned.Statements);
        Assert.Empty(learning.Events.All);
        using var enforcing = new RunningPostgresGuard(server.Address, PolicyMode.Enforce, learned);
        using (var client = Connect(enforcing.Address, "web"))
            foreach (var query in queries) Assert.DoesNotContain("E", Kinds(client.Query(query.Replace("2000", "3000", StringComparison.Ordinal))), StringComparison.Ordinal);
        Assert.Empty(enforcing.Events.All);
        using var other = Connect(enforcing.Address, "web", "postgres", "application_name", "psql");
        Assert.Equal("E42501 ZI", Kinds(other.Query(queries[0])));
    }

    [Fact]
    public void What_is_known_to_be_bad_passes_while_learning_is_recorded_and_not_learned()
    {
        using var guard = Guard(PolicyMode.Learn);
        using var client = Connect(guard.Address, "postgres");
        Assert.Equal("T D C ZI", Kinds(client.Query("select pg_sleep(0)")));
        Assert.Equal(0, guard.Policy.WithLearned().Statements);
        var recorded = Assert.Single(guard.Events.All);
        Assert.Equal((Decision.ForwardRecorded, Reason.StatementKnownBad), (recorded.Decision, recorded.Reason));
        Assert.Equal("sleep", Assert.Single(guard.Policy.Candidates().All).Entry.Reason);
    }

    [Fact]
    public void Detecting_forwards_and_records()
    {
        using var guard = Guard(PolicyMode.Detect);
        using var client = Connect(guard.Address, "web");
        Assert.Equal("T D C ZI", Kinds(client.Query("select 1")));
        Assert.Equal(Decision.ForwardRecorded, Assert.Single(guard.Events.All).Decision);
    }

    [Fact]
    public void A_dump_through_a_permitted_statement_ends_the_session()
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        using var guard = new RunningPostgresGuard(server.Address, PolicyMode.Enforce, StatementProfile.Of([(web, new StatementEntry("select b from t where a > ?") { Rows = 10 })]));
        using (var client = Connect(guard.Address, "web"))
        {
            Assert.Equal(13, client.Query("select b from t where a > 990").Count);
            client.Send(AParse("s", "select b from t where a > 990"));
            client.Send([.. ABind("", "s"), .. AnExecute(""), .. ASync]);
            Assert.Equal(14, client.ReadUntil('Z').Count);
            // In portions it is no other statement.
            using (var portions = Connect(guard.Address, "web"))
            {
                portions.Send([.. AParse("", "select b from t where a > 0"), .. ABind("", ""), .. AnExecute("", 8), .. AnExecute("", 8), .. ASync]);
                Assert.Equal("E42501", Kinds(portions.ReadUntil('Z').TakeLast(1)));
            }
            client.Send(AQuery("select b from t where a > 0"));
            var answers = client.ReadUntil('Z');
            Assert.Equal("E42501", Kinds(answers.TakeLast(1)));
            Assert.Equal("FATAL", answers[^1].Field('S'));
            Assert.Equal(10, answers.Count(answer => answer.Type == 'D'));
        }
        Assert.Equal([Reason.StatementResult, Reason.StatementResult], guard.Events.All.Select(one => one.Reason));
    }

    [Fact]
    public void A_statement_in_a_loop_is_refused_beyond_its_rate_and_prepared_ones_too()
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        using var guard = new RunningPostgresGuard(server.Address, PolicyMode.Enforce, StatementProfile.Of([(web, new StatementEntry("select ?") { PerMinute = 5 })]));
        using var client = Connect(guard.Address, "web");
        client.Send([.. AParse("s", "select 1"), .. ASync]);
        client.ReadUntil('Z');
        var refused = 0;
        for (var i = 0; i < 30; i++)
        {
            client.Send([.. ABind("", "s"), .. AnExecute(""), .. ASync]);
            if (Kinds(client.ReadUntil('Z')).StartsWith("E42501", StringComparison.Ordinal)) refused++;
        }
        Assert.InRange(refused, 15, 25); // A minute may begin meanwhile.
    }

    /// <summary>As most drivers send it, and with names: which statement is bound the server says only later.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("s")]
    public void A_statement_that_is_prepared_and_run_in_one_pipeline_has_the_same_rate(string name)
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        using var guard = new RunningPostgresGuard(server.Address, PolicyMode.Enforce, StatementProfile.Of([(web, new StatementEntry("select ?") { PerMinute = 5 })]));
        using var client = Connect(guard.Address, "web");
        var refused = 0;
        for (var i = 0; i < 30; i++)
        {
            client.Send([.. AParse(name, "select 1"), .. ABind("", name), .. AnExecute(""), .. ASync]);
            if (client.ReadUntil('Z').Any(answer => answer.Type == 'E' && answer.Field('C') == "42501")) refused++;
            client.Send([.. AClose('S', name), .. ASync]);
            client.ReadUntil('Z');
        }
        Assert.InRange(refused, 15, 25); // A minute may begin meanwhile.
        Assert.All(guard.Events.All, one => Assert.Equal((Decision.Refuse, Reason.StatementRate, "select ?"), (one.Decision, one.Reason, one.Statement)));
    }

    /// <summary>The server skips what is prepared behind an error, and runs what had the name before: counted for that one.</summary>
    [Fact]
    public void What_is_bound_in_the_name_of_another_has_its_own_rate()
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        using var guard = new RunningPostgresGuard(server.Address, PolicyMode.Enforce, StatementProfile.Of([(web, new StatementEntry("select ?") { PerMinute = 5 }), (web, new StatementEntry("select ? + ?"))]));
        using var client = Connect(guard.Address, "web");
        client.Send([.. AParse("", "select 1"), .. ASync]);
        client.ReadUntil('Z');
        IReadOnlyList<Answer> answers = [];
        for (var i = 0; i < 30 && !answers.Any(answer => answer.Type == 'E' && answer.Field('S') == "FATAL"); i++)
        {
            client.Send([.. AnExecute("nowhere"), .. AParse("", "select 1 + 1"), .. ASync, .. ABind("", ""), .. AnExecute(""), .. ASync]);
            answers = [.. client.ReadUntil('Z'), .. client.ReadUntil('Z')];
        }
        Assert.Equal("42501", answers[^1].Field('C'));
        Assert.Equal((Decision.Refuse, Reason.StatementRate, "select ?"), guard.Events.All.Select(one => (one.Decision, one.Reason, one.Statement)).Single());
    }

    [Fact]
    public void A_cancel_reaches_the_session_of_its_key_and_no_other_key_passes()
    {
        using var guard = Guard(PolicyMode.Enforce, "select count(*) from generate_series(?, ?) a, generate_series(?, ?) b");
        using var client = Connect(guard.Address, "web");
        client.Send(AQuery("select count(*) from generate_series(1, 1000000) a, generate_series(1, 1000000) b"));
        Thread.Sleep(100);
        void Cancel(byte[] key)
        {
            using var canceller = Raw(guard.Address);
            canceller.Send([.. Number(16), .. Number(80877102), .. key]);
            Assert.True(canceller.IsClosed);
        }
        Cancel([.. client.Key[..4], 1, 2, 3, 4]);
        Cancel(client.Key);
        Assert.Equal("E57014 ZI", Kinds(client.ReadUntil('Z').Where(answer => answer.Type != 'T')));
    }

    [Theory]
    [InlineData("replication", "true", "0A000")]
    [InlineData("replication", "database", "0A000")]
    [InlineData("client_encoding", "SJIS", "0A000")]
    [InlineData("options", "-c client_encoding=GBK", "0A000")]
    [InlineData("options", "-c session_replication_role=replica", "42501")]
    [InlineData("session_replication_role", "replica", "42501")]
    [InlineData("options", "-c search_path=secret", "42501")]
    [InlineData("options", "-D /tmp", "0A000")]
    public void A_start_up_that_is_not_carried_is_refused_with_its_reason(string name, string value, string code)
    {
        using var guard = Guard(PolicyMode.Enforce);
        using var client = Connect(guard.Address, "web", "postgres", name, value);
        var refused = Assert.Single(client.Greeting);
        Assert.Equal(("FATAL", code), (refused.Field('S'), refused.Field('C')));
        Assert.True(client.IsClosed);
        Assert.Single(guard.Events.All);
    }

    [Fact]
    public void Requests_for_encryption_are_answered_no_and_bytes_behind_them_are_refused()
    {
        using var guard = Guard(PolicyMode.Enforce, "select ?");
        using (var client = Raw(guard.Address))
        {
            client.Send([.. Number(8), .. Number(80877104)]);
            Assert.Equal((byte)'N', client.Bytes(1)[0]);
            client.Send([.. Number(8), .. Number(80877103)]);
            Assert.Equal((byte)'N', client.Bytes(1)[0]);
            client.Start("user", "web", "database", "postgres");
            Assert.Equal('Z', client.ReadUntil('Z', 'E')[^1].Type);
            Assert.Equal("T D C ZI", Kinds(client.Query("select 1")));
        }
        using (var client = Raw(guard.Address))
        {
            client.Send([.. Number(8), .. Number(80877103), 1]);
            Assert.True(client.IsClosed);
        }
    }

    [Theory]
    [InlineData('F', "E42501 ZI")]
    [InlineData('?', "")]
    [InlineData('p', "")]
    public void The_call_of_functions_is_refused_and_what_has_no_place_ends_the_session(char type, string expected)
    {
        using var guard = Guard(PolicyMode.Enforce);
        using var client = Connect(guard.Address, "web");
        client.Send(Message(type, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0));
        Assert.Equal(expected, Kinds(client.ReadUntil('Z')));
        Assert.Equal(expected.Length > 0 ? Reason.FunctionCall : Reason.MessageOutOfPlace, guard.Events.All[0].Reason);
    }

    [Fact]
    public void Strings_are_read_as_the_session_reads_them_and_not_otherwise()
    {
        using var guard = Guard(PolicyMode.Enforce, "select ?", "select ?, b from t");
        using var client = Connect(guard.Address, "web", "postgres");
        Assert.Equal("E42501 ZI", Kinds(client.Query("set standard_conforming_strings = off")));
        Assert.Equal("T D C ZI", Kinds(client.Query(@"select 'a\'")));
        // In one go, the server could have changed how it reads before it comes to the second.
        client.Send([.. AParse("", "select 1"), .. AParse("", @"select 'a\'' , b from t --'"), .. ASync]);
        Assert.StartsWith("1 E42501 ZI", Kinds(client.ReadUntil('Z')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("scram")]
    [InlineData("md5")]
    [InlineData("clear")]
    public void Passwords_pass_through(string user)
    {
        using var guard = Guard(PolicyMode.Learn);
        var environment = new Dictionary<string, string> { ["PGPASSWORD"] = "secret" };
        Assert.StartsWith("1\n", PostgresServer.Run("psql", ["-h", "127.0.0.1", "-p", $"{guard.Address.Port}", "-U", user, "-AtX", "-d", "postgres", "-c", "select 1"], environment), StringComparison.Ordinal);
        environment["PGPASSWORD"] = "wrong";
        Assert.Contains("password authentication failed", PostgresServer.Run("psql", ["-h", "127.0.0.1", "-p", $"{guard.Address.Port}", "-U", user, "-AtX", "-d", "postgres", "-c", "select 1"], environment), StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_thousand_prepared_statements_and_large_results()
    {
        using var guard = Guard(PolicyMode.Learn);
        using var client = Connect(guard.Address, "web");
        for (var i = 0; i < 10_000; i += 100)
        {
            client.Send([.. Enumerable.Range(i, 100).SelectMany(number => AParse($"s{number}", $"select {number}")), .. ASync]);
            Assert.Equal(101, client.ReadUntil('Z').Count);
        }
        client.Send([.. ABind("", "s4711"), .. AnExecute(""), .. AClose('S', "s4711"), .. ABind("", "s4711"), .. ASync]);
        Assert.Equal("2 D C 3 E26000 ZI", Kinds(client.ReadUntil('Z')));
        Assert.Single(guard.Policy.WithLearned().All);
        var large = client.Query("select repeat('x', 3000000), i from generate_series(1, 3) i");
        Assert.Equal(["T", "D", "D", "D", "C SELECT 3", "ZI"], large.Select(answer => answer.ToString()));
        Assert.All(large.Skip(1).Take(3), row => Assert.True(row.Content.Length > 3_000_000));
    }

    [Fact]
    public void Copies_both_ways_notices_and_notifications()
    {
        using var guard = Guard(PolicyMode.Learn);
        using var client = Connect(guard.Address, "web");
        client.Query("create temp table c (a int)");
        client.Send(AQuery("copy c from stdin"));
        Assert.Equal("G", Kinds([client.Read()]));
        client.Send([.. Message('d', "1\n2\n"u8.ToArray()), .. Message('c')]);
        Assert.Equal("C ZI", Kinds(client.ReadUntil('Z')));
        Assert.Equal("H d d c C ZI", Kinds(client.Query("copy c to stdout")));
        // As libpq does it: Sync follows at once, is read as part of the copy, and comes again.
        client.Send([.. AParse("", "copy c from stdin"), .. ABind("", ""), .. AnExecute(""), .. ASync]);
        Assert.Equal("1 2 G", Kinds(client.ReadUntil('G')));
        client.Send([.. Message('d', "3\n"u8.ToArray()), .. Message('c'), .. ASync]);
        Assert.Equal("C ZI", Kinds(client.ReadUntil('Z')));
        Assert.Equal("C ZI", Kinds(client.Query("listen l")));
        Assert.Equal("C A ZI", Kinds(client.Query("notify l, 'x'")));
        Assert.Equal("N C ZI", Kinds(client.Query("drop table if exists nowhere")));
        Assert.Equal("E42P01 ZI", Kinds(client.Query("select a from nowhere")));
    }

    [Fact]
    public void An_unreachable_server_is_said()
    {
        using var guard = new RunningPostgresGuard(new(IPAddress.Loopback, Upstreams.Programs.FreePort()), PolicyMode.Learn);
        using var client = Connect(guard.Address, "web");
        Assert.Equal("08006", client.Greeting[0].Field('C'));
    }
}
