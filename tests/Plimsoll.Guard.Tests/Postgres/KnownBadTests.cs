using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Sql;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>Every example of known-bad.yaml, given to a guard with PostgreSQL behind it.</summary>
public sealed class KnownBadTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    public static TheoryData<string> Ids => [.. KnownBad.Rules.Select(rule => rule.Id)];

    [Theory, MemberData(nameof(Ids))]
    public void Each_refuses_its_examples_which_the_server_would_have_understood(string id)
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        var rule = KnownBad.Rules.Single(one => one.Id == id);
        Assert.NotEmpty(rule.Refuses);
        Assert.NotEmpty(rule.Passes);
        using var guard = new RunningPostgresGuard(server.Address, PolicyMode.Enforce);
        using var client = PgClient.Connect(guard.Address, "web");
        using var direct = PgClient.Connect(server.Address, "web");
        direct.Query("set statement_timeout = 200");
        foreach (var example in rule.Refuses)
        {
            var before = guard.Events.All.Count;
            Assert.Equal("42501", client.Query(example)[0].Field('C'));
            var recorded = guard.Events.All[before];
            Assert.True(recorded.Reason == Reason.StatementKnownBad && recorded.Bad.Contains(id), $"{example}: {recorded}");
            Assert.NotEqual("42601", direct.Query(example).FirstOrDefault(answer => answer.Type == 'E')?.Field('C'));
            direct.Query("rollback");
        }
    }

    [Theory, MemberData(nameof(Ids))]
    public void Each_lets_what_only_looks_so_pass(string id)
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        using var guard = new RunningPostgresGuard(server.Address, PolicyMode.Learn);
        using var client = PgClient.Connect(guard.Address, "web");
        foreach (var example in KnownBad.Rules.Single(one => one.Id == id).Passes)
        {
            Assert.NotEqual("42601", client.Query(example).FirstOrDefault(answer => answer.Type == 'E')?.Field('C'));
            Assert.Empty(guard.Events.All);
        }
    }

    [Fact]
    public void Pgbench_and_psql_ask_for_nothing_that_is_known_to_be_bad()
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        using var guard = new RunningPostgresGuard(server.Address, PolicyMode.Learn);
        string[] to = ["-h", "127.0.0.1", "-p", $"{guard.Address.Port}", "-U", "postgres"];
        PostgresServer.Run("psql", [.. to, "-X", "-d", "postgres", .. "\\l \\d \\dt+ \\df \\dn \\dT \\di \\dv \\dp".Split(' ').SelectMany(command => (string[])["-c", command])], new Dictionary<string, string>());
        Assert.EndsWith("--\n0", PostgresServer.Run("pgbench", [.. to, "-i", "-q", "postgres"], new Dictionary<string, string>()), StringComparison.Ordinal);
        Assert.Empty(guard.Events.All);
    }
}
