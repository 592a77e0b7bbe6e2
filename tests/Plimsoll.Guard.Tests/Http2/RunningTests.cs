using System.Collections.Concurrent;
using System.Net;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Protocols.Http2;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Http2;

/// <summary>HTTP/2 through a running guard to an upstream of HTTP/1.1.</summary>
public sealed class RunningTests
{
    private const string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    internal static RunningGuard Guard(IPEndPoint upstream, GuardLimits? limits = null) => new([upstream], limits, listener: new(new(IPAddress.Loopback, 0)) { AllowsHttp2 = true });

    [Fact]
    public async Task The_request_arrives_as_HTTP_1_1()
    {
        var heads = new ConcurrentQueue<string>();
        using var server = RawServer.Answering(ok, heads);
        using var guard = new RunningGuard([server.Address], site: site => site with { Ambiguities = new() { Allowed = AmbiguitySet.Refused } }, listener: new(new(IPAddress.Loopback, 0)) { AllowsHttp2 = true });
        using var client = new Http2Client(guard.Address);
        await client.SendAsync("HEADERS+ES+EH@1 {:method: GET, :scheme: https, :path: /a%2Fb/..?x=%41&y, :authority: Guard.test:80, x-b: 1, x-b: 2, te: trailers, cookie: a=b, x-forwarded-for: 6.6.6.6, x-original-url: /admin, cookie: c=d}");
        Assert.Equal(["headers 1 200", "data 1 2 end"], await client.ReadUntilAsync(FrameType.Data, 1));
        Assert.Equal("GET /a%2Fb/..?x=%41&y HTTP/1.1\r\nHost: Guard.test:80\r\nx-b: 1\r\nx-b: 2\r\ncookie: a=b; c=d\r\n"
            + "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: Guard.test:80\r\n\r\n", Assert.Single(heads));
        Assert.Equal(new(Decision.Forward, Reason.None, 200, "GET", "/a%2Fb/..?x=%41&y", "127.0.0.1", server.Address.ToString()), Assert.Single(await guard.Events.AtLeastAsync(1)));
    }

    [Fact]
    public async Task Many_at_once_on_one_connection_with_HTTP_1_1_beside()
    {
        using var server = RawServer.Answering(ok);
        using var guard = Guard(server.Address);
        using var client = new Http2Client(guard.Address);
        await client.SendAsync(string.Join(" ; ", Enumerable.Range(0, 100).Select(i => $"HEADERS+ES+EH@{2 * i + 1} {{GET}}")));
        using var old = new RawClient(guard.Address);
        await old.SendAsync("POST /p HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await old.ReadToEndAsync(), StringComparison.Ordinal);
        var events = await guard.Events.AtLeastAsync(101);
        Assert.Equal(101, events.Count);
        Assert.All(events, one => Assert.Equal(200, one.Status));
    }

    [Fact]
    public async Task The_preface_is_refused_where_it_is_not_allowed()
    {
        using var server = RawServer.Answering(ok);
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync(Sequence.Preface);
        Assert.StartsWith("HTTP/1.1 505 ", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(Reason.VersionUnsupported, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }

    [Fact]
    public async Task Streams_that_run_are_counted()
    {
        using var server = new RawServer(peer => peer.ReadPastAsync("never"));
        using var guard = Guard(server.Address, new() { Streams = 10 });
        using var client = new Http2Client(guard.Address);
        await client.SendAsync(string.Join(" ; ", Enumerable.Range(0, 11).Select(i => $"HEADERS+ES+EH@{2 * i + 1} {{GET}}")));
        Assert.Equal(["reset 21 RefusedStream"], await client.ReadUntilAsync(FrameType.RstStream, 21));
        Assert.InRange(server.Connections, 0, 10);
    }

    [Theory]
    [InlineData("HEADERS+ES+EH@1 {GET}", "")]
    [InlineData("HEADERS+EH@1 {POST, content-type: application/octet-stream} ; DATA@1 \"x\"", "")]
    [InlineData("HEADERS+ES+EH@1 {GET}", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")]
    public async Task A_reset_ends_the_exchange_with_the_upstream(string begins, string answer)
    {
        var (came, ended) = (new TaskCompletionSource(), new TaskCompletionSource<bool>());
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync(answer);
            came.SetResult();
            try
            {
                ended.SetResult(await peer.ReadPastAsync("never") is null);
            }
            catch (IOException)
            {
                ended.SetResult(true);
            }
        });
        using var guard = Guard(server.Address);
        using var client = new Http2Client(guard.Address);
        await client.SendAsync(begins);
        await came.Task.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);
        if (answer.Length > 0) await client.ReadUntilAsync(FrameType.Data, 1);
        await client.SendMoreAsync("RSTSTREAM@1 00000008");
        Assert.True(await ended.Task.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken));
        Assert.Equal(Reason.ClientGone, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }

    [Fact]
    public async Task Rapid_reset_ends_the_connection()
    {
        using var server = new RawServer(peer => peer.ReadPastAsync("never"));
        using var guard = Guard(server.Address, new() { ResetsRate = 0 }); // What is forgiven in time would let some more through.
        using var client = new Http2Client(guard.Address);
        await client.SendAsync(string.Join(" ; ", Enumerable.Range(0, 400).Select(i => $"HEADERS+ES+EH@{2 * i + 1} {{GET}} ; RSTSTREAM@{2 * i + 1} 00000008")));
        Assert.Equal("goaway EnhanceYourCalm", (await client.ReadUntilAsync(FrameType.GoAway, 0))[^1]);
        Assert.InRange(server.Connections, 0, GuardLimits.Default.Resets + 1);
    }

    [Fact]
    public async Task A_window_that_stays_closed_ends_the_stream_and_no_other()
    {
        using var server = RawServer.Answering(ok);
        using var guard = Guard(server.Address, new() { WriteTime = 200 });
        using var client = new Http2Client(guard.Address);
        await client.SendAsync("SETTINGS 000400000000 ; HEADERS+ES+EH@1 {GET}");
        Assert.Equal(["headers 1 200", "reset 1 Cancel"], await client.ReadUntilAsync(FrameType.RstStream, 1));
        Assert.Equal(Reason.SlowReader, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
        await client.SendMoreAsync("SETTINGS 000400001000 ; HEADERS+ES+EH@3 {GET}");
        Assert.Equal(["headers 3 200", "data 3 2 end"], await client.ReadUntilAsync(FrameType.Data, 3));
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.ReaderRate))]
    public async Task A_window_that_opens_by_drops_ends_the_stream()
    {
        using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + new string('x', 1000));
        using var guard = Guard(server.Address, new() { WriteTime = 400, ReaderRate = 1_000_000 });
        using var client = new Http2Client(guard.Address);
        await client.SendAsync("SETTINGS 000400000001 ; HEADERS+ES+EH@1 {GET}");
        var reading = client.ReadUntilAsync(FrameType.RstStream, 1);
        for (var i = 0; i < 200 && !reading.IsCompleted; i++)
        {
            await client.SendMoreAsync("WINDOWUPDATE@1 00000001");
            await Task.Delay(30, TestContext.Current.CancellationToken);
        }
        Assert.Equal("reset 1 Cancel", (await reading)[^1]);
        Assert.Equal(Reason.SlowReader, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }

    [Fact]
    public async Task A_body_that_pauses_is_answered_and_ends_no_other()
    {
        using var server = new RawServer(async peer =>
        {
            while (await peer.ReadHeadAsync() is { } head)
                if (head.StartsWith("GET", StringComparison.Ordinal)) await peer.SendAsync(ok);
        });
        using var guard = Guard(server.Address, new() { BodyTime = 200 });
        using var client = new Http2Client(guard.Address);
        await client.SendAsync("HEADERS+EH@1 {POST, content-length: 5} ; DATA@1 \"hell\"");
        Assert.Equal(["headers 1 408", "data 1 20 end", "reset 1 NoError"], await client.ReadUntilAsync(FrameType.RstStream, 1));
        Assert.Equal(Reason.SlowBody, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
        await client.SendMoreAsync("DATA+ES@1 \"o\" ; HEADERS+ES+EH@3 {GET}");
        Assert.Equal(["headers 3 200", "data 3 2 end"], await client.ReadUntilAsync(FrameType.Data, 3));
    }

    [Theory]
    [InlineData("HEADERS+ES@1 {GET}", 1)]
    [InlineData("HEADERS+ES+EH@1 {GET} ; RAW 0000", 2)] // The request is whole and has an event of its own.
    [InlineData("RAW ; PREFACE", 1)]
    public async Task A_head_that_does_not_come_to_its_end_ends_the_connection(string frames, int events)
    {
        using var server = RawServer.Answering(ok);
        using var guard = Guard(server.Address, new() { HeadTime = 200 });
        using var client = new Http2Client(guard.Address);
        await client.SendAsync(frames);
        Assert.Equal("goaway EnhanceYourCalm", (await client.ReadToEndAsync())[^1]);
        Assert.Contains(await guard.Events.AtLeastAsync(events), one => one.Reason == Reason.SlowHead);
    }

    [Fact]
    public async Task An_unused_connection_is_ended_without_a_fault()
    {
        using var server = RawServer.Answering(ok);
        using var guard = Guard(server.Address, new() { IdleTime = 200 });
        using var client = new Http2Client(guard.Address);
        await client.SendAsync("HEADERS+ES+EH@1 {GET}");
        Assert.Equal(["headers 1 200", "data 1 2 end", "goaway NoError"], await client.ReadToEndAsync());
        Assert.Equal(Reason.None, Assert.Single(guard.Events.All).Reason);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_resets_its_stream()
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        });
        using var guard = Guard(server.Address);
        using var client = new Http2Client(guard.Address);
        await client.SendAsync("HEADERS+ES+EH@1 {GET}");
        Assert.Equal("reset 1 InternalError", (await client.ReadUntilAsync(FrameType.RstStream, 1))[^1]);
        Assert.Equal(Reason.UpstreamClosed, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }

    [Fact]
    public async Task A_drain_completes_what_runs_and_takes_nothing_new()
    {
        var release = new TaskCompletionSource();
        using var server = new RawServer(async peer =>
        {
            while (await peer.ReadHeadAsync() is not null)
            {
                await release.Task;
                await peer.SendAsync(ok);
            }
        });
        using var guard = Guard(server.Address);
        using var client = new Http2Client(guard.Address);
        await client.SendAsync("HEADERS+ES+EH@1 {GET} ; PING 0102030405060708");
        await client.ReadUntilAsync(FrameType.Ping, 0);
        var draining = guard.Gateway.DrainAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(["goaway NoError"], await client.ReadUntilAsync(FrameType.GoAway, 0));
        await client.SendMoreAsync("HEADERS+ES+EH@3 {GET}");
        release.SetResult();
        Assert.Equal(["headers 1 200", "data 1 2 end"], await client.ReadToEndAsync());
        Assert.True(await draining);
    }
}
