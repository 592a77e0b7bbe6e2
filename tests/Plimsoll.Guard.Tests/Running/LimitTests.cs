using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>Each limit that a running guard holds: at the limit it passes, one over is refused for the limit's reason.</summary>
public sealed class LimitTests
{
    private const string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    private static async Task<Recorded> OneAsync(GuardLimits limits, Func<RawClient, Task> act, RawServer? server = null)
    {
        using var own = server is null ? RawServer.Answering(ok) : null;
        using var guard = new RunningGuard((server ?? own!).Address, limits);
        using var client = new RawClient(guard.Address);
        await act(client);
        return (await guard.Events.AtLeastAsync(1))[0];
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.HeadTime))]
    public async Task A_head_that_does_not_come_to_its_end_in_time()
    {
        var answer = "";
        var recorded = await OneAsync(new() { HeadTime = 150 }, async client =>
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n");
            answer = await client.ReadToEndAsync();
        });
        Assert.StartsWith("HTTP/1.1 408 Request Timeout\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(Reason.SlowHead, recorded.Reason);
    }

    [Fact]
    public async Task A_connection_without_a_byte()
    {
        var recorded = await OneAsync(new() { HeadTime = 150 }, client => client.ReadToEndAsync());
        Assert.Equal(Reason.SlowHead, recorded.Reason);
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.BodyTime))]
    public async Task A_body_that_pauses()
    {
        using var server = new RawServer(peer => peer.ReadPastAsync("never"));
        var recorded = await OneAsync(new() { BodyTime = 150 }, async client =>
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");
            Assert.StartsWith("HTTP/1.1 408 ", await client.ReadToEndAsync(), StringComparison.Ordinal);
        }, server);
        Assert.Equal(Reason.SlowBody, recorded.Reason);
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.BodyRate))]
    public async Task A_body_that_drips_steadily()
    {
        using var server = new RawServer(peer => peer.ReadPastAsync("never"));
        var recorded = await OneAsync(new() { BodyGrace = 200, BodyRate = 1_000_000 }, async client =>
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n");
            var reading = client.ReadToEndAsync();
            while (!reading.IsCompleted)
            {
                await client.SendAsync("a");
                await Task.Delay(20);
            }
            Assert.Contains("HTTP/1.1 408 ", await reading, StringComparison.Ordinal);
        }, server);
        Assert.Equal(Reason.SlowBody, recorded.Reason);
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.WriteTime))]
    public async Task A_client_that_does_not_take_the_answer()
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
            var piece = new string('a', 100_000);
            for (var i = 0; i < 1000; i++) await peer.SendAsync(piece);
        });
        var recorded = await OneAsync(new() { WriteTime = 1000 }, client => client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), server);
        Assert.Equal(Reason.SlowReader, recorded.Reason);
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.ResponseTime))]
    public async Task An_upstream_that_does_not_answer()
    {
        using var server = new RawServer(async peer => await peer.ReadPastAsync("never"));
        var recorded = await OneAsync(new() { ResponseTime = 150 }, async client =>
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 504 Gateway Timeout\r\n", await client.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        }, server);
        Assert.Equal(Reason.UpstreamTimedOut, recorded.Reason);
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.ResponseBodyTime))]
    public async Task An_answer_that_pauses()
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            await peer.ReadPastAsync("never");
        });
        var recorded = await OneAsync(new() { ResponseBodyTime = 150 }, async client =>
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.EndsWith("abc[reset]", await client.ReadToEndAsync(), StringComparison.Ordinal);
        }, server);
        Assert.Equal(Reason.UpstreamTimedOut, recorded.Reason);
    }

    [Theory]
    [InlineData(99, "200")]
    [InlineData(100, "200")]
    [InlineData(101, "413")]
    public async Task Bytes_of_a_body(int length, string status)
    {
        foreach (var framed in (string[])[$"Content-Length: {length}\r\n\r\n{new string('a', length)}", $"Transfer-Encoding: chunked\r\n\r\n{length - 1:x}\r\n{new string('a', length - 1)}\r\n1\r\na\r\n0\r\n\r\n"])
        {
            using var server = new RawServer(async peer =>
            {
                var head = await peer.ReadHeadAsync();
                if (head!.Contains("chunked", StringComparison.Ordinal)) await peer.ReadPastAsync("0\r\n\r\n");
                else await peer.ReadAsync(length);
                await peer.SendAsync(ok);
            });
            await OneAsync(new() { BodyBytes = 100 }, async client =>
            {
                await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\n{framed}");
                Assert.StartsWith($"HTTP/1.1 {status} ", await client.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
            }, server);
        }
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.IdleTime))]
    public async Task A_connection_that_is_not_used_again_is_closed_and_nothing_is_refused()
    {
        using var server = RawServer.Answering(ok);
        using var guard = new RunningGuard(server.Address, new() { IdleTime = 150 });
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal(ok, await client.ReadToEndAsync());
        Assert.Equal(Reason.None, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.UpstreamIdleTime))]
    public async Task An_upstream_connection_that_is_not_used_is_closed()
    {
        using var server = RawServer.Answering(ok);
        using var guard = new RunningGuard(server.Address, new() { UpstreamIdleTime = 150 });
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadUntilAsync("ok");
        await Waiting.WhileAsync(() => guard.Gateway.Watched > 1);
        Assert.Equal(1, guard.Gateway.Watched);
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.HandshakeTime))]
    public async Task A_PROXY_header_that_does_not_come()
    {
        using var server = RawServer.Answering(ok);
        using var guard = new RunningGuard([server.Address], new() { HandshakeTime = 150 }, listener: new(new(System.Net.IPAddress.Loopback, 0)) { ExpectsProxyHeader = true });
        using (var silent = new RawClient(guard.Address)) await silent.ReadToEndAsync();
        using (var half = new RawClient(guard.Address))
        {
            await half.SendAsync("PROXY TCP4 ");
            await half.ReadToEndAsync();
        }
        Assert.Equal([Reason.SlowHead, Reason.ProxyHeaderMalformed], (await guard.Events.AtLeastAsync(2)).Select(one => one.Reason));
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.TunnelIdleTime))]
    public async Task A_tunnel_without_a_byte()
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
            await peer.ReadPastAsync("never");
        });
        using var guard = new RunningGuard(server.Address, new() { TunnelIdleTime = 150 });
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
        Assert.EndsWith("\r\n\r\n", await client.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.ConnectTime))]
    public async Task An_upstream_that_does_not_accept()
    {
        // One place in its queue, which the first takes: the kernel lets those after it wait.
        using var full = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.InterNetwork, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
        full.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        full.Listen(0);
        var address = (System.Net.IPEndPoint)full.LocalEndPoint!;
        using var first = new RawClient(address);
        using var guard = new RunningGuard(address, new() { ConnectTime = 150 });
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\n", await client.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        Assert.Equal(Reason.UpstreamUnreachable, (await guard.Events.AtLeastAsync(1))[0].Reason);
    }

    [Theory]
    [InlineData(3_600_000, Reason.None)]
    [InlineData(0, Reason.SlowBody)]
    [Trait("limit", nameof(GuardLimits.BodyGrace))]
    public async Task A_slow_body_within_its_grace_and_after(int grace, object reason)
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.ReadAsync(2);
            await peer.SendAsync(ok);
        });
        var recorded = await OneAsync(new() { BodyGrace = grace, BodyRate = 1 }, async client =>
        {
            await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n");
            if ((Reason)reason == Reason.None)
            {
                await Task.Delay(500); // The deadlines are looked after several times.
                await client.SendAsync("ab");
            }
            await client.ReadUntilAsync("\r\n\r\n");
        }, server);
        Assert.Equal((Reason)reason, recorded.Reason);
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.LingerTime))]
    public async Task What_a_refused_client_may_still_send()
    {
        using var server = RawServer.Answering(ok);
        using var guard = new RunningGuard(server.Address, new() { LingerTime = 150 });
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET /\0 HTTP/1.1\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 400 ", await client.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        // It neither ends nor sends: the guard ends.
        await Waiting.WhileAsync(() => guard.Gateway.Open > 0);
        Assert.Equal(0, guard.Gateway.Open);

        using var patient = new RunningGuard(server.Address, new() { LingerTime = 3_600_000 });
        using var other = new RawClient(patient.Address);
        await other.SendAsync("GET /\0 HTTP/1.1\r\n\r\n");
        await other.ReadToEndAsync();
        for (var i = 0; i < 5; i++)
        {
            await Task.Delay(50);
            Assert.Equal(1, patient.Gateway.Open);
        }
        other.EndSending();
        await Waiting.WhileAsync(() => patient.Gateway.Open > 0);
        Assert.Equal(0, patient.Gateway.Open);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("limit", nameof(GuardLimits.UpstreamIdleConnections))]
    public async Task Unused_connections_kept_to_one_upstream(int most)
    {
        using var answer = new SemaphoreSlim(0);
        var heads = 0;
        using var server = new RawServer(async peer =>
        {
            while (await peer.ReadHeadAsync() is not null)
            {
                Interlocked.Increment(ref heads);
                await answer.WaitAsync();
                await peer.SendAsync(ok);
            }
        });
        using var guard = new RunningGuard(server.Address, new() { UpstreamIdleConnections = most, UpstreamIdleTime = 3_600_000 });
        using var one = new RawClient(guard.Address);
        using var two = new RawClient(guard.Address);
        using var three = new RawClient(guard.Address);
        RawClient[] clients = [one, two, three];
        foreach (var client in clients) await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await Waiting.WhileAsync(() => Volatile.Read(ref heads) < 3);
        answer.Release(3);
        foreach (var client in clients) Assert.Equal(ok, await client.ReadUntilAsync("ok"));
        // Those of the three clients are watched too.
        await Waiting.WhileAsync(() => guard.Gateway.Watched != 3 + most);
        Assert.Equal(3 + most, guard.Gateway.Watched);
    }

    [Theory]
    [InlineData(255, Reason.None)]
    [InlineData(256, Reason.None)]
    [InlineData(257, Reason.ChunkMalformed)]
    [Trait("limit", nameof(GuardLimits.ChunkLineBytes))]
    public async Task Bytes_of_a_chunks_line_of_an_answer(int length, object reason)
    {
        using var server = RawServer.Answering($"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;{new string('a', length - 4)}\r\nok\r\n0\r\n\r\n");
        var recorded = await OneAsync(new(), async client =>
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            await client.ReadAnswerAsync();
        }, server);
        Assert.Equal((Reason)reason, recorded.Reason);
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.UpstreamConnections))]
    public async Task Exchanges_at_one_upstream_at_once()
    {
        using var answer = new SemaphoreSlim(0);
        using var server = new RawServer(async peer =>
        {
            while (await peer.ReadHeadAsync() is not null)
            {
                await answer.WaitAsync();
                await peer.SendAsync(ok);
            }
        });
        using var guard = new RunningGuard(server.Address, new() { UpstreamConnections = 1 });
        using var first = new RawClient(guard.Address);
        await first.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await Waiting.WhileAsync(() => server.Connections == 0);
        using var second = new RawClient(guard.Address);
        await second.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 503 Service Unavailable\r\n", await second.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
        answer.Release();
        Assert.Equal(ok, await first.ReadUntilAsync("ok"));
        Assert.Equal([Reason.NoUpstream, Reason.None], (await guard.Events.AtLeastAsync(2)).Select(one => one.Reason));
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.Connections))]
    [Trait("limit", nameof(GuardLimits.ConnectionsOfClient))]
    public async Task Connections_of_all_and_of_one_client()
    {
        foreach (var (limits, reason) in new[] { (new GuardLimits { Connections = 2 }, Reason.TooManyConnections), (new GuardLimits { ConnectionsOfClient = 2 }, Reason.TooManyConnectionsOfClient) })
        {
            using var server = RawServer.Answering(ok);
            using var guard = new RunningGuard(server.Address, limits);
            using var first = new RawClient(guard.Address);
            using (var second = new RawClient(guard.Address))
            {
                await second.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                await second.ReadUntilAsync("ok");
                using var third = new RawClient(guard.Address);
                Assert.Equal("[reset]", await third.ReadToEndAsync());
                Assert.Contains(await guard.Events.AtLeastAsync(2), one => one.Reason == reason); // Before or after the event of the second, which is recorded once its answer is sent.
            }
            await Waiting.WhileAsync(() => guard.Gateway.Open > 1);
            using var fourth = new RawClient(guard.Address);
            await fourth.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            await fourth.ReadUntilAsync("ok");
        }
    }

    [Fact]
    [Trait("limit", nameof(GuardLimits.RequestsOfConnection))]
    public async Task Requests_of_one_connection()
    {
        using var server = RawServer.Answering(ok);
        using var guard = new RunningGuard(server.Address, new() { RequestsOfConnection = 2 });
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal($"{ok}HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", await client.ReadToEndAsync());
    }
}
