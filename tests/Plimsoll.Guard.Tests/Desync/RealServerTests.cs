using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Desync;

/// <summary>Each technique through a running guard to real servers: they read exactly the requests that the guard forwarded, and nobody after is harmed.</summary>
public sealed class RealServerTests
{
    [Theory]
    [InlineData("nginx")]
    [InlineData("node")]
    [InlineData("apache")]
    public async Task What_the_guard_forwarded_is_what_the_server_saw(string name)
    {
        Assert.SkipUnless(name switch { "nginx" => RealServer.HasNginx, "node" => RealServer.HasNode, _ => RealServer.HasApache }, $"{name} is not installed");
        using var server = RealServer.Start(name);
        using var guard = new RunningGuard(server.Address);
        var seen = 0;
        foreach (var technique in Techniques.All)
        {
            guard.Events.Clear();
            using (var client = new RawClient(guard.Address))
            {
                await client.SendAsync(technique.Bytes);
                client.EndSending();
                await client.ReadToEndAsync();
            }
            // Somebody else's request over the same pool, twice: one after the other.
            for (var i = 0; i < 2; i++)
            {
                using var other = new RawClient(guard.Address);
                await other.SendAsync("GET /marker HTTP/1.1\r\nHost: guard.test\r\nConnection: close\r\n\r\n");
                var answer = await other.ReadToEndAsync();
                Assert.True(answer.StartsWith("HTTP/1.1 200", StringComparison.Ordinal) && answer.EndsWith("seen\n", StringComparison.Ordinal), $"{technique.Name}: the next client got {answer}");
            }

            var events = await WithMarkersAsync(guard.Events);
            var forwarded = events.Where(one => one.Decision == Decision.Forward).Select(one => $"{one.Method} {one.Target}").ToList();
            var atServer = (await server.RequestsAsync(seen + forwarded.Count))[seen..];
            seen += atServer.Length;
            // A request whose body broke off may have been begun: the server may log it, as one that failed.
            var complete = atServer.Where(line => events.Any(one => one.Decision == Decision.Forward && line == $"{one.Method} {one.Target}")).ToList();
            Assert.True(forwarded.SequenceEqual(complete, StringComparer.Ordinal), $"{technique.Name}: forwarded {string.Join(", ", forwarded)}; {name} saw {string.Join(", ", atServer)}");
            Assert.DoesNotContain(atServer, line => line.Contains("smuggled", StringComparison.Ordinal));
            if (technique.Expected.StartsWith("forwarded ", StringComparison.Ordinal)) Assert.Equal($"{technique.Name}: {technique.Expected}", $"{technique.Name}: forwarded {forwarded.Count - 2}");
            else Assert.Contains(events, one => one.Decision == Decision.Refuse && Reasons.Name(one.Reason) == technique.Expected);
        }
    }

    /// <summary>All events, once the two markers' are there.</summary>
    private static async Task<IReadOnlyList<Recorded>> WithMarkersAsync(EventList events)
    {
        await Waiting.WhileAsync(() => events.All.Count(one => one.Target == "/marker") < 2);
        return events.All;
    }
}
