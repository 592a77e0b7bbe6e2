using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class PostgresqlTests
{
    [Fact]
    public void The_official_image_with_trust_lets_everybody_in()
    {
        var result = PostgresqlOracleTests.Official(["POSTGRES_HOST_AUTH_METHOD=trust"], "listen_addresses = '*'\n");
        var finding = Assert.Single(result.Hardening!.Findings, finding => finding.Rule.Id == "postgresql/trust");
        Assert.Equal(("hba host all all all trust", "ENV POSTGRES_HOST_AUTH_METHOD"), (finding.Found, finding.Origin!.ToString()));
        Assert.DoesNotContain(PostgresqlOracleTests.Official([], "listen_addresses = '*'\n").Hardening!.Findings, finding => finding.Rule.Id == "postgresql/trust");
    }

    [Fact]
    public void What_scripts_of_the_first_start_alter_counts_before_arguments()
    {
        var settings = PostgresqlOracleTests.Official([], "log_statement = 'none'\n",
            ("/docker-entrypoint-initdb.d/10.sql", "create table a();\nALTER SYSTEM SET log_statement TO 'all';\nalter system set ssl = on;\n"), ("/docker-entrypoint-initdb.d/20.sh", "#!/bin/sh\necho 'host all all all trust' >> $PGDATA/pg_hba.conf\n")).Of("postgresql");
        var judged = new Judged(new Postgresql(), settings);
        Assert.Equal("entrypoint /docker-entrypoint-initdb.d/10.sql", judged.Value(judged.Root, "log_statement")!.Origin.ToString());
        Assert.Equal(("all", "on"), (judged.Value(judged.Root, "log_statement")!.Value, judged.Value(judged.Root, "ssl")!.Value));
        Assert.Equal("what /docker-entrypoint-initdb.d/20.sh writes to pg_hba.conf", judged.Application.Find(judged.Root, "hba").Gap!.Needs);
        Assert.Null(judged.Application.Find(judged.Root, "password_encryption").Gap);
    }

    [Fact]
    public void What_is_mounted_is_not_known_and_an_argument_behind_it_is()
    {
        var result = HardenedImage.Scan(["/usr/bin/postgres", "-D", "/data", "-c", "ssl=on"], ["PG_VERSION=15.8"], ("/data/postgresql.conf", "include '/run/extra.conf'\n"), ("/data/pg_hba.conf", "local all all peer\n"));
        var judged = new Judged(new Postgresql(), result.Of("postgresql"));
        Assert.Null(judged.Application.Find(judged.Root, "ssl").Gap);
        Assert.Equal("the file /run/extra.conf, which the image does not hold", judged.Application.Find(judged.Root, "fsync").Gap!.Needs);
        Assert.NotNull(judged.Application.Find(judged.Root, "hba").Gap); // It may name another file.
    }

    [Fact]
    public void Debians_cluster_has_its_files_in_etc()
    {
        var result = HardenedImage.Scan(["/usr/bin/pg_ctlcluster", "15", "main", "start", "--foreground", "-o", "-c fsync=off"], ["PG_VERSION=15.8"],
            ("/etc/postgresql/15/main/postgresql.conf", "hba_file = '/etc/postgresql/15/main/pg_hba.conf'\n"), ("/etc/postgresql/15/main/pg_hba.conf", "host all all all reject\nhost all all 10.0.0.0/8 trust\n"));
        Assert.Equal("""
            hba_file /etc/postgresql/15/main/pg_hba.conf | /etc/postgresql/15/main/postgresql.conf:1:1
            fsync off | argument -c
            hba host all all all reject | /etc/postgresql/15/main/pg_hba.conf:1:1
            hba-unreached host all all 10.0.0.0/8 trust | /etc/postgresql/15/main/pg_hba.conf:2:1

            """, HardenedImage.Text(result.Of("postgresql").Settings, origins: true));
    }

    [Fact]
    public void A_file_that_includes_itself_ends()
    {
        var result = HardenedImage.Scan(["/usr/bin/postgres", "-D", "/data"], [], ("/data/postgresql.conf", "port = 1\ninclude 'postgresql.conf'\n"), ("/data/pg_hba.conf", ""));
        Assert.Contains("includes itself", Assert.Single(result.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_access_file_is_a_problem_and_nothing_of_it_passes()
    {
        var result = HardenedImage.Scan(["/usr/bin/postgres", "-D", "/data"], ["PG_VERSION=15.8"], ("/data/postgresql.conf", ""), ("/data/pg_hba.conf", "local all all peer\nhost all all trust\n"));
        Assert.Equal(("/data/pg_hba.conf:2", "the method is missing; PostgreSQL would not start with this file, and what follows in it was not read"), (Assert.Single(result.Problems).Where, result.Problems[0].Message));
        Assert.Equal(HardeningAnswer.CannotKnow, Assert.Single(result.Hardening!.Findings, finding => finding.Rule.Id == "postgresql/trust").Answer);
    }

    [Fact]
    public void A_hardened_server_gives_no_finding()
    {
        var result = HardenedImage.Scan(["/usr/bin/postgres", "-D", "/data"], ["PG_VERSION=15.8"],
            ("/data/postgresql.conf", "listen_addresses = '*'\nssl = on\nssl_min_protocol_version = 'TLSv1.3'\npassword_encryption = scram-sha-256\nlog_connections = on\nlog_disconnections = on\nlog_statement = 'ddl'\nunix_socket_permissions = 0770\n"),
            ("/data/pg_hba.conf", "local all all peer\nhost all postgres all reject\nhostssl replication standby 10.0.0.5/32 scram-sha-256\nhostssl app app 10.0.0.0/8 scram-sha-256\nhost all all all reject\n"));
        Assert.Empty(result.Problems);
        Assert.Empty(result.Hardening!.Findings.Where(finding => finding.Application == "postgresql").Select(finding => $"{finding.Rule.Id} {finding.Found}"));
    }
}
