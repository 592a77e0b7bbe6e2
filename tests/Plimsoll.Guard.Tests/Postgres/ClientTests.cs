namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>Real clients see through a guard, which learns and then enforces, what they see without it.</summary>
public sealed class ClientTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private const string script = """
        \set ON_ERROR_STOP 0
        begin; create temp table x (a int, b text, c bytea, d jsonb);
        insert into x values (1, 'it''s', '\x00ff', '{"a": [1, 2]}'), (2, E'tab\t', null, null), (3, $$dollar$$, '', '{}');
        select * from x where a in (1, 2, 3) order by a;
        select d ? 'a', d->'a' from x where d is not null order by a;
        savepoint s; select 1/0; rollback to s; select count(*) from x; commit;
        select nonsense; do_it; select 'unfinished
        '; \copy (select i from generate_series(1, 5) i) to stdout
        copy (select 1, 2) to stdout with (format csv);
        create temp table y (a int); copy y from stdin;
        1
        2
        \.
        select sum(a) from y; declare c cursor with hold for select i from generate_series(1, 3) i; fetch 2 from c; fetch all from c; close c;
        prepare p as select $1::int + 1; execute p(41); deallocate p;
        select U&'\0061', b'101', x'1F', N'n', "a" from (select 1 as "a") q; notify n; listen n; notify n, 'payload';
        drop table if exists nowhere; explain (costs off) select 1; show server_encoding; set application_name = 'other'; select repeat('x', 100000) is not null;
        """;

    private const string psycopg2 = """
        import psycopg2, psycopg2.extras, sys
        c = psycopg2.connect(host='127.0.0.1', port=sys.argv[1], user='web', dbname='postgres')
        k = c.cursor()
        k.execute("select %s::int, %s, %s", (1, "it's", b'\x00\xff')); print([bytes(v) if isinstance(v, memoryview) else v for v in k.fetchone()])
        psycopg2.extras.execute_values(k, "create temp table v (a int, b text); insert into v values %s", [(i, 'x' * i) for i in range(50)]); c.commit()
        k.execute("select a from v where a in %s order by a", ((1, 2, 3),)); print(k.fetchall())
        try: k.execute("select 1/0")
        except psycopg2.Error as e: print(e.pgcode)
        c.rollback()
        n = c.cursor('named'); n.itersize = 7; n.execute("select i from generate_series(1, 20) i"); print(sum(r[0] for r in n)); c.rollback()
        import io
        k.copy_expert("copy t to stdout", o := io.StringIO()); print(len(o.getvalue()))
        """;

    private const string psycopg3 = """
        import psycopg, sys
        with psycopg.connect(host='127.0.0.1', port=sys.argv[1], user='web', dbname='postgres') as c:
            print(c.execute("select %s::int, %s::text, %b::bytea", (1, "it's", b'\x00\xff')).fetchone())
            for i in range(20): c.execute("select b from t where a = %s", (i,), prepare=True).fetchone()
            print(c.execute("select i, i::text, now() is null from generate_series(1, 1000) i", binary=True).fetchall()[-1])
            c.execute("create temp table v (a int, b text)")
            with c.cursor() as k:
                k.executemany("insert into v values (%s, %s)", [(i, 'x' * i) for i in range(50)])
                with k.copy("copy v from stdin") as copy:
                    for i in range(100): copy.write_row((i, 'copied'))
                k.execute("select count(*) from v"); print(k.fetchone())
            try:
                with c.transaction(): c.execute("select 1/0")
            except psycopg.Error as e: print(e.sqlstate)
            if psycopg.pq.version() >= 140000:
                with c.pipeline():
                    a = c.execute("select 1"); b = c.execute("select 2")
                print(a.fetchone(), b.fetchone())
            c.rollback()
        """;

    private static readonly Dictionary<string, string> environment = new(StringComparer.Ordinal) { ["PGUSER"] = "web", ["PGDATABASE"] = "postgres", ["LC_ALL"] = "C.UTF-8" };

    private async Task SameAsync(string program, Func<int, string[]> arguments, string input = "", Func<string, string>? clean = null)
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        await Transparency.AssertAsync(server, async address =>
        {
            var output = await Task.Run(() => PostgresServer.Run(program, arguments(address.Port), environment, input));
            Assert.EndsWith("--\n0", output, StringComparison.Ordinal);
            return clean is null ? output : clean(output);
        });
    }

    [Fact]
    public Task Psql() => SameAsync("psql", port => ["-h", "127.0.0.1", "-p", $"{port}", "-X", "-f", "-"], script, output => System.Text.RegularExpressions.Regex.Replace(output, "PID [0-9]+", "PID", System.Text.RegularExpressions.RegexOptions.NonBacktracking));

    [Theory]
    [InlineData("simple")]
    [InlineData("extended")]
    [InlineData("prepared")]
    public Task Pgbench(string mode)
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        PostgresServer.Run("pgbench", ["-h", "127.0.0.1", "-p", $"{server.Port}", "-U", "web", "-i", "-q", "postgres"], environment);
        return SameAsync("pgbench", port => ["-h", "127.0.0.1", "-p", $"{port}", "-M", mode, "-c", "4", "-t", "50", "postgres"], clean: output => string.Join('\n', output.Split('\n').Where(line => !line.StartsWith("latency", StringComparison.Ordinal) && !line.StartsWith("tps", StringComparison.Ordinal) && !line.StartsWith("initial", StringComparison.Ordinal))));
    }

    [Fact]
    public Task Psycopg2() => Python("psycopg2", psycopg2);

    [Fact]
    public Task Psycopg3() => Python("psycopg", psycopg3);

    private Task Python(string module, string text)
    {
        if (!Directory.Exists($"/usr/lib/python3/dist-packages/{module}")) Assert.Skip($"python3-{module} is not installed.");
        return SameAsync("/usr/bin/python3", port => ["-", $"{port}"], text);
    }
}
