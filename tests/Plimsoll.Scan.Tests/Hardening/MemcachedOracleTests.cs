using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The tree in force against `stats settings` of the real server.</summary>
public sealed class MemcachedOracleTests
{
    private static readonly string[][] options =
    [
        ["-m", "128"], ["-m256"], ["--memory-limit=32"], ["-c", "200"], ["--conn-limit", "300"], ["-t", "2"], ["--threads=3"], ["-A"], ["--enable-shutdown"], ["-X"], ["-F"], ["-I", "2m"], ["--max-item-size=512k"], ["-v"], ["-vv"], ["-U", "0"], ["-M"],
        ["-R", "50"], ["-o", "ssl_min_version=3,idle_timeout=10"], ["-o", "no_lru_crawler"], ["-B", "ascii"], ["-a", "770"], ["-Av"],
    ];

    [Fact]
    public void What_is_in_force_is_what_the_server_says()
    {
        if (!Catalogers.Programs.Exist("memcached")) Assert.Skip("memcached is not installed.");
        for (var seed = 0; seed < (Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 300 : 25); seed++)
        {
            var random = new Random(seed);
            var port = FreePort();
            List<string> arguments = [.. Enumerable.Range(0, seed == 0 ? 0 : random.Next(7)).SelectMany(_ => options[random.Next(options.Length)]), "-l", "127.0.0.1", "-p", $"{port}", "-u", "nobody"];
            var said = Ask(arguments, port);
            var result = HardenedImage.Scan(["/usr/bin/memcached", .. arguments], ["MEMCACHED_VERSION=1.6.18"], ("/README", "x"));
            Assert.Empty(result.Problems);
            var judged = new Judged(new Memcached(), result.Of("memcached"));
            foreach (var (key, name) in ((string, string)[])[("memory-limit", "maxbytes"), ("conn-limit", "maxconns"), ("port", "tcpport"), ("udp-port", "udpport"), ("listen", "inter"), ("threads", "num_threads"), ("max-item-size", "item_size_max"), ("unix-mask", "umask"), ("enable-shutdown", "shutdown_command"), ("enable-sasl", "auth_enabled_sasl"), ("enable-ssl", "ssl_enabled")])
                Assert.Equal((seed, key, said[name]), (seed, key, Bytes(key, judged.Value(judged.Root, key)!.Value)));
            foreach (var (key, name) in ((string, string)[])[("disable-dumping", "dump_enabled"), ("disable-flush-all", "flush_enabled")])
                Assert.Equal((seed, key, said[name]), (seed, key, judged.Value(judged.Root, key)!.Value == "yes" ? "no" : "yes"));
            Assert.Equal((seed, said["verbosity"]), (seed, $"{judged.Root.Own("verbose").Count}"));
            if (judged.Value(judged.Root, "idle_timeout") is { } timeout) Assert.Equal(said["idle_timeout"], timeout.Value);
        }
    }

    [Fact]
    public void Debians_file_counts_only_when_its_wrapper_reads_it()
    {
        (string, string) file = ("/etc/memcached.conf", "# memory\n-d\nlogfile /var/log/x\n-m 64\n\n-l 127.0.0.1 # here\n-u memcache\n");
        const string wrapper = "/usr/share/memcached/scripts/systemd-memcached-wrapper";
        Assert.Equal("daemon yes | /etc/memcached.conf:2:1\nmemory-limit 64 | /etc/memcached.conf:4:1\nlisten 127.0.0.1 | /etc/memcached.conf:6:1\nuser memcache | /etc/memcached.conf:7:1\nprocess-user memcache | /etc/memcached.conf:7:1\n",
            HardenedImage.Text(Of("root", [wrapper], file, (wrapper, "#!/usr/bin/perl\n")).Settings, origins: true));
        Assert.Equal("process-user 10001 | image: USER\n", HardenedImage.Text(Of("10001", ["/usr/bin/memcached"], file).Settings, origins: true));
    }

    [Fact]
    public void A_hardened_server_gives_no_finding()
    {
        var result = HardenedImage.Scan(["/usr/bin/memcached", "-S", "-Z", "-o", "ssl_chain_cert=/run/secrets/cert.pem", "-X", "-W", "-m", "256"], ["MEMCACHED_VERSION=1.6.18"], ("/README", "x"));
        Assert.Empty(result.Hardening!.Findings.Where(finding => finding.Application == "memcached").Select(finding => finding.Rule.Id));
    }

    private static Configuration Of(string user, string[] command, params (string Path, string Text)[] files) =>
        ExampleImage.Scan(new Example { Line = 1, Files = [.. files], Command = [.. command], User = user }, HardeningOptions.With([])).Of("memcached");

    private static string Bytes(string key, string value) => key switch
    {
        "memory-limit" => (Quantities.Number(value)!.Value * (1 << 20)).ToString(CultureInfo.InvariantCulture),
        "max-item-size" => Quantities.Size(value)!.Value.ToString(CultureInfo.InvariantCulture),
        _ => value,
    };

    private static Dictionary<string, string> Ask(List<string> arguments, int port)
    {
        using var server = Process.Start(new ProcessStartInfo("memcached", arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var log = server.StandardError.ReadToEndAsync();
        try
        {
            for (var tries = 0; ; tries++)
                try
                {
                    using var client = new TcpClient();
                    client.Connect(IPAddress.Loopback, port);
                    client.Client.Send("stats settings\r\n"u8);
                    using var reader = new StreamReader(client.GetStream());
                    var said = new Dictionary<string, string>(StringComparer.Ordinal);
                    while (reader.ReadLine() is { } line && line != "END")
                        if (line.Split(' ', 3) is ["STAT", var name, var value]) said[name] = value;
                    return said;
                }
                catch (SocketException) when (tries < 1000)
                {
                    Assert.False(server.HasExited, server.HasExited ? log.Result : "");
                    Thread.Sleep(10);
                }
        }
        finally
        {
            if (!server.HasExited) server.Kill();
            server.WaitForExit();
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
