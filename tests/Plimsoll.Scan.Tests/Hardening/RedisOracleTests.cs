using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The tree in force against `CONFIG GET *` of the real server.</summary>
public sealed class RedisOracleTests
{
    private static readonly (string Key, string[] Values)[] settings =
    [
        ("maxclients", ["100", "500"]), ("timeout", ["0", "30"]), ("tcp-keepalive", ["60", "300"]), ("appendonly", ["no"]), ("protected-mode", ["yes", "no"]), ("loglevel", ["notice", "verbose", "warning"]),
        ("maxmemory", ["100mb", "1gb", "0"]), ("maxmemory-policy", ["noeviction", "allkeys-lru"]), ("hz", ["10", "50"]), ("replica-read-only", ["yes", "no"]), ("acllog-max-len", ["64", "128"]),
        ("unixsocketperm", ["700", "770"]), ("proto-max-bulk-len", ["10mb", "512mb"]), ("stop-writes-on-bgsave-error", ["yes", "no"]), ("dbfilename", ["'a b.rdb'", "\"c\\x64.rdb\""]), ("enable-debug-command", ["local", "no"]),
    ];

    [Fact]
    public void What_is_in_force_is_what_the_server_says()
    {
        for (var seed = 0; seed < (Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 300 : 25); seed++)
        {
            var random = new Random(seed);
            using var server = new RedisServer();
            var files = new List<(string Path, string Text)>
            {
                ("/etc/redis/redis.conf", Lines(random) + $"include /etc/redis/more.conf\n{Lines(random)}include /etc/redis/parts/*.conf\n"),
                ("/etc/redis/more.conf", Lines(random)),
                ("/etc/redis/parts/b.conf", Lines(random)),
                ("/etc/redis/parts/a.conf", Lines(random)),
            };
            List<string> arguments = [];
            for (var i = random.Next(3); i > 0; i--)
                if (settings[random.Next(settings.Length)] is var (key, values) && values[0][0] is not ('\'' or '"')) arguments.AddRange(["--" + key, values[random.Next(values.Length)]]);
            var said = server.Ask(files, arguments);
            var result = HardenedImage.Scan(["/usr/bin/redis-server", "/etc/redis/redis.conf", .. arguments], [], [.. files]);
            Assert.Empty(result.Problems);
            var judged = new Judged(new Redis(), result.Of("redis") with { Version = "7.0.15" });
            foreach (var (key, _) in settings)
                if (judged.Value(judged.Root, key) is { } setting) Assert.Equal((seed, key, said[key]), (seed, key, Canonical(key, setting.Value)));
        }
    }

    [Fact]
    public void Defaults_are_those_of_the_server()
    {
        using var server = new RedisServer();
        var said = server.Ask([("/etc/redis/redis.conf", "")], []);
        var redis = new Redis();
        string[] given = ["port", "unixsocketperm", "bind"]; // What the test itself sets.
        var known = said.Keys.Except(given).Where(key => redis.Default(key, "7.0.15") is not null).ToList();
        Assert.True(known.Count >= 20);
        foreach (var key in known) Assert.Equal((key, said[key]), (key, Canonical(key, redis.Default(key, "7.0.15")!.Value)));
    }

    private static string Lines(Random random)
    {
        var text = new StringBuilder("# a comment\n\n");
        for (var i = random.Next(5); i > 0; i--)
        {
            var (key, values) = settings[random.Next(settings.Length)];
            text.Append(CultureInfo.InvariantCulture, $"{(random.Next(2) == 0 ? "  " : "")}{(random.Next(3) == 0 ? key.ToUpperInvariant() : key)} \t {values[random.Next(values.Length)]}  {(random.Next(2) == 0 ? "\r\n" : "\n")}");
        }
        return text.ToString();
    }

    /// <summary>Sizes as the server tells them, in bytes.</summary>
    private static string Canonical(string key, string value) => key is "maxmemory" or "proto-max-bulk-len" or "client-query-buffer-limit" ? Quantities.Size(value)!.Value.ToString(CultureInfo.InvariantCulture) : value;

    private sealed class RedisServer : IDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-redis-").FullName;
        private Process? process;

        public RedisServer()
        {
            if (!Catalogers.Programs.Exist("redis-server")) Assert.Skip("redis-server is not installed.");
        }

        public Dictionary<string, string> Ask(IEnumerable<(string Path, string Text)> files, IEnumerable<string> arguments)
        {
            foreach (var (path, text) in files)
            {
                var full = path.Replace("/etc/redis/", folder + "/", StringComparison.Ordinal);
                Directory.CreateDirectory(Path.GetDirectoryName(full)!);
                File.WriteAllText(full, text.Replace("/etc/redis/", folder + "/", StringComparison.Ordinal));
            }
            var socket = folder + "/socket";
            process = Process.Start(new ProcessStartInfo("redis-server", [folder + "/redis.conf", "--port", "0", "--unixsocket", socket, .. arguments]) { WorkingDirectory = folder, RedirectStandardOutput = true, UseShellExecute = false })!;
            var log = process.StandardOutput.ReadToEndAsync();
            for (var i = 0; i < 6000 && !File.Exists(socket) && !process.HasExited; i++) Thread.Sleep(10);
            Assert.True(File.Exists(socket), process.HasExited ? log.Result : "redis-server did not start");
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            Connect(client, socket);
            client.Send("CONFIG GET *\r\n"u8);
            using var reader = new StreamReader(new NetworkStream(client), Encoding.Latin1);
            var count = int.Parse(reader.ReadLine()![1..], CultureInfo.InvariantCulture);
            var said = new Dictionary<string, string>(StringComparer.Ordinal);
            for (var i = 0; i < count; i += 2) said[Bulk(reader)] = Bulk(reader);
            return said;
        }

        /// <summary>The socket is there a little before the server listens on it.</summary>
        private static void Connect(Socket client, string path)
        {
            for (var tries = 0; ; tries++)
                try
                {
                    client.Connect(new UnixDomainSocketEndPoint(path));
                    return;
                }
                catch (SocketException) when (tries < 1000)
                {
                    Thread.Sleep(10);
                }
        }

        private static string Bulk(StreamReader reader)
        {
            var text = new char[int.Parse(reader.ReadLine()![1..], CultureInfo.InvariantCulture)];
            reader.ReadBlock(text);
            reader.ReadLine();
            return new string(text);
        }

        public void Dispose()
        {
            process?.Kill();
            process?.WaitForExit();
            process?.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }
}
