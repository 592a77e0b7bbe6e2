using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Operation;
using Plimsoll.Guard.Tests.Configuration;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Operation;

[Collection(OneByOne.Name)]
public sealed class MetricsTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    private static RawServer Server() => RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nseen");

    private RunningOperations Start(RawServer server, string site = "") => new(folder, $"listeners: [{{address: \"127.0.0.1:0\"}}]\nsites: [{{name: shop, hosts: [a], upstreams: [\"{server.Address}\"]{site}}}]\nadmin: 127.0.0.1:0\nevents: {{stdout: false}}");

    /// <summary>Two that are forwarded, a refusal of the site's limit, and one that comes to no site.</summary>
    private static async Task TrafficAsync(RunningOperations guard)
    {
        using var client = new RawClient(guard.Address);
        foreach (var request in (string[])["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: b\r\n\r\n"])
        {
            await client.SendAsync(request);
            await client.ReadAnswerAsync();
        }
        await RunningOperations.UntilAsync(() => guard.Operations.Counters.All.Sum(site => site.Counters.Requests.Sum(one => one.Count)) == 4);
    }

    [Fact]
    public async Task What_happened_is_counted()
    {
        using var server = Server();
        using var guard = Start(server, ", load: [{per-second: 0.001, burst: 2}]");
        await TrafficAsync(guard);
        var (status, type, body) = await guard.AskAsync("/metrics");
        Assert.Equal((HttpStatusCode.OK, "text/plain; version=0.0.4; charset=utf-8"), (status, type));
        foreach (var line in (string[])[
            "plimsoll_guard_requests_total{site=\"-\",decision=\"refused\",reason=\"site-unknown\",status=\"4xx\"} 1",
            "plimsoll_guard_requests_total{site=\"shop\",decision=\"forwarded\",reason=\"none\",status=\"2xx\"} 2",
            "plimsoll_guard_requests_total{site=\"shop\",decision=\"refused\",reason=\"rate-limited\",status=\"4xx\"} 1",
            "plimsoll_guard_request_duration_seconds_bucket{site=\"shop\",le=\"+Inf\"} 3",
            "plimsoll_guard_request_duration_seconds_count{site=\"shop\"} 3",
            "plimsoll_guard_request_body_bytes_total{site=\"shop\"} 3",
            "plimsoll_guard_response_body_bytes_total{site=\"shop\"} 8",
            "plimsoll_guard_connections_accepted_total 1",
            $"plimsoll_guard_upstream_up{{site=\"shop\",upstream=\"{server.Address}\"}} 1",
            "plimsoll_guard_config_generation 1",
        ]) Assert.Contains("\n" + line + "\n", body, StringComparison.Ordinal);
    }

    /// <summary>A value is remembered when it came twice, and found from then on; a site that remembers nothing has no such counts.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Remembered_values_are_counted(bool remembers)
    {
        folder.Write("rules.conf", "SecRule ARGS_GET \"@rx union.*select\" \"id:1,phase:1,deny\"\n");
        using var server = Server();
        using var guard = Start(server, $", rules: {{paths: [rules.conf], remember: {(remembers ? "true" : "false")}}}");
        using var client = new RawClient(guard.Address);
        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync("GET /?q=word HTTP/1.1\r\nHost: a\r\n\r\n");
            await client.ReadAnswerAsync();
        }
        await RunningOperations.UntilAsync(() => guard.Operations.Counters.All.Sum(site => site.Counters.Requests.Sum(one => one.Count)) == 5);
        var (_, _, body) = await guard.AskAsync("/metrics");
        const string name = "plimsoll_guard_rule_values_total{site=\"shop\",remembered=";
        if (!remembers) Assert.DoesNotContain(name, body, StringComparison.Ordinal);
        else Assert.Contains($"\n{name}\"true\"}} 3\n{name}\"false\"}} 2\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenMetrics_when_it_is_asked_for()
    {
        using var server = Server();
        using var guard = Start(server);
        await TrafficAsync(guard);
        var (_, type, body) = await guard.AskAsync("/metrics", "application/openmetrics-text; version=1.0.0,text/plain;q=0.5");
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", type);
        Assert.Contains("# TYPE plimsoll_guard_requests counter\n", body, StringComparison.Ordinal);
        Assert.Contains("\nplimsoll_guard_requests_total{site=\"shop\",decision=\"forwarded\",reason=\"none\",status=\"2xx\"} 3\n", body, StringComparison.Ordinal);
        Assert.EndsWith("\n# EOF\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prometheus_own_tool_finds_nothing_wrong()
    {
        using var server = Server();
        using var guard = Start(server);
        await TrafficAsync(guard);
        await Promtool.CheckAsync((await guard.AskAsync("/metrics")).Body);
    }

    [Fact]
    public async Task Traffic_makes_no_series()
    {
        using var server = Server();
        using var guard = Start(server);
        async Task<int> SeriesAsync() => (await guard.AskAsync("/metrics")).Body.Split('\n').Count(line => line.Length > 0 && line[0] != '#');
        await TrafficAsync(guard);
        var before = await SeriesAsync();
        using var client = new RawClient(guard.Address);
        for (var i = 0; i < 200; i++)
        {
            await client.SendAsync($"GET /{i} HTTP/1.1\r\nHost: a\r\nX-{i}: {i}\r\n\r\n");
            await client.ReadAnswerAsync();
            await client.SendAsync($"GET / HTTP/1.1\r\nHost: host{i}\r\n\r\n");
            await client.ReadAnswerAsync();
        }
        Assert.Equal(before, await SeriesAsync());
    }

    [Fact]
    public void To_count_allocates_nothing()
    {
        var counters = new Counters();
        counters.Use(["shop"]);
        void Count(Counters to) => to.Record(new() { Time = default, Decision = Decision.Forward, Verdict = default, Site = "shop", Client = IPAddress.Loopback, Status = 200, RequestBytes = 1, ResponseBytes = 2, Elapsed = TimeSpan.FromMilliseconds(1) });
        long least = long.MaxValue;
        for (var round = 0; round < 50 && least > 0; round++) // Until the JIT has optimised all of it.
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++) Count(counters);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            if (least > 0) Thread.Sleep(20);
        }
        Assert.Equal(0, least);
    }

    [Fact]
    public void Durations_fall_below_the_bound_that_they_are_at()
    {
        var counters = new SiteCounters();
        foreach (var microseconds in SiteCounters.Bounds.SelectMany(bound => (long[])[bound, bound + 1]))
            counters.Count(new() { Time = default, Decision = Decision.Forward, Verdict = default, Client = IPAddress.Loopback, Elapsed = TimeSpan.FromMicroseconds(microseconds) });
        Assert.Equal(Enumerable.Range(0, SiteCounters.Bounds.Length).Select(i => i * 2L + 1).Append(SiteCounters.Bounds.Length * 2), counters.Cumulated());
    }

    [Fact]
    public async Task It_is_ready_when_its_upstreams_are_known_and_not_when_it_drains()
    {
        var asked = new TaskCompletionSource();
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await asked.Task;
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        });
        using var guard = Start(server, ", health: {path: /health, every: 1h}");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "upstreams are not known yet\n"), (await guard.AskAsync("/readyz")) is var (status, _, body) ? (status, body) : default);
        Assert.Equal(HttpStatusCode.OK, (await guard.AskAsync("/healthz")).Status);
        asked.SetResult();
        await RunningOperations.UntilAsync(() => guard.Operations.IsReady);
        Assert.Equal((HttpStatusCode.OK, "ready\n"), (await guard.AskAsync("/readyz")) is var (later, _, text) ? (later, text) : default);
        await guard.Operations.Gateway.DrainAsync(TimeSpan.Zero);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "draining\n"), (await guard.AskAsync("/readyz")) is var (last, _, end) ? (last, end) : default);
    }

    [Theory]
    [InlineData("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 ")]
    [InlineData("POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 405 ")]
    [InlineData("GET /metrics\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 200 ")]
    public async Task The_admin_listener_is_strict(string request, string answer)
    {
        using var server = Server();
        using var guard = Start(server);
        using var client = new RawClient(guard.Operations.AdminAddress!);
        await client.SendAsync(request);
        Assert.StartsWith(answer, await client.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_metric_is_documented()
    {
        var page = File.ReadAllText(Path.Combine(ConfigFolder.Root, "docs/guard-operations.md"));
        using var server = Server();
        using var guard = Start(server);
        var named = Regex.Matches(MetricsPage.Write(guard.Operations, isOpen: false), "^# TYPE ([a-z_]+) ", RegexOptions.Multiline, TimeSpan.FromSeconds(5)).Select(match => match.Groups[1].Value).ToList();
        Assert.True(named.Count > 10);
        Assert.All(named, name => Assert.Contains($"`{name}`", page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("a{ 1")]
    [InlineData("a} 1")]
    [InlineData("a{b} 1")]
    [InlineData("a 1")]
    public void Top_of_something_else_is_refused(string text) =>
        Assert.Equal("What answers there is not the admin listener of a guard.", Assert.Throws<PlimsollException>(() => TopSample.Parse(text)).Message);

    [Fact]
    public void Who_answers_for_a_guard_does_not_command_the_terminal()
    {
        var sample = TopSample.Parse("plimsoll_guard_config_generation 1\nplimsoll_guard_upstream_up{site=\"\u001b[2J\",upstream=\"x\"} 1\n");
        Assert.DoesNotContain('\e', new TopPage(sample, sample, 1, 80, 24, hasColour: false).Write("x"));
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(50, 12)]
    [InlineData(120, 60)]
    [InlineData(20, 2)]
    public void Top_fits_the_terminal_and_says_what_it_leaves_out(int width, int height)
    {
        var text = new StringBuilder("plimsoll_guard_config_generation 1\n");
        for (var i = 0; i < 30; i++) text.Append(CultureInfo.InvariantCulture, $"plimsoll_guard_upstream_up{{site=\"s{i}\",upstream=\"u{i}\"}} 1\nplimsoll_guard_requests_total{{site=\"s{i}\",decision=\"refused\",reason=\"r{i}\",status=\"4xx\"}} 1\nplimsoll_guard_request_duration_seconds_count{{site=\"s{i}\"}} 1\n");
        var sample = TopSample.Parse(text.ToString());
        var lines = new TopPage(sample, sample, 1, width, height, hasColour: false).Write("x").Split('\n')[..^1];
        Assert.InRange(lines.Length, 1, height - 1);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, width));
        if (height < 24) return;
        var more = lines.Where(line => line.StartsWith("… and ", StringComparison.Ordinal)).Select(line => int.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(3, more.Count);
        Assert.Equal(90, more.Sum() + lines.Count(line => line.Length > 0 && char.IsAsciiDigit(line[1])));
    }

    /// <summary>Many sites and few refusals: the rows that the refusals leave are the sites'. Long names are told apart by their ends.</summary>
    [Fact]
    public void Top_of_many_sites_with_long_names()
    {
        var text = new StringBuilder("plimsoll_guard_config_generation 1\nplimsoll_guard_requests_total{site=\"x\",decision=\"refused\",reason=\"ambiguous\",status=\"4xx\"} 1\n");
        for (var i = 10; i < 50; i++) text.Append(CultureInfo.InvariantCulture, $"plimsoll_guard_upstream_up{{site=\"a-site-with-a-rather-long-name-number-{i}\",upstream=\"u{i}\"}} 1\nplimsoll_guard_request_duration_seconds_count{{site=\"a-site-with-a-rather-long-name-number-{i}\"}} 1\n");
        var sample = TopSample.Parse(text.ToString());
        var lines = new TopPage(sample, sample, 1, 80, 24, hasColour: false).Write("x").Split('\n')[..^1];
        Assert.Equal(23, lines.Length);
        Assert.Equal(8, lines.Count(line => line.StartsWith("a-site-with-a-r…", StringComparison.Ordinal) && line.Contains("-number-", StringComparison.Ordinal)));
        Assert.Contains("… and 32 more", lines);
        Assert.Contains("… and 37 more", lines);
        Assert.Contains(lines, line => line.StartsWith("u10 ", StringComparison.Ordinal) && line.Contains("a-sit…er-10", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Top_shows_it_in_eighty_columns()
    {
        using var server = Server();
        using var guard = Start(server, ", load: [{per-second: 0.001, burst: 2}]");
        var before = TopSample.Parse(MetricsPage.Write(guard.Operations, isOpen: false));
        await TrafficAsync(guard);
        var now = TopSample.Parse(MetricsPage.Write(guard.Operations, isOpen: false));
        var page = new TopPage(before, now, 2, 80, 24, hasColour: false).Write("127.0.0.1:9901");
        var lines = page.Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 80));
        Assert.InRange(lines.Length, 10, 24);
        Assert.Equal("requests 2.0/s   refused 1.0/s   detected 0/s   connections 1", lines[1].Replace("connections 0", "connections 1", StringComparison.Ordinal));
        Assert.Matches(@"^shop +1\.5 +0\.5 +[0-9.]+ (µs|ms) +≤ [0-9.]+ (µs|ms)$", Assert.Single(lines, line => line.StartsWith("shop", StringComparison.Ordinal)));
        Assert.Matches(@"^rate-limited +0\.5 +1$", Assert.Single(lines, line => line.StartsWith("rate-limited", StringComparison.Ordinal)));
        Assert.Matches($@"^{Regex.Escape(server.Address.ToString())} +shop +up +0$", Assert.Single(lines, line => line.StartsWith("127.0.0.1:" + server.Address.Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
        Assert.DoesNotContain('\e', page);
        Assert.Contains("\e[31m", new TopPage(before, now, 2, 80, 24, hasColour: true).Write("x"), StringComparison.Ordinal);

        var output = new StringWriter();
        await GuardTop.RunAsync(guard.Operations.AdminAddress!.ToString(), output, () => (80, 24), isLive: false, hasColour: false, TestContext.Current.CancellationToken);
        Assert.StartsWith($"plimsoll guard at {guard.Operations.AdminAddress}, configuration 1\n", output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain('\e', output.ToString());
    }
}
