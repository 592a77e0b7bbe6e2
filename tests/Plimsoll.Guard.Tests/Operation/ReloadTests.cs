using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text.Json;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Operation;
using Plimsoll.Guard.Tests.Configuration;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Operation;

[Collection(OneByOne.Name)]
public sealed class ReloadTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static RawServer Server(string answer) => RawServer.Answering($"HTTP/1.1 200 OK\r\nContent-Length: {answer.Length}\r\n\r\n{answer}");

    private static string Yaml(RawServer server, string more = "", string listeners = "- address: 127.0.0.1:0") =>
        $"listeners:\n{listeners}\nsites:\n- {{name: a, upstreams: [\"{server.Address}\"]}}\nevents: {{record: all}}\n{more}";

    private static async Task<string> AskAsync(RawClient client, string last)
    {
        await client.SendAsync("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
        return await client.ReadUntilAsync(last);
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    [Fact]
    public async Task The_next_request_of_an_open_connection_goes_to_the_new_upstream()
    {
        using var one = Server("one");
        using var two = Server("two");
        using var guard = new RunningOperations(folder, Yaml(one));
        using var client = new RawClient(guard.Address);
        await AskAsync(client, "one");
        await guard.ChangeAsync(Yaml(two));
        await AskAsync(client, "two");
        Assert.Equal(2, guard.Operations.Config.Generation);
        Assert.Contains("\"event\":\"configuration-loaded\",\"generation\":2", guard.End(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_configuration_changes_nothing_and_is_told_everywhere()
    {
        using var one = Server("one");
        using var guard = new RunningOperations(folder, Yaml(one, "admin: 127.0.0.1:0"));
        using var client = new RawClient(guard.Address);
        await AskAsync(client, "one");
        await guard.ChangeAsync(Yaml(one, "admin: 127.0.0.1:0\nlimits: {feilds: 3}\ndrain: x"));
        await AskAsync(client, "one");
        Assert.Equal((1, 1), (guard.Operations.Config.Generation, guard.Operations.Config.Refused));
        string[] faults = [$"{guard.File}:7:10: `feilds` is not known here. Did you mean `fields`?", $"{guard.File}:8:8: `drain` is `x`. Write a time as `15s` (ms, s, m, h)."];
        Assert.Equal(faults, guard.Operations.Config.Faults);
        var metrics = (await guard.AskAsync("/metrics")).Body;
        Assert.Contains("\nplimsoll_guard_config_last_reload_successful 0\n", metrics, StringComparison.Ordinal);
        Assert.Contains("\nplimsoll_guard_config_faults 2\n", metrics, StringComparison.Ordinal);
        Assert.Contains("Did you mean `fields`?", (await guard.AskAsync("/status")).Body, StringComparison.Ordinal);
        await RunningOperations.UntilAsync(() => guard.Said.Contains(faults[1], StringComparison.Ordinal));

        await guard.ChangeAsync(Yaml(one, "admin: 127.0.0.1:0"));
        Assert.Contains("\nplimsoll_guard_config_last_reload_successful 1\n", (await guard.AskAsync("/metrics")).Body, StringComparison.Ordinal);
        Assert.Contains("\"event\":\"configuration-refused\",\"generation\":1,\"faults\":[", guard.End(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Listeners_come_and_go_and_connections_end_in_good_order()
    {
        using var server = new RawServer(async peer =>
        {
            while (await peer.ReadHeadAsync() is { } head)
            {
                if (head.Contains("/slow", StringComparison.Ordinal)) await Task.Delay(1000);
                await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nseen");
            }
        });
        var (first, second) = (FreePort(), FreePort());
        string Listening(params int[] ports) => string.Join('\n', ports.Select(port => $"- address: 127.0.0.1:{port}"));
        using var guard = new RunningOperations(folder, Yaml(server, listeners: Listening(first)));
        using var idle = new RawClient(new(IPAddress.Loopback, first));
        using var busy = new RawClient(new(IPAddress.Loopback, first));
        await AskAsync(idle, "seen");
        await guard.ChangeAsync(Yaml(server, listeners: Listening(first, second)));
        using var kept = new RawClient(new(IPAddress.Loopback, second));
        await AskAsync(kept, "seen");
        await AskAsync(idle, "seen");

        await busy.SendAsync("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n");
        await RunningOperations.UntilAsync(() => guard.Operations.Gateway.Running.Sites.All[0].Pool.Upstreams[0].Active == 1);
        await guard.ChangeAsync(Yaml(server, listeners: Listening(second)));
        Assert.EndsWith("seen", await busy.ReadToEndAsync(), StringComparison.Ordinal); // Completed, then closed and not reset.
        Assert.Equal("", await idle.ReadToEndAsync());
        await AskAsync(kept, "seen");
        Assert.Throws<SocketException>(() => new RawClient(new(IPAddress.Loopback, first)));
    }

    [Fact]
    public async Task An_address_that_is_taken_refuses_the_whole_configuration()
    {
        using var one = Server("one");
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        using var guard = new RunningOperations(folder, Yaml(one));
        await guard.ChangeAsync(Yaml(one, listeners: $"- address: 127.0.0.1:{FreePort()}\n- address: {taken.LocalEndPoint}"));
        Assert.StartsWith($"The guard cannot listen on {taken.LocalEndPoint}: ", Assert.Single(guard.Operations.Config.Faults), StringComparison.Ordinal);
        using var client = new RawClient(guard.Address);
        await AskAsync(client, "one");
        Assert.Single(guard.Operations.Gateway.Endpoints);
    }

    [Fact]
    public async Task What_Kubernetes_mounts_is_replaced_by_a_link()
    {
        using var one = Server("one");
        using var two = Server("two");
        using var mounted = new ConfigFolder();
        Directory.CreateDirectory(Path.Combine(mounted.Path, "..1"));
        Directory.CreateDirectory(Path.Combine(mounted.Path, "..2"));
        mounted.Write("..1/guard.yaml", Yaml(one));
        mounted.Write("..2/guard.yaml", Yaml(two));
        Directory.CreateSymbolicLink(Path.Combine(mounted.Path, "..data"), "..1");
        var file = Path.Combine(mounted.Path, "guard.yaml");
        File.CreateSymbolicLink(file, "..data/guard.yaml");
        using var operations = new Operations(ConfigFile.Read(file), [], Stream.Null, TimeProvider.System);
        using var reloader = new Reloader(file, operations, _ => { });
        using var client = new RawClient(operations.Gateway.Endpoints[0]);
        await AskAsync(client, "one");
        Directory.CreateSymbolicLink(Path.Combine(mounted.Path, "..data_tmp"), "..2");
        using (var swap = Process.Start("mv", ["-T", Path.Combine(mounted.Path, "..data_tmp"), Path.Combine(mounted.Path, "..data")])) await swap.WaitForExitAsync(TestContext.Current.CancellationToken);
        await RunningOperations.UntilAsync(() => operations.Config.Generation == 2);
        await AskAsync(client, "two");
    }

    [Fact]
    public async Task A_new_certificate_serves_the_next_connection()
    {
        folder.Certificate("a", "before.test");
        using var one = Server("one");
        using var guard = new RunningOperations(folder, Yaml(one, listeners: "- {address: \"127.0.0.1:0\", tls: {certificates: [{certificate: a.pem, key: a.key}]}}"));
        async Task<string> NameAsync()
        {
            using var client = new TcpClient();
            await client.ConnectAsync(guard.Address);
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "x", RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null });
            return stream.RemoteCertificate!.Subject;
        }
        Assert.Equal("CN=before.test", await NameAsync());
        folder.Certificate("a", "after.test");
        await RunningOperations.UntilAsync(() => guard.Operations.Config is { Generation: >= 2, Faults: [] });
        Assert.Equal("CN=after.test", await NameAsync());
    }

    [Fact]
    public async Task SIGHUP_reloads_what_did_not_change_and_limits_hold_from_the_next_connection()
    {
        using var one = Server("one");
        using var guard = new RunningOperations(folder, Yaml(one));
        using (var kill = Process.Start("kill", ["-HUP", Environment.ProcessId.ToString(CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await RunningOperations.UntilAsync(() => guard.Operations.Config.Generation == 2);
        await guard.ChangeAsync(Yaml(one, "limits: {fields: 1}"));
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 431 ", await client.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_bug_in_a_reload_leaves_the_configuration_in_force()
    {
        using var one = Server("one");
        using var guard = new RunningOperations(folder, Yaml(one));
        Assert.Equal(["The guard failed to read this configuration (InvalidOperationException: oh). Report it as a bug."], guard.Operations.Reload(() => throw new InvalidOperationException("oh")));
        Assert.Equal((1, 1), (guard.Operations.Config.Generation, guard.Operations.Config.Refused));
    }

    [Fact]
    public async Task An_upstream_that_is_down_stays_down()
    {
        using var one = Server("one");
        using var guard = new RunningOperations(folder, Yaml(one));
        for (var i = 0; i < 3; i++) guard.Operations.Gateway.Running.Sites.All[0].Pool.Upstreams[0].Failed();
        await guard.ChangeAsync(Yaml(one, "drain: 1s"));
        Assert.False(guard.Operations.Gateway.Running.Sites.All[0].Pool.Upstreams[0].IsUp(Environment.TickCount64));
    }

    /// <summary>Every reload has other upstreams, limits, listeners, event files and a new certificate, every fourth is wrong; each request has its answer.</summary>
    [Fact]
    public async Task Reloads_of_everything_under_load_drop_no_request()
    {
        var duration = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 30 : 300);
        folder.Certificate("a", "a.test");
        using var one = Server("seen");
        using var two = Server("seen");
        string Configuration(int number) => Yaml(number % 2 == 0 ? one : two, $"limits: {{fields: {50 + number % 7}}}\ndrain: {(number % 4 == 3 ? "wrong" : "1s")}\nadmin: 127.0.0.1:0",
            listeners: "- address: 127.0.0.1:0" + (number % 3 == 0 ? "\n- {address: \"127.0.0.2:0\", tls: {certificates: [{certificate: a.pem, key: a.key}]}}" : ""))
            .Replace("{record: all}", $"{{record: all, stdout: false, file: {{path: events{number / 4 % 2}.jsonl, size: {64 + number % 3}KiB, count: {2 + number % 2}}}}}", StringComparison.Ordinal);
        using var guard = new RunningOperations(folder, Configuration(0));
        using var done = new CancellationTokenSource(duration);
        var clients = Enumerable.Range(0, 6).Select(_ => Task.Run(async () =>
        {
            var answered = 0;
            while (!done.IsCancellationRequested)
            {
                using var client = new RawClient(guard.Address);
                for (var i = 0; i < GuardLimits.Default.RequestsOfConnection - 1 && !done.IsCancellationRequested; i++)
                {
                    await client.SendAsync("GET /x HTTP/1.1\r\nHost: a\r\n\r\n");
                    var answer = await client.ReadAnswerAsync();
                    Assert.True(answer == "200", $"{answer} at request {i} of a connection");
                    answered++;
                }
            }
            return answered;
        })).ToList();
        for (var number = 1; !done.IsCancellationRequested; number++)
        {
            if (number % 5 == 0) folder.Certificate("a", "a.test");
            await guard.ChangeAsync(Configuration(number));
        }
        var answers = await Task.WhenAll(clients);
        Assert.All(answers, answered => Assert.True(answered > 10));
        Assert.True(guard.Operations.Config.Generation > 5 && guard.Operations.Config.Refused > 1, guard.Operations.Config.ToString());
        await RunningOperations.UntilAsync(() => guard.Operations.Gateway.Open == 0);
        Assert.All(guard.Operations.Events.Dropped, target => Assert.Equal(0, target.Dropped));
        Assert.Equal(answers.Sum(), guard.Operations.Counters.All.Where(site => site.Site == "a").Sum(site => site.Counters.Requests.Sum(request => request.Count)));
        guard.Dispose();
        var files = Directory.GetFiles(folder.Path, "events*");
        Assert.True(files.Length > 2);
        foreach (var line in files.SelectMany(File.ReadLines)) JsonDocument.Parse(line).Dispose(); // None is torn or written over.
    }
}
