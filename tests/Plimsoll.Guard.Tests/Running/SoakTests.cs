using System.Collections.Concurrent;
using System.Diagnostics;
using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>Load while the options are reloaded and upstreams fail in every way: no request without an answer or an end, and nothing is left over.</summary>
public sealed class SoakTests
{
    private static readonly TimeSpan duration = TimeSpan.FromSeconds(Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 120 : 1800);

    /// <summary>Answers well, badly, late, partly or not at all, one after the other.</summary>
    private static RawServer Unreliable()
    {
        var count = 0;
        return new(async peer =>
        {
            while (await peer.ReadHeadAsync() is { } head)
            {
                if (head.Contains("chunked", StringComparison.Ordinal) && await peer.ReadPastAsync("0\r\n\r\n") is null) return;
                switch (Interlocked.Increment(ref count) % 16)
                {
                    case 0: return;
                    case 1:
                        await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
                        return;
                    case 2:
                        await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok");
                        break;
                    case 3:
                        await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n");
                        break;
                    case 4:
                        await Task.Delay(5);
                        await peer.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                        await peer.SendAsync("2\r\nok\r\n0\r\n\r\n");
                        break;
                    case 5:
                        await peer.SendAsync("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
                        return;
                    default:
                        await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                        break;
                }
            }
        });
    }

    [Fact]
    public async Task Reloads_and_failing_upstreams_under_load()
    {
        using var one = Unreliable();
        using var two = Unreliable();
        using var guard = new RunningGuard([one.Address, two.Address], site: site => site with { Health = new() { Pause = 20 } });
        var options = guard.Gateway.Running.Options;
        var answers = new ConcurrentDictionary<string, int>();
        var watch = Stopwatch.StartNew();
        var clients = Enumerable.Range(0, 12).Select(number => Task.Run(async () =>
        {
            while (watch.Elapsed < duration)
            {
                using var client = new RawClient(guard.Address);
                for (var i = 0; i < 20; i++)
                {
                    var request = (number + i) % 3 == 0 ? "POST /p HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" : "GET /g HTTP/1.1\r\nHost: a\r\n\r\n";
                    await client.SendAsync(request);
                    var answer = await client.ReadAnswerAsync();
                    answers.AddOrUpdate(answer, 1, (_, count) => count + 1);
                    if (answer is not ("200" or "502" or "503")) break;
                }
            }
        })).ToList();
        var reloads = 0;
        while (watch.Elapsed < duration)
        {
            await Task.Delay(50);
            guard.Gateway.Reload(options);
            reloads++;
        }
        await Task.WhenAll(clients);

        Assert.True(reloads > 10);
        Assert.All(answers.Keys, answer => Assert.Contains(answer, (string[])["200", "502", "503", "broken off"]));
        Assert.True(answers["200"] > answers.GetValueOrDefault("503"), string.Join(", ", answers));
        Assert.DoesNotContain(guard.Events.All, recorded => recorded.Reason is Reason.GuardFailed or Reason.InspectorFailed);
        await Waiting.WhileAsync(() => guard.Gateway.Open > 0);
        Assert.Equal(0, guard.Gateway.Open);
        foreach (var site in guard.Gateway.Running.Sites.All) Assert.All(site.Pool.Upstreams, upstream => Assert.Equal(0, upstream.Active));
        guard.Gateway.Reload(options);
        Assert.Equal(0, guard.Gateway.Watched);
    }
}
