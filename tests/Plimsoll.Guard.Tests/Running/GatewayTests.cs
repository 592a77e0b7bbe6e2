using System.Text;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>Upstreams, load, inspection, tunnels and the drain of a running guard.</summary>
public sealed class GatewayTests
{
    private const string get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

    private static string Answer(string body) => $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private static async Task<string> AskAsync(RunningGuard guard, string request)
    {
        using var client = new RawClient(guard.Address);
        await client.SendAsync(request.Insert(request.IndexOf("\r\n", StringComparison.Ordinal), "\r\nConnection: close"));
        return await client.ReadToEndAsync();
    }

    [Fact]
    public async Task Each_upstream_in_turn_and_none_that_is_down()
    {
        using var one = RawServer.Answering(Answer("1"));
        using var two = RawServer.Answering(Answer("2"));
        var gone = RawServer.Answering(Answer("3"));
        gone.Dispose();
        using var guard = new RunningGuard([one.Address, gone.Address, two.Address]);
        var bodies = new StringBuilder();
        for (var i = 0; i < 12; i++) bodies.Append((await AskAsync(guard, get))[^1]);
        Assert.DoesNotContain('3', bodies.ToString());
        Assert.True(bodies.ToString().Count(body => body == '1') >= 4 && bodies.ToString().Count(body => body == '2') >= 4, bodies.ToString());
        Assert.Equal(1, guard.Gateway.Running.Sites.All[0].Pool.Upstreams.Count(upstream => !upstream.IsUp(Environment.TickCount64)));
        Assert.All(await guard.Events.AtLeastAsync(12), recorded => Assert.Equal(200, recorded.Status));
    }

    [Fact]
    public async Task No_upstream_at_all()
    {
        var gone = RawServer.Answering("");
        gone.Dispose();
        using var guard = new RunningGuard(gone.Address, site: site => site with { Health = new() { Failures = 2 } });
        var answers = new List<string>();
        for (var i = 0; i < 3; i++) answers.Add((await AskAsync(guard, get))[..12]);
        Assert.Equal(["HTTP/1.1 502", "HTTP/1.1 502", "HTTP/1.1 503"], answers);
        Assert.Equal([Reason.UpstreamUnreachable, Reason.UpstreamUnreachable, Reason.NoUpstream], (await guard.Events.AtLeastAsync(3)).Select(one => one.Reason));
    }

    [Fact]
    public async Task A_probe_takes_an_upstream_out_and_brings_it_back()
    {
        var isHealthy = false;
        using var server = new RawServer(async peer =>
        {
            while (await peer.ReadHeadAsync() is { } head)
                await peer.SendAsync(head.StartsWith("GET /health ", StringComparison.Ordinal) && !Volatile.Read(ref isHealthy) ? "HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n" : Answer("ok"));
        });
        using var guard = new RunningGuard(server.Address, site: site => site with { Health = new() { Probe = "/health", ProbeEvery = 50 } });
        await UntilAsync(async () => (await AskAsync(guard, get)).StartsWith("HTTP/1.1 503", StringComparison.Ordinal));
        Volatile.Write(ref isHealthy, true);
        await UntilAsync(async () => (await AskAsync(guard, get)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_site_for_each_host()
    {
        using var one = RawServer.Answering(Answer("1"));
        using var two = RawServer.Answering(Answer("2"));
        using var guard = new RunningGuard(one.Address, site: site => site with { Hosts = ["one.test"] });
        var options = guard.Gateway.Running.Options;
        guard.Gateway.Reload(options with { Sites = [.. options.Sites, new() { Name = "two", Hosts = ["two.test"], Upstreams = [new("two", two.Address)] }] });
        Assert.EndsWith("1", await AskAsync(guard, "GET / HTTP/1.1\r\nHost: One.test:80\r\n\r\n"), StringComparison.Ordinal);
        Assert.EndsWith("2", await AskAsync(guard, "GET / HTTP/1.1\r\nHost: two.test.\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 421 ", await AskAsync(guard, "GET / HTTP/1.1\r\nHost: three.test\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal([Reason.None, Reason.None, Reason.SiteUnknown], (await guard.Events.AtLeastAsync(3)).Select(recorded => recorded.Reason));
    }

    [Theory]
    [InlineData(Mode.Enforce, "429", Decision.Refuse)]
    [InlineData(Mode.Detect, "200", Decision.ForwardRecorded)]
    public async Task A_client_that_asks_too_often(Mode mode, string status, object decision)
    {
        using var server = RawServer.Answering(Answer("ok"));
        using var guard = new RunningGuard(server.Address, site: site => site with { Mode = mode, Loads = [new("/login", 0.001, 2, 0)] });
        for (var i = 0; i < 2; i++) Assert.StartsWith("HTTP/1.1 200", await AskAsync(guard, "GET /login HTTP/1.1\r\nHost: a\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith($"HTTP/1.1 {status}", await AskAsync(guard, "GET /login HTTP/1.1\r\nHost: a\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200", await AskAsync(guard, get), StringComparison.Ordinal);
        var recorded = (await guard.Events.AtLeastAsync(4))[2];
        Assert.Equal(((Decision)decision, Reason.RateLimited), (recorded.Decision, recorded.Reason));
    }

    [Fact]
    public async Task A_client_that_asks_too_much_at_once()
    {
        using var answer = new SemaphoreSlim(0);
        using var server = new RawServer(async peer =>
        {
            while (await peer.ReadHeadAsync() is not null)
            {
                await answer.WaitAsync();
                await peer.SendAsync(Answer("ok"));
            }
        });
        using var guard = new RunningGuard(server.Address, site: site => site with { Loads = [new("/", 0, 0, 1)] });
        var first = AskAsync(guard, get);
        await UntilAsync(() => Task.FromResult(server.Connections == 1));
        Assert.StartsWith("HTTP/1.1 429", await AskAsync(guard, get), StringComparison.Ordinal);
        answer.Release(2);
        Assert.StartsWith("HTTP/1.1 200", await first, StringComparison.Ordinal);
        await guard.Events.AtLeastAsync(2);
        await UntilAsync(async () => (await AskAsync(guard, get)).StartsWith("HTTP/1.1 200", StringComparison.Ordinal));
    }

    /// <summary>Fails on a word in heads.</summary>
    private sealed class Failing : IInspector
    {
        public string Id => "failing";
        public Needs Needs => Needs.RequestHead;
        public Verdict Inspect(Message message, Needs stage) => message.Bytes.IndexOf("bug"u8) < 0 ? default : throw new InvalidOperationException();
    }

    /// <summary>Refuses whatever holds a word.</summary>
    private sealed class Words : IInspector
    {
        public string Id => "words";
        public Needs Needs => Needs.RequestHead | Needs.RequestBody;

        public Verdict Inspect(Message message, Needs stage)
        {
            var text = stage == Needs.RequestHead ? message.Bytes : ((HttpRequest)message).Body.Span;
            var at = text.IndexOf("evil"u8);
            return at < 0 ? default : new(Reason.RuleMatched, stage == Needs.RequestHead ? Part.Head : Part.Body, at, 7);
        }
    }

    public static TheoryData<string, Mode, object, string, object> Inspections => new()
    {
        { "GET /good HTTP/1.1\r\nHost: a\r\n\r\n", Mode.Enforce, FailMode.Closed, "200", Reason.None },
        { "GET /evil HTTP/1.1\r\nHost: a\r\n\r\n", Mode.Enforce, FailMode.Closed, "403", Reason.RuleMatched },
        { "GET /evil HTTP/1.1\r\nHost: a\r\n\r\n", Mode.Enforce, FailMode.Open, "403", Reason.RuleMatched },
        { "GET /evil HTTP/1.1\r\nHost: a\r\n\r\n", Mode.Detect, FailMode.Closed, "200", Reason.RuleMatched },
        { "GET /bug HTTP/1.1\r\nHost: a\r\n\r\n", Mode.Enforce, FailMode.Closed, "403", Reason.InspectorFailed },
        { "GET /bug HTTP/1.1\r\nHost: a\r\n\r\n", Mode.Enforce, FailMode.Open, "200", Reason.InspectorFailed },
        { "GET /bug-and-evil HTTP/1.1\r\nHost: a\r\n\r\n", Mode.Enforce, FailMode.Open, "403", Reason.RuleMatched },
        { "POST /bug HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nvery evil", Mode.Enforce, FailMode.Open, "403", Reason.RuleMatched },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 20\r\n\r\nevil in a large body", Mode.Enforce, FailMode.Open, "403", Reason.RuleMatched },
        { "POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\ngood", Mode.Enforce, FailMode.Closed, "100", Reason.None },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nvery good", Mode.Enforce, FailMode.Closed, "200", Reason.None },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nvery evil", Mode.Enforce, FailMode.Closed, "403", Reason.RuleMatched },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nev\r\n2\r\nil\r\n0\r\n\r\n", Mode.Enforce, FailMode.Closed, "403", Reason.RuleMatched },
        { "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nev\r\n2\r\nil\r\n0\r\n\r\n", Mode.Detect, FailMode.Closed, "200", Reason.RuleMatched },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\n\r\n0123456789abcdef", Mode.Enforce, FailMode.Closed, "200", Reason.None },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 17\r\n\r\n0123456789abcdefg", Mode.Enforce, FailMode.Closed, "413", Reason.BodyNotInspected },
        { "POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 17\r\n\r\n0123456789abcdefg", Mode.Enforce, FailMode.Open, "200", Reason.BodyNotInspected },
    };

    [Theory, MemberData(nameof(Inspections))]
    [Trait("limit", nameof(GuardLimits.InspectedBodyBytes))]
    public async Task Inspectors_decide_and_the_mode_and_the_fail_mode_say_what_follows(string request, Mode mode, object failMode, string status, object reason)
    {
        var body = "";
        using var server = new RawServer(async peer =>
        {
            while (await peer.ReadHeadAsync() is { } head)
            {
                body = head.Contains("chunked", StringComparison.Ordinal) ? (await peer.ReadPastAsync("0\r\n\r\n"))!
                    : head.Contains("Content-Length: ", StringComparison.Ordinal) ? await peer.ReadAsync(int.Parse(head.Split("Content-Length: ")[1].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture)) : "";
                await peer.SendAsync(Answer("ok"));
            }
        });
        using var guard = new RunningGuard(server.Address, new GuardLimits { InspectedBodyBytes = 16 }, site => site with { Mode = mode, FailMode = (FailMode)failMode }, [new Failing(), new Words()]);
        Assert.StartsWith($"HTTP/1.1 {status} ", await AskAsync(guard, request), StringComparison.Ordinal);
        var recorded = Assert.Single(await guard.Events.AtLeastAsync(1));
        Assert.Equal(((Reason)reason, status == "100" ? "200" : status), (recorded.Reason, recorded.Status.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        if (status == "200" && request.Contains("Length", StringComparison.Ordinal)) Assert.Equal(request[(request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..], body);
        if (status == "200" && request.Contains("chunked", StringComparison.Ordinal)) Assert.Equal("4\r\nevil\r\n0\r\n\r\n", body);
    }

    [Theory]
    [InlineData(1 << 20, "200", Reason.None)]
    [InlineData(100, "429", Reason.TooManyAtOnce)]
    [Trait("limit", nameof(GuardLimits.InspectionBytes))]
    public async Task Inspected_bodies_have_so_much_memory_together(int bytes, string status, object reason)
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.ReadAsync(200);
            await peer.SendAsync(Answer("ok"));
        });
        using var guard = new RunningGuard(server.Address, new GuardLimits { InspectionBytes = bytes }, inspectors: [new Words()]);
        Assert.StartsWith($"HTTP/1.1 {status} ", await AskAsync(guard, $"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200\r\n\r\n{new string('a', 200)}"), StringComparison.Ordinal);
        Assert.Equal((Reason)reason, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }

    [Fact]
    public async Task The_drain_completes_what_runs_and_takes_nothing_new()
    {
        using var answer = new SemaphoreSlim(0);
        using var server = new RawServer(async peer =>
        {
            while (await peer.ReadHeadAsync() is not null)
            {
                await answer.WaitAsync();
                await peer.SendAsync(Answer("ok"));
            }
        });
        using var guard = new RunningGuard(server.Address);
        using var idle = new RawClient(guard.Address);
        using var running = new RawClient(guard.Address);
        await running.SendAsync(get);
        await UntilAsync(() => Task.FromResult(server.Connections == 1 && guard.Gateway.Open == 2));
        var draining = guard.Gateway.DrainAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("", await idle.ReadToEndAsync());
        Assert.False(draining.IsCompleted);
        answer.Release();
        Assert.StartsWith("HTTP/1.1 200", await running.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.True(await draining);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var i = 0; i < 500; i++)
        {
            if (await isSo()) return;
            await Task.Delay(20);
        }
        Assert.Fail("It did not come to that within ten seconds.");
    }
}
