using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Protocols.Postgres;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>TLS that ends at the guard and begins anew to the server, with psql on one side and PostgreSQL on the other.</summary>
public sealed class TlsTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    private RunningPostgresGuard Guard(bool ofClients, bool toServer, bool requires = false)
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        return new(server.Address, PolicyMode.Learn, options: options => options with
        {
            Tls = ofClients ? new() { Certificates = [new(server.Certificate, server.Key)] } : null,
            RequiresTls = requires,
            Upstream = options.Upstream with { Tls = toServer ? new UpstreamTls("127.0.0.1", server.Certificate) : null },
        });
    }

    private string Psql(RunningPostgresGuard guard, string user, string mode, params (string, string)[] more)
    {
        var environment = new Dictionary<string, string> { ["PGPASSWORD"] = "secret", ["PGSSLMODE"] = mode, ["PGSSLROOTCERT"] = server.Certificate };
        foreach (var (name, value) in more) environment[name] = value;
        return PostgresServer.Run("psql", ["-h", "127.0.0.1", "-p", $"{guard.Address.Port}", "-U", user, "-AtX", "-d", "postgres", "-c", "select ssl from pg_stat_ssl where pid = pg_backend_pid()"], environment);
    }

    [Theory]
    [InlineData(true, false, "verify-full", "web", "f")]
    [InlineData(true, true, "verify-full", "web", "t")]
    [InlineData(false, true, "disable", "web", "t")]
    [InlineData(false, true, "prefer", "scram", "t")]
    [InlineData(true, false, "require", "scram", "f")]
    public void Each_side_has_the_encryption_that_it_was_told(bool ofClients, bool toServer, string mode, string user, string encrypted)
    {
        using var guard = Guard(ofClients, toServer);
        Assert.StartsWith($"{encrypted}\n", Psql(guard, user, mode), StringComparison.Ordinal);
    }

    [Fact]
    public void Channel_binding_is_refused_with_what_to_do()
    {
        using var guard = Guard(ofClients: true, toServer: true);
        var said = Psql(guard, "scram", "require");
        Assert.True(said.Contains("Connect with channel_binding=disable", StringComparison.Ordinal), said);
        Assert.Equal(Reason.ChannelBinding, Assert.Single(guard.Events.All).Reason);
        Assert.StartsWith("t\n", Psql(guard, "scram", "require", ("PGCHANNELBINDING", "disable")), StringComparison.Ordinal);
    }

    [Fact]
    public void Clients_without_it_are_refused_where_it_is_required()
    {
        using var guard = Guard(ofClients: true, toServer: false, requires: true);
        Assert.Contains("the connection must be encrypted", Psql(guard, "web", "disable"), StringComparison.Ordinal);
        Assert.StartsWith("f\n", Psql(guard, "web", "require"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_server_whose_certificate_is_not_trusted_is_not_spoken_to()
    {
        if (!server.IsThere) Assert.Skip("postgresql-15 is not installed.");
        using var guard = new RunningPostgresGuard(server.Address, PolicyMode.Learn, options: options => options with { Upstream = options.Upstream with { Tls = new UpstreamTls("127.0.0.1", null) } });
        Assert.Contains("a certificate that is not trusted", Psql(guard, "web", "disable"), StringComparison.Ordinal);
    }
}
