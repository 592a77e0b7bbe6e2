using System.Collections.Concurrent;
using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>What the upstream is sent, and what the client gets of its answer.</summary>
public sealed class ForwardTests
{
    private const string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Fact]
    public async Task The_request_arrives_as_it_was_judged_without_what_was_of_the_hop()
    {
        var heads = new ConcurrentQueue<string>();
        using var server = RawServer.Answering(ok, heads);
        using var guard = new RunningGuard(server.Address, site: site => site with { Ambiguities = new() { Allowed = AmbiguitySet.Refused } });
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET /a%2Fb/../c%2e%2e/d?x=%41&y HTTP/1.1\r\nhOST: Guard.test:80\r\nX-B: 1\r\nx-b:   2  \r\nConnection: X-Gone, close\r\nX-Gone: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\n"
            + "Upgrade: h2c\r\nX-Forwarded-For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX-Original-URL: /admin\r\nCookie: a=b\r\n\r\n");
        var answer = await client.ReadToEndAsync();
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", answer);
        Assert.Equal("GET /a%2Fb/../c%2e%2e/d?x=%41&y HTTP/1.1\r\nHost: Guard.test:80\r\nX-B: 1\r\nx-b: 2\r\nCookie: a=b\r\n"
            + "X-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: Guard.test:80\r\n\r\n", Assert.Single(heads));
        Assert.Equal(new(Decision.Forward, Reason.None, 200, "GET", "/a%2Fb/../c%2e%2e/d?x=%41&y", "127.0.0.1", server.Address.ToString()), Assert.Single(await guard.Events.AtLeastAsync(1)));
    }

    [Theory]
    [InlineData("/caf\u00c3\u00a9?q=\u00c3\u00a9", "raw-non-ascii", "")]
    [InlineData("/caf\u00e9", "raw-non-ascii", "invalid-utf8")]
    public async Task Bytes_above_7F_in_a_target_pass_as_they_are_where_a_site_allows_them(string target, string first, string second)
    {
        var heads = new ConcurrentQueue<string>();
        using var server = RawServer.Answering(ok, heads);
        var request = $"GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        var allowed = AmbiguityNames.Read(second.Length == 0 ? [first] : [first, second], "", []);
        using (var strict = new RunningGuard(server.Address))
        {
            using var client = new RawClient(strict.Address);
            await client.SendAsync(request);
            Assert.StartsWith("HTTP/1.1 403 ", await client.ReadToEndAsync(), StringComparison.Ordinal);
            Assert.Equal(allowed, (await strict.Events.AtLeastAsync(1), strict.Events.Ambiguities[0].Refused).Refused);
            Assert.Empty(heads);
        }
        using var guard = new RunningGuard(server.Address, site: site => site with { Ambiguities = new() { Allowed = allowed } });
        using var other = new RawClient(guard.Address);
        await other.SendAsync(request);
        Assert.StartsWith("HTTP/1.1 200 ", await other.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.StartsWith($"GET {target} HTTP/1.1\r\n", Assert.Single(heads), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Content-Length: 11\r\n\r\nhello world", "Content-Length: 11\r\n\r\n", "hello world")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n06\r\n world\r\n000\r\nX: y\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n", "5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n")]
    public async Task Bodies_are_framed_anew(string sent, string head, string body)
    {
        var found = new ConcurrentQueue<string?>();
        using var server = new RawServer(async peer =>
        {
            found.Enqueue(await peer.ReadHeadAsync());
            found.Enqueue(await peer.ReadPastAsync(body));
            await peer.SendAsync(ok);
        });
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync($"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\n{sent}");
        await client.ReadUntilAsync("\r\n\r\nok");
        Assert.EndsWith(head, found.First(), StringComparison.Ordinal);
        Assert.Equal(body, found.Last());
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")]
    [InlineData("HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n", "HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n")]
    [InlineData("HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 200 \r\nContent-Length: 0\r\n\r\n")]
    public async Task Answers_are_framed_anew(string sent, string expected)
    {
        using var server = RawServer.Answering(sent);
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.EndsWith(expected, await client.ReadUntilAsync(expected), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_ends_with_its_connection_is_chunked_for_a_client_that_stays()
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync("HTTP/1.0 200 OK\r\n\r\nhello");
        });
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        Assert.Equal("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", await client.ReadUntilAsync("0\r\n\r\n"));
        await client.SendAsync("GET / HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\n\r\n");
        Assert.Equal("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task The_length_of_an_answer_to_HEAD_is_that_of_the_body_it_does_not_have()
    {
        using var server = RawServer.Answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.Equal("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n", await client.ReadToEndAsync());
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 2\n\nok", "bare-line-feed")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok", "length-repeated")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\nok", "length-and-encoding")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\nok", "encoding-unsupported")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding : chunked\r\n\r\nok", "whitespace-before-colon")]
    [InlineData("HTTP/1.1 200 OK\r\nX: y\r\n z\r\nContent-Length: 2\r\n\r\nok", "folded-field")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\rb\r\nContent-Length: 2\r\n\r\nok", "bare-carriage-return")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nok", "control-byte")]
    [InlineData("HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "status-line-malformed")]
    [InlineData("HTTP/1.1 99 Low\r\nContent-Length: 2\r\n\r\nok", "status-line-malformed")]
    [InlineData("HTTP/1.1 600 High\r\nContent-Length: 2\r\n\r\nok", "status-line-malformed")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", "upgrade-unverified")]
    [InlineData("hello\r\n\r\n", "status-line-malformed")]
    public async Task An_answer_with_two_readings_is_not_forwarded(string sent, string reason)
    {
        using var server = RawServer.Answering(sent);
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\n", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal(reason, Reasons.Name(Assert.Single(await guard.Events.AtLeastAsync(1)).Reason));
    }

    [Fact]
    public async Task An_answer_nobody_asked_for_is_never_given_to_the_next_request()
    {
        var served = 0;
        using var server = new RawServer(async peer =>
        {
            while (await peer.ReadHeadAsync() is not null)
                await peer.SendAsync(Interlocked.Increment(ref served) == 1 ? $"{ok}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil" : ok);
        });
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        for (var i = 0; i < 2; i++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Assert.EndsWith("\r\n\r\nok", await client.ReadUntilAsync("ok"), StringComparison.Ordinal);
        }
        Assert.Equal(2, server.Connections);
        Assert.Equal([Reason.UpstreamUnsolicited, Reason.None], (await guard.Events.AtLeastAsync(2)).Select(one => one.Reason));
    }

    [Fact]
    public async Task A_connection_to_the_upstream_is_used_again()
    {
        using var server = RawServer.Answering(ok);
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        for (var i = 0; i < 5; i++)
        {
            await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            await client.ReadUntilAsync("ok");
            await guard.Events.AtLeastAsync(i + 1);
        }
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_body_where_none_belongs_ends_the_connection_that_it_was_sent_over()
    {
        using var server = new RawServer(async peer =>
        {
            while (await peer.ReadHeadAsync() is not null) await peer.SendAsync(ok); // Ignores bodies: what follows would be the next request.
        });
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc");
        await client.ReadUntilAsync("ok");
        await guard.Events.AtLeastAsync(1);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadUntilAsync("ok");
        Assert.Equal(2, server.Connections);
    }

    [Theory]
    [InlineData("GET", "", "200")]
    [InlineData("POST", "Content-Length: 1\r\n\r\nx", "502")]
    public async Task Only_what_can_be_repeated_is_sent_again_when_a_used_connection_turns_out_to_be_closed(string method, string rest, string status)
    {
        var heads = 0;
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            Interlocked.Increment(ref heads);
            await peer.SendAsync(ok);
            await peer.ReadHeadAsync(); // Closes after it has got the second, without an answer.
        });
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        await client.ReadUntilAsync("ok");
        await guard.Events.AtLeastAsync(1);
        await client.SendAsync($"{method} / HTTP/1.1\r\nHost: a\r\n{(rest.Length == 0 ? "\r\n" : rest)}");
        Assert.StartsWith($"HTTP/1.1 {status}", await client.ReadUntilAsync("\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_sides_may_send_at_once()
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (var i = 0; i < 3; i++)
            {
                var word = await peer.ReadPastAsync("\r\n") + await peer.ReadPastAsync("\r\n");
                await peer.SendAsync(word);
            }
            await peer.ReadPastAsync("0\r\n\r\n");
            await peer.SendAsync("0\r\n\r\n");
        });
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/grpc\r\nTransfer-Encoding: chunked\r\n\r\n");
        await client.ReadUntilAsync("\r\n\r\n");
        foreach (var word in new[] { "one", "two", "six" })
        {
            await client.SendAsync($"3\r\n{word}\r\n");
            Assert.Equal($"3\r\n{word}\r\n", await client.ReadUntilAsync("\r\n" + word + "\r\n"));
        }
        await client.SendAsync("0\r\n\r\n");
        Assert.Equal("0\r\n\r\n", await client.ReadUntilAsync("0\r\n\r\n"));
    }

    [Fact]
    public async Task A_large_body_passes_in_both_directions_byte_for_byte()
    {
        var size = 5_000_000;
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            var left = size;
            await peer.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n");
            while (left > 0)
            {
                var piece = await peer.ReadAsync(Math.Min(left, 50_000));
                if (piece.Length == 0) return;
                left -= piece.Length;
                await peer.SendAsync(piece);
            }
        });
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        var body = new byte[size];
        for (var i = 0; i < size; i++) body[i] = (byte)(i * 2654435761 >> 24);
        var sending = client.SendAsync([.. Encoding.Latin1.GetBytes($"PUT / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: video/mp4\r\nContent-Length: {size}\r\n\r\n"), .. body]);
        var answer = await client.ReadToEndAsync();
        await sending;
        Assert.Equal(body, Encoding.Latin1.GetBytes(answer[^size..]));
    }

    [Fact]
    public async Task An_early_answer_reaches_a_client_that_still_sends()
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno");
        });
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: video/mp4\r\nContent-Length: 10000000\r\n\r\n");
        var sending = client.SendAsync(new byte[3_000_000]);
        Assert.StartsWith("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno", await client.ReadToEndAsync(), StringComparison.Ordinal);
        await sending;
    }

    [Fact]
    public async Task An_answer_that_breaks_off_does_not_look_complete()
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        });
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        var answer = await client.ReadToEndAsync();
        Assert.DoesNotContain("0\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("[reset]", answer, StringComparison.Ordinal);
        Assert.Equal(Reason.UpstreamClosed, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }

    [Fact]
    public async Task A_request_that_breaks_off_does_not_look_complete()
    {
        var found = new TaskCompletionSource<string?>();
        using var server = new RawServer(async peer =>
        {
            try
            {
                await peer.ReadHeadAsync();
                found.SetResult(await peer.ReadPastAsync("0\r\n\r\n"));
            }
            catch (IOException)
            {
                found.SetResult("reset");
            }
        });
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync("POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
        client.EndSending();
        Assert.StartsWith("HTTP/1.1 400 Bad Request", await client.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Equal("reset", await found.Task.WaitAsync(Waiting.Patience));
        Assert.Equal(Reason.BodyTruncated, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }
}
