using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>A real PostgreSQL with a data folder of its own, on a port of its own; the tests' paths stand below its folder.</summary>
internal sealed class PostgresqlServer : IDisposable
{
    private static readonly string? programs = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").Order(StringComparer.Ordinal).Select(folder => folder + "/bin").LastOrDefault(folder => File.Exists(folder + "/postgres")) : null;

    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-postgresql-").FullName;
    private Process? process;

    /// <param name="initdb">Arguments for initdb(1).</param>
    public PostgresqlServer(params string[] initdb)
    {
        if (programs is null) Assert.Skip("postgresql is not installed.");
        Run("chown", ["postgres", folder]);
        Port = FreePort();
        var (code, output) = Postgres("initdb", ["-D", Data, "--no-sync", "--username=postgres", "--no-instructions", .. initdb]);
        Assert.True(code == 0, output);
    }

    public string Folder => folder;
    public string Data => folder + "/data";
    public int Port { get; }

    /// <summary>Major and minor of the server: `15.18`.</summary>
    public string Version => Postgres("postgres", ["--version"]).Output.Split(' ')[2].Trim();

    public string Socket => $"{folder}/.s.PGSQL.{Port}";

    /// <summary>Writes files of the image below the folder.</summary>
    public void Write(IEnumerable<(string Path, string Text)> files)
    {
        foreach (var (path, text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
        Run("chown", ["-R", "postgres", folder]);
    }

    public void Start(IEnumerable<string> arguments, IEnumerable<string> environment)
    {
        var start = new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", "env", .. environment, programs + "/postgres", "-D", Data, "-k", folder, .. arguments]) { WorkingDirectory = folder, RedirectStandardError = true, UseShellExecute = false };
        process = Process.Start(start)!;
        var log = process.StandardError.ReadToEndAsync();
        for (var i = 0; i < 6000 && !process.HasExited; i++)
        {
            if (File.Exists(Socket) && File.Exists(Data + "/postmaster.pid") && File.ReadAllText(Data + "/postmaster.pid").Contains("ready", StringComparison.Ordinal)) return;
            Thread.Sleep(10);
        }
        Assert.Fail(process.HasExited ? log.Result : "postgres did not start");
    }

    /// <summary>Takes pg_hba.conf anew; true when the server says that it is in force.</summary>
    public void Reload(string access)
    {
        File.WriteAllText(Data + "/pg_hba.conf", access);
        Assert.Equal("t", Query("select pg_reload_conf()").Trim());
    }

    public string Query(string sql)
    {
        var (code, output) = Run("psql", ["-h", folder, "-p", $"{Port}", "-U", "postgres", "-d", "postgres", "-AtX", "-F", "\u0001", "-c", sql]);
        Assert.True(code == 0, output);
        return output;
    }

    /// <summary>What the server asks for first: 0 nothing, 3 a password, 10 SCRAM, -1 it refuses.</summary>
    /// <param name="address">Null for the socket.</param>
    public int Ask(IPAddress? address, string database, string user)
    {
        using var client = address is null ? new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) : new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(address is null ? new UnixDomainSocketEndPoint(Socket) : new IPEndPoint(address, Port));
        byte[] body = [0, 3, 0, 0, .. Encoding.ASCII.GetBytes($"user\0{user}\0database\0{database}\0\0")];
        client.Send([0, 0, 0, (byte)(body.Length + 4), .. body]);
        var answer = new byte[9];
        var read = 0;
        while (read < answer.Length && client.Receive(answer.AsSpan(read)) is var some and > 0) read += some;
        return answer[0] == 'R' ? answer[8] : -1;
    }

    public void Dispose()
    {
        if (process is { HasExited: false })
        {
            Run("kill", ["-INT", $"{process.Id}"]);
            process.WaitForExit();
        }
        process?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    public void Stop()
    {
        if (process is null) return;
        Run("kill", ["-INT", $"{process.Id}"]);
        process.WaitForExit();
        process = null;
    }

    private (int Code, string Output) Postgres(string program, string[] arguments) => Run("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", programs + "/" + program, .. arguments]);

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static (int Code, string Output) Run(string program, string[] arguments)
    {
        using var running = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = "/", RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var error = running.StandardError.ReadToEndAsync();
        var output = running.StandardOutput.ReadToEnd();
        running.WaitForExit();
        return (running.ExitCode, output + error.Result);
    }
}
