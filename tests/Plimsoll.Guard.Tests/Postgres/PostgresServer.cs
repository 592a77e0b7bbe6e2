using System.Diagnostics;
using System.Net;
using Plimsoll.Guard.Tests.Running;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>A real PostgreSQL with a data folder and port of its own, and users `postgres` and `web` without passwords, `scram` with one.</summary>
public sealed class PostgresServer : IDisposable
{
    private const string programs = "/usr/lib/postgresql/15/bin/";

    private readonly string folder = Directory.CreateTempSubdirectory("guard-postgres-").FullName;
    private readonly Process? process;

    public PostgresServer()
    {
        if (!File.Exists(programs + "postgres")) return;
        Port = Programs.FreePort();
        Tool("chown", "postgres", folder);
        Drop("initdb", "-D", folder + "/data", "--no-sync", "--username=postgres", "--no-instructions", "-A", "trust");
        Drop("/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", Key, "-out", Certificate);
        File.WriteAllText(folder + "/data/pg_hba.conf", "host all scram 127.0.0.1/32 scram-sha-256\nhost all md5 127.0.0.1/32 md5\nhost all clear 127.0.0.1/32 password\nhost all all 127.0.0.1/32 trust\nlocal all all trust\n");
        process = Process.Start(new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", programs + "postgres", "-D", folder + "/data", "-k", folder, "-p", $"{Port}", "-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", "shared_preload_libraries=pg_stat_statements", "-c", "ssl=on", "-c", $"ssl_cert_file={Certificate}", "-c", $"ssl_key_file={Key}"]) { WorkingDirectory = folder, RedirectStandardError = true, UseShellExecute = false })!;
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        if (!Programs.Eventually(Answers, Waiting.Patience.TotalSeconds)) throw new TimeoutException("postgres does not answer");
        using var setup = PgClient.Connect(Address, "postgres");
        foreach (var sql in (string[])
        [
            "create extension pg_stat_statements", "create role web login", "create role scram login password 'secret'", "set password_encryption = 'md5'", "create role md5 login password 'secret'", "create role clear login password 'secret'",
            "create table t (a int, b text)", "insert into t select i, 'row ' || i from generate_series(1, 1000) i", "create table secret (a int)", "grant all on t to web, scram, md5, clear", "grant create on schema public to web, scram, md5, clear",
        ]) Assert.DoesNotContain(setup.Query(sql), message => message.Type == 'E');
    }

    public bool IsThere => process is not null;

    /// <summary>PEM files for 127.0.0.1, of an authority that is the certificate itself.</summary>
    public string Certificate => folder + "/server.pem";
    public string Key => folder + "/server.key";

    public int Port { get; }

    public IPEndPoint Address => new(IPAddress.Loopback, Port);

    private bool Answers()
    {
        try
        {
            using var client = PgClient.Connect(Address, "postgres");
            return client.Greeting is [.., { Type: 'Z' }]; // It may say that it is starting up.
        }
        catch (Exception thrown) when (thrown is IOException or System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    private static void Drop(string program, params string[] arguments) => Tool("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", program.StartsWith('/') ? program : programs + program, .. arguments]);

    private static void Tool(string program, params string[] arguments)
    {
        using var running = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = "/", RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var error = running.StandardError.ReadToEndAsync();
        running.StandardOutput.ReadToEnd();
        running.WaitForExit();
        if (running.ExitCode != 0) throw new InvalidOperationException($"{program}: {error.Result}");
    }

    /// <summary>Runs a client program and gives what it wrote and its exit code.</summary>
    public static string Run(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = "/tmp", RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var running = Process.Start(start)!;
        var error = running.StandardError.ReadToEndAsync();
        var output = running.StandardOutput.ReadToEndAsync();
        running.StandardInput.Write(input);
        running.StandardInput.Close();
        running.WaitForExit();
        return $"{output.Result}--\n{error.Result}--\n{running.ExitCode}";
    }

    public void Dispose()
    {
        if (process is null) return;
        Tool("kill", "-INT", $"{process.Id}");
        process.WaitForExit();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
