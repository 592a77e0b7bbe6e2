using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>SIGKILL under load, of the guard and of the application, as docs/guard-http.md says it.</summary>
public sealed class KillTests
{
    private static readonly string program = AppContext.BaseDirectory.Replace("tests/Plimsoll.Guard.Tests", "src/Plimsoll.Cli", StringComparison.Ordinal) + "plimsoll";

    private static string Body(string target) => string.Concat(Enumerable.Repeat(target + "\n", 400));

    private static string Answer(string target) => $"HTTP/1.1 200 OK\r\nContent-Length: {Body(target).Length}\r\n\r\n{Body(target)}";

    /// <summary>Each client asks for targets of its own until its connection ends, and says how each request ended.</summary>
    private static List<Task> Load(int port, Func<bool> isOver, ConcurrentBag<string> wrong, Action<string> ended) =>
        [.. Enumerable.Range(0, 8).Select(number => Task.Run(async () =>
        {
            for (var round = 0; !isOver(); round++)
            {
                using var client = new TcpClient();
                try
                {
                    await client.ConnectAsync(IPAddress.Loopback, port);
                    for (var i = 0; !isOver(); i++)
                    {
                        var target = $"/{number}-{round}-{i}";
                        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET {target} HTTP/1.1\r\nHost: a\r\n\r\n"));
                        var got = await ReadAnswerAsync(client.GetStream());
                        if (got == Answer(target)) ended("200");
                        else if (Answer(target).StartsWith(got, StringComparison.Ordinal))
                        {
                            ended("cut");
                            break;
                        }
                        else if (got.Split(' ') is [_, "502" or "503" or "504", ..]) ended(got.Split(' ')[1]);
                        else wrong.Add($"{target}: {got[..Math.Min(got.Length, 200)]}");
                    }
                }
                catch (Exception thrown) when (thrown is SocketException or IOException)
                {
                    ended("cut");
                }
            }
        }))];

    /// <summary>As much as came of one answer.</summary>
    private static async Task<string> ReadAnswerAsync(NetworkStream from)
    {
        var got = new StringBuilder();
        var buffer = new byte[8192];
        using var late = new CancellationTokenSource(Waiting.Patience);
        while (true)
        {
            var text = got.ToString();
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head >= 0 && text.Length >= head + 4 + int.Parse(text.Split("Content-Length: ")[1].Split('\r')[0], CultureInfo.InvariantCulture)) return text;
            int count;
            try
            {
                count = await from.ReadAsync(buffer, late.Token);
            }
            catch (IOException)
            {
                return text;
            }
            if (count == 0) return text;
            got.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
    }

    [Fact]
    public async Task Of_the_guard_no_client_has_a_wrong_answer_and_the_next_guard_serves()
    {
        using var server = new RawServer(async peer =>
        {
            while (await peer.ReadHeadAsync() is { } head) await peer.SendAsync(Answer(head.Split(' ')[1]));
        });
        var wrong = new ConcurrentBag<string>();
        var counts = new ConcurrentDictionary<string, int>();
        for (var time = 0; time < 3; time++)
        {
            using var guard = new Daemon([], [program, "guard", "http", "--listen", "127.0.0.1:PORT", "--upstream", "127.0.0.1:UPSTREAM"], server.Address.Port);
            var isOver = false;
            var answered = 0;
            var clients = Load(guard.Port, () => Volatile.Read(ref isOver), wrong, how =>
            {
                counts.AddOrUpdate(how, 1, (_, count) => count + 1);
                if (how == "200") Interlocked.Increment(ref answered);
                else Volatile.Write(ref isOver, true); // The guard is gone.
            });
            Assert.True(Programs.Eventually(() => Volatile.Read(ref answered) > 200, 30), "nothing was answered");
            guard.Kill();
            await Task.WhenAll(clients);
        }
        Assert.Empty(wrong);
        Assert.Equal(["200", "cut"], counts.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Of_the_application_clients_are_told_so_and_served_again_when_it_is_back()
    {
        if (Programs.Missing("node") is { } missing) Assert.Skip(missing);
        var port = Programs.FreePort();
        var script = Path.Combine(Directory.CreateTempSubdirectory("guard-kill-").FullName, "server.mjs");
        File.WriteAllText(script, $$"""
            import { createServer } from 'node:http'
            createServer((request, response) => {
              const body = (request.url + '\n').repeat(400)
              response.sendDate = false
              response.removeHeader('Connection')
              response.writeHead(200, { 'Content-Length': body.length })
              response.write(body.slice(0, 1000))
              setImmediate(() => response.end(body.slice(1000)))
            }).listen({{port}}, '127.0.0.1')
            """);
        using var guard = new RunningGuard(new IPEndPoint(IPAddress.Loopback, port), site: site => site with { Health = new() { Pause = 20 } });
        var wrong = new ConcurrentBag<string>();
        var isOver = false;
        int answered = 0, failed = 0;
        var clients = Load(guard.Address.Port, () => Volatile.Read(ref isOver), wrong, how => Interlocked.Increment(ref how == "200" ? ref answered : ref failed));
        for (var time = 0; time < 3; time++)
        {
            using var application = Process.Start(new ProcessStartInfo("node", [script]) { UseShellExecute = false })!;
            var before = Volatile.Read(ref answered);
            Assert.True(Programs.Eventually(() => Volatile.Read(ref answered) > before + 100, 30), "nothing was answered");
            before = Volatile.Read(ref failed);
            application.Kill();
            application.WaitForExit();
            Assert.True(Programs.Eventually(() => Volatile.Read(ref failed) > before + 8, 30), "nobody was told");
        }
        Volatile.Write(ref isOver, true);
        await Task.WhenAll(clients);
        Directory.Delete(Path.GetDirectoryName(script)!, recursive: true);
        Assert.Empty(wrong);
        Assert.All(guard.Events.All, one => Assert.Contains(one.Reason, (Reason[])[Reason.None, Reason.UpstreamClosed, Reason.UpstreamUnreachable, Reason.NoUpstream, Reason.ClientGone]));
        Assert.Contains(guard.Events.All, one => one is { Reason: Reason.UpstreamUnreachable, Status: 502 });
        foreach (var upstream in guard.Gateway.Running.Sites.All.Single().Pool.Upstreams) Assert.Equal(0, upstream.Active);
    }
}
