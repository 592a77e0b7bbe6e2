using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Plimsoll.EndToEnd.Tests;

/// <summary>`plimsoll guard postgres` as it is used: it learns what the application asks, then enforces it, and takes in what somebody accepts.</summary>
public sealed class GuardPostgresTests : IDisposable
{
    private const string programs = "/usr/lib/postgresql/15/bin/";
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(120);

    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-guard-postgres-").FullName;
    private readonly int port = FreePort();
    private Process? server;

    private string Profile => Path.Combine(folder, "db.yaml");

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Eventually(Func<bool> isSo, string what)
    {
        for (var watch = Stopwatch.StartNew(); !isSo(); Thread.Sleep(50))
            if (watch.Elapsed > patience) Assert.Fail($"{what}: not within {patience}");
    }

    private static Ended Psql(int port, string sql, string user = "postgres") =>
        Run.Program("psql", ["-h", "127.0.0.1", "-p", $"{port}", "-U", user, "-d", "postgres", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-v", "VERBOSITY=verbose", "-c", sql]);

    private void StartServer()
    {
        Run.Program("chown", ["postgres", folder]).Expect(0);
        string[] drop = ["--reuid=postgres", "--regid=postgres", "--clear-groups"];
        Run.Program("setpriv", [.. drop, programs + "initdb", "-D", folder + "/data", "--no-sync", "--username=postgres", "--no-instructions", "-A", "trust"]).Expect(0);
        server = Process.Start(new ProcessStartInfo("setpriv", [.. drop, programs + "postgres", "-D", folder + "/data", "-k", folder, "-p", $"{port}", "-c", "fsync=off", "-c", "max_connections=1010", "-c", "listen_addresses=127.0.0.1", "-c", "logging_collector=on"]) { WorkingDirectory = folder, UseShellExecute = false })!;
        Eventually(() => Psql(port, "select 1").Code == 0, "PostgreSQL answers");
        Psql(port, "create role web login").Expect(0);
        Psql(port, "create table items (id int, name text)").Expect(0);
        Psql(port, "insert into items select i, 'item ' || i from generate_series(1, 10) i").Expect(0);
        Psql(port, "grant select on items to web").Expect(0);
    }

    /// <summary>A guard in a process of its own.</summary>
    private sealed class Guard : IDisposable
    {
        private readonly Process process;
        private readonly Task<string> output;
        private readonly List<string> said = [];

        public Guard(params string[] arguments)
        {
            process = Process.Start(new ProcessStartInfo(Run.Cli, ["guard", "postgres", "--listen", "127.0.0.1:0", .. arguments]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
            output = process.StandardOutput.ReadToEndAsync();
            process.ErrorDataReceived += (_, line) =>
            {
                lock (said) said.Add(line.Data ?? "");
            };
            process.BeginErrorReadLine();
            Eventually(() => Said("plimsoll: guarding ") is not null, "the guard listens");
            Port = new Uri(Said("plimsoll: guarding ")!.Split(' ')[2]).Port;
        }

        public int Port { get; }

        /// <summary>MiB that it holds of the machine's memory.</summary>
        public double Held => double.Parse(File.ReadLines($"/proc/{process.Id}/status").Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;

        public string? Said(string beginning)
        {
            lock (said) return said.Find(line => line.StartsWith(beginning, StringComparison.Ordinal));
        }

        /// <summary>Ends it as a service manager would; its events.</summary>
        public IReadOnlyList<JsonElement> End()
        {
            Run.Program("kill", ["-TERM", $"{process.Id}"]).Expect(0);
            Assert.True(process.WaitForExit(patience));
            Assert.Equal(0, process.ExitCode);
            return [.. output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
        }

        public void Dispose()
        {
            if (!process.HasExited) process.Kill();
            process.Dispose();
        }
    }

    [Fact]
    public async Task It_learns_enforces_and_takes_in_what_is_accepted()
    {
        if (!File.Exists(programs + "postgres")) Assert.Skip("postgresql-15 is not installed.");
        StartServer();
        using (var learning = new Guard("--upstream", $"127.0.0.1:{port}", "--profile", Profile, "--mode", "learn"))
        {
            Assert.Equal("item 3\n", Psql(learning.Port, "SELECT name FROM items WHERE id = 3", "web").Expect(0).Out);
            Eventually(() => File.Exists(Profile) && File.ReadAllText(Profile).Contains("select name from items where id = ?", StringComparison.Ordinal), "the statement is in the profile");
            Assert.Empty(learning.End());
            foreach (var sentence in (string[])[$"1 statement learned: {Profile}", "1 statement of 1 shape, 1 new and 1 of these seen only once; 0 statements and ", "too few to say how often a statement of a new shape will come"])
                Eventually(() => learning.Said($"plimsoll: {sentence}") is not null, sentence);
        }
        Assert.Contains("select name from items where id = ?", Run.Plimsoll("guard", "profile", "show", Profile).Expect(0).Out, StringComparison.Ordinal);

        using var enforcing = new Guard("--upstream", $"127.0.0.1:{port}", "--profile", Profile, "--admin", "127.0.0.1:0");
        Assert.Equal("item 7\n", Psql(enforcing.Port, "select name from items where id = 7", "web").Expect(0).Out);
        var refused = Psql(enforcing.Port, "select count(*) from items", "web").Expect(1);
        Assert.Contains("ERROR:  42501: plimsoll: this statement is not in the profile of database postgres, user web", refused.Err, StringComparison.Ordinal);
        var command = refused.Err.Split('\n').Single(line => line.StartsWith("HINT:", StringComparison.Ordinal)).Split("plimsoll ")[1].Replace("FILE", Profile, StringComparison.Ordinal);
        Psql(enforcing.Port, "select pg_read_file('/etc/passwd')", "web").Expect(1);

        // What the client was told is what permits it, and the guard that runs takes it in.
        var waiting = Path.Combine(folder, "db.candidates.yaml");
        Eventually(() => File.Exists(waiting) && File.ReadAllText(waiting).Contains("select count(*) from items", StringComparison.Ordinal), "it waits to be accepted");
        Run.Plimsoll(command.Split(' ')).Expect(0);
        Ended now = refused;
        Eventually(() => (now = Psql(enforcing.Port, "select count(*) from items", "web")).Code == 0, "what was accepted passes");
        Assert.Equal("10\n", now.Out);
        Psql(enforcing.Port, "select pg_read_file('/etc/passwd')", "web").Expect(1);

        var admin = enforcing.Said("plimsoll: metrics are at ")!.Split(' ')[^1];
        using var http = new HttpClient();
        Assert.Equal("ready\n", await http.GetStringAsync(new Uri(new Uri(admin), "/readyz")));
        Assert.Contains("plimsoll_guard_statements_known_bad_total{rule=\"server-file\"} 2\n", await http.GetStringAsync(new Uri(admin)), StringComparison.Ordinal);
        Assert.Contains("statement-known-bad", Run.Plimsoll("guard", "top", "--once", "--admin", new Uri(admin).Authority).Expect(0).Out, StringComparison.Ordinal);
        var all = enforcing.End();
        Assert.Contains(all, one => one.TryGetProperty("event", out var name) && name.GetString() == "configuration-loaded");
        var events = all.Where(one => one.TryGetProperty("reason", out _)).ToList();
        Assert.Contains(events, one => one.GetProperty("reason").GetString() == "statement-unknown" && one.GetProperty("statement").GetString() == "select count(*) from items");
        Assert.Equal(2, events.Count(one => one.GetProperty("reason").GetString() == "statement-known-bad"));
    }

    /// <summary>A session over a socket of its own, with an application's name of many that are one identity.</summary>
    private static Socket Session(int port, int number)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = (int)patience.TotalMilliseconds };
        socket.Connect(IPAddress.Loopback, port);
        var body = Encoding.ASCII.GetBytes($"\0\u0003\0\0user\0web\0database\0postgres\0application_name\0worker-{number}\0\0");
        socket.Send([.. Length(body.Length + 4), .. body]);
        UntilReady(socket);
        return socket;
    }

    private static byte[] Length(int number) => [(byte)(number >> 24), (byte)(number >> 16), (byte)(number >> 8), (byte)number];

    private static string UntilReady(Socket socket)
    {
        var (text, buffer) = (new StringBuilder(), new byte[64 << 10]);
        while (!text.ToString().EndsWith("Z\0\0\0\u0005I", StringComparison.Ordinal))
        {
            var count = socket.Receive(buffer);
            if (count == 0) Assert.Fail($"the session ended: {text}");
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        return text.ToString();
    }

    [Fact]
    public void A_thousand_sessions_fit_into_150_MiB()
    {
        if (!File.Exists(programs + "postgres")) Assert.Skip("postgresql-15 is not installed.");
        StartServer();
        using var guard = new Guard("--upstream", $"127.0.0.1:{port}", "--profile", Profile, "--mode", "learn");
        var sessions = new List<Socket>();
        var many = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 200 : 1_000;
        var before = guard.Held;
        try
        {
            for (var i = 0; i < many; i++)
            {
                sessions.Add(Session(guard.Port, i));
                var query = Encoding.ASCII.GetBytes($"select name, repeat('x', 20000) from items where id = {1 + (i % 10)}\0");
                sessions[^1].Send([(byte)'Q', .. Length(query.Length + 4), .. query]);
                Assert.Contains($"item {1 + (i % 10)}", UntilReady(sessions[^1]), StringComparison.Ordinal);
            }
            Assert.Equal($"{many}\n", Psql(port, "select count(*) from pg_stat_activity where usename = 'web'").Out);
            Assert.InRange(guard.Held, 1, 150);
            Assert.InRange(guard.Held - before, 0, 150.0 * many / 1_000);
        }
        finally
        {
            foreach (var session in sessions) session.Dispose();
        }
        Assert.Empty(guard.End());
    }

    [Theory]
    [InlineData("--admin", "nowhere", "`--admin nowhere` is not an address and port")]
    [InlineData("--otlp", "ftp://collector", "`--otlp ftp://collector` is no address as `http://collector:4318/v1/logs`, or has a password in it")]
    public void Options_that_cannot_be_are_said(string option, string value, string sentence) =>
        Assert.Contains(sentence, Run.Plimsoll("guard", "postgres", "--listen", "127.0.0.1:0", "--upstream", $"127.0.0.1:{port}", "--profile", Profile, option, value).Expect(2).Err, StringComparison.Ordinal);

    public void Dispose()
    {
        if (server is not null)
        {
            Run.Program("kill", ["-INT", $"{server.Id}"]);
            server.WaitForExit();
            server.Dispose();
        }
        Directory.Delete(folder, recursive: true);
    }
}
