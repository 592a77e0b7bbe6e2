using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>Clients of HTTP/1 that go before they have their answer.</summary>
public sealed class GoneTests
{
    private readonly TaskCompletionSource came = new();
    private readonly TaskCompletionSource ended = new();

    private RawServer Silent() => new(async peer =>
    {
        await peer.ReadHeadAsync();
        came.TrySetResult();
        try
        {
            await peer.ReadPastAsync("never");
        }
        catch (IOException)
        {
            // Reset, which is an end too.
        }
        ended.TrySetResult();
    });

    [Theory]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true)]
    [InlineData("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", false)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", true)]
    [InlineData("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nContent-Length: 1\r\n\r\nx", false)]
    [Trait("limit", nameof(GuardLimits.GoneTime))]
    public async Task The_exchange_with_the_upstream_ends(string request, bool resets)
    {
        using var server = Silent();
        using var guard = new RunningGuard(server.Address, new GuardLimits { GoneTime = 100, ResponseTime = 600_000 });
        using (var client = new RawClient(guard.Address))
        {
            await client.SendAsync(request);
            await came.Task.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);
            if (resets) client.Reset();
        }
        await ended.Task.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(Reason.ClientGone, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
        await Waiting.WhileAsync(() => guard.Gateway.Watched > 0);
        Assert.Equal(0, guard.Gateway.Watched);
    }

    [Fact]
    public async Task One_that_ends_its_side_alone_has_its_answer()
    {
        using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        client.EndSending();
        Assert.EndsWith("ok", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(Reason.None, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }

    /// <summary>What is listened for while a request is served is the next one.</summary>
    [Fact]
    public async Task Requests_that_come_while_one_is_served_are_served()
    {
        var go = new TaskCompletionSource();
        using var server = new RawServer(async peer =>
        {
            while (await peer.ReadHeadAsync() is { } head)
            {
                came.TrySetResult();
                await go.Task;
                await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{head[5..7]}");
            }
        });
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET /aa HTTP/1.1\r\nHost: a\r\n\r\n");
        await came.Task.WaitAsync(Waiting.Patience, TestContext.Current.CancellationToken);
        await client.SendAsync("GET /bb HTTP/1.1\r\nHost: a\r\n\r\nGET /cc HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        go.SetResult();
        var answers = await client.ReadToEndAsync();
        Assert.Equal(["aa", "bb", "cc"], answers.Split("HTTP/1.1 200 OK").Skip(1).Select(answer => answer[^2..]));
    }
}
