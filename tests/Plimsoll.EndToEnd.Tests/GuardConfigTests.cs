using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Plimsoll.EndToEnd.Tests;

/// <summary>`guard check`, `guard http --config` and `guard top`, each in a process of its own.</summary>
public sealed class GuardConfigTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("guard-config-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string Write(string yaml)
    {
        var file = Path.Combine(folder, "guard.yaml");
        File.WriteAllText(file + ".new", yaml);
        File.Move(file + ".new", file, overwrite: true);
        return file;
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Run.Cli, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static async Task<(int Code, string Output, string Errors)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1));
        return (process.ExitCode, output, await errors);
    }

    [Fact]
    public async Task Check_says_all_that_is_wrong()
    {
        var file = Write("listeners: [{adress: \":1\", address: \":1\"}]\nsites: [{name: a, upstreams: [\"127.0.0.1:1\"], mode: detekt}]\n");
        var (code, output, errors) = await RunAsync("guard", "check", file);
        Assert.Equal((2, ""), (code, output));
        Assert.Equal($"plimsoll: {file}:1:14: `adress` is not known here. Did you mean `address`?\n{file}:2:53: `mode` is `detekt`. Did you mean `detect`?", string.Join('\n', errors.Split('\n')[..2]));
        Write("listeners: [{address: \":1\"}]\nsites: [{name: a, upstreams: [\"127.0.0.1:1\"]}]\n");
        Assert.Equal((0, $"{file} is right: 1 listener, 1 site, 1 upstream\n", ""), await RunAsync("guard", "check", file));
    }

    [Fact]
    public async Task A_running_guard_is_reloaded_watched_and_ended()
    {
        var admin = FreePort().ToString(CultureInfo.InvariantCulture);
        string Yaml(string mode) => $"listeners: [{{address: \"127.0.0.1:0\"}}]\nsites: [{{name: shop, mode: {mode}, upstreams: [\"127.0.0.1:1\"]}}]\nadmin: \"127.0.0.1:{admin}\"\n";
        using var guard = Start("guard", "http", "--config", Write(Yaml("enforce")));
        try
        {
            var events = guard.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            var address = new Uri((await LineAsync(guard)).Split(' ')[2]);
            Assert.Equal($"plimsoll: metrics are at http://127.0.0.1:{admin}/metrics", await LineAsync(guard));
            using var http = new HttpClient();
            Assert.Equal(HttpStatusCode.BadGateway, (await http.GetAsync(address, TestContext.Current.CancellationToken)).StatusCode);

            Write(Yaml("detect"));
            Assert.Equal("plimsoll: configuration 2 is in force", await LineAsync(guard));
            await SignalAsync(guard, "HUP");
            Assert.Equal("plimsoll: configuration 3 is in force", await LineAsync(guard));
            Write(Yaml("detekt"));
            Assert.Equal("plimsoll: the new configuration is refused, number 3 stays in force:", await LineAsync(guard));

            var (code, top, errors) = await RunAsync("guard", "top", "--admin", $"127.0.0.1:{admin}");
            Assert.Equal((0, ""), (code, errors));
            Assert.StartsWith($"plimsoll guard at 127.0.0.1:{admin}, configuration 3\nThe newest configuration is refused, faults: 1.", top, StringComparison.Ordinal);
            Assert.Contains("upstream-unreachable", top, StringComparison.Ordinal);
            Assert.DoesNotContain('\e', top);

            await SignalAsync(guard, "TERM");
            await guard.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1));
            Assert.Equal(0, guard.ExitCode);
            Assert.Equal(["upstream-unreachable", "configuration-loaded", "configuration-loaded", "configuration-refused"],
                (await events).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split("\"reason\":\"", 2) is [_, var reason] ? reason.Split('"')[0] : line.Split("\"event\":\"", 2)[1].Split('"')[0]));
        }
        finally
        {
            if (!guard.HasExited) guard.Kill();
        }
        Assert.Equal(2, (await RunAsync("guard", "top", "--admin", $"127.0.0.1:{admin}")).Code);
    }

    private static async Task<string> LineAsync(Process guard) => await guard.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1)) ?? "";

    private static async Task SignalAsync(Process process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
