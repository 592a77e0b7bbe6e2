namespace Plimsoll.EndToEnd.Tests.GuardRun;

/// <summary>A real PostgreSQL on a machine, whose user `web` needs no password.</summary>
internal sealed class PostgresOfMachine : IDisposable
{
    public const string Programs = "/usr/lib/postgresql/15/bin/";
    public const int Port = 5433;

    private const string drop = "setpriv --reuid=postgres --regid=postgres --clear-groups " + Programs;

    private readonly Machine machine;
    private readonly TemporaryFolder folder = new();

    public PostgresOfMachine(Machine machine)
    {
        this.machine = machine;
        Assert.SkipUnless(File.Exists(Programs + "postgres"), "postgresql-15 is not installed");
        machine.Shell($"""
            set -e
            chmod 755 {folder.Path}; mkdir {folder.Path}/own; chown postgres {folder.Path}/own; cd /
            {drop}initdb -D {folder.Path}/own/data --no-sync --no-instructions --username=web -A trust >/dev/null
            echo 'host all all 0.0.0.0/0 trust' >> {folder.Path}/own/data/pg_hba.conf
            {drop}pg_ctl -D {folder.Path}/own/data -w -t 120 -l {folder.Path}/own/log -o "-k {folder.Path}/own -p {Port} -c listen_addresses={Machine.Forbidden} -c fsync=off" start >/dev/null
            """).Expect(0);
    }

    public void Dispose()
    {
        machine.Shell($"cd /; {drop}pg_ctl -D {folder.Path}/own/data -w -m immediate stop");
        folder.Dispose();
    }
}
