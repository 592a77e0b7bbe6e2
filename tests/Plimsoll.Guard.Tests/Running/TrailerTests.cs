using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Http2;
using Plimsoll.Guard.Tests.Http2;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>Trailers of a request are left out, and the event says how many.</summary>
public sealed class TrailerTests
{
    private static RawServer Server(TaskCompletionSource<string> got) => new(async peer =>
    {
        var head = await peer.ReadHeadAsync();
        got.TrySetResult(head + await peer.ReadPastAsync("0\r\n\r\n"));
        await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await peer.ReadHeadAsync();
    });

    [Theory]
    [InlineData("", 0)]
    [InlineData("X-Sum: 1\r\nX-More: 2\r\n", 2)]
    public async Task Of_HTTP1(string trailers, int count)
    {
        var got = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = Server(got);
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n{trailers}\r\n");
        await client.ReadUntilAsync("ok");
        Assert.EndsWith("3\r\nabc\r\n0\r\n\r\n", await got.Task, StringComparison.Ordinal);
        Assert.Equal(Reason.None, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
        Assert.Equal(count, Assert.Single(guard.Events.Rests).Trailers);
        // The next request of the connection has none.
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await guard.Events.AtLeastAsync(2);
        Assert.Equal([count, 0], guard.Events.Rests.Select(rest => rest.Trailers));
    }

    [Theory]
    [InlineData("DATA+ES@1", 0)]
    [InlineData("HEADERS+EH+ES@1 {x-sum: 1, x-more: 2}", 2)]
    public async Task Of_HTTP2(string end, int count)
    {
        var got = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = Server(got);
        using var guard = RunningTests.Guard(server.Address);
        using var client = new Http2Client(guard.Address);
        await client.SendAsync($"HEADERS+EH@1 {{POST}} ; DATA@1 \"abc\" ; {end}");
        await client.ReadUntilAsync(FrameType.Data, 1);
        Assert.EndsWith("3\r\nabc\r\n0\r\n\r\n", await got.Task, StringComparison.Ordinal);
        Assert.DoesNotContain("x-sum", await got.Task, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(Reason.None, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
        Assert.Equal(count, Assert.Single(guard.Events.Rests).Trailers);
    }
}
