using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Plimsoll.EndToEnd.Tests;

/// <summary>The guard as it is started by a user, in a process of its own.</summary>
public sealed class GuardTests : IDisposable
{
    private const string secret = "hunter2-4929123412341234";
    private readonly TcpListener upstream = new(IPAddress.Loopback, 0);
    private readonly Process guard;
    private readonly Task<string> events;
    private readonly string started;
    private readonly Task<string> errors;
    private readonly Uri address;

    public GuardTests()
    {
        upstream.Start();
        _ = ServeAsync();
        var start = new ProcessStartInfo(Run.Cli, ["guard", "http", "--listen", "127.0.0.1:0", "--upstream", upstream.LocalEndpoint.ToString()!, "--record-all"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        guard = Process.Start(start)!;
        events = guard.StandardOutput.ReadToEndAsync();
        started = guard.StandardError.ReadLine()!;
        errors = guard.StandardError.ReadToEndAsync();
        address = new(started.Split(' ')[2]);
    }

    public void Dispose()
    {
        if (!guard.HasExited) guard.Kill();
        guard.Dispose();
        upstream.Dispose();
    }

    /// <summary>Answers after a moment, so that requests overlap.</summary>
    private async Task ServeAsync()
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await upstream.AcceptTcpClientAsync();
            }
            catch (Exception thrown) when (thrown is SocketException or ObjectDisposedException)
            {
                return;
            }
            _ = AnswerAsync(client);
        }
    }

    private static async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            var stream = client.GetStream();
            var buffer = new byte[65536];
            var text = "";
            while (await stream.ReadAsync(buffer) is var count and > 0)
            {
                text += Encoding.Latin1.GetString(buffer, 0, count);
                var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
                if (end < 0) continue;
                var length = text.Contains("Content-Length: ", StringComparison.Ordinal) ? int.Parse(text.Split("Content-Length: ")[1].Split('\r')[0], System.Globalization.CultureInfo.InvariantCulture) : 0;
                if (text.Length < end + 4 + length) continue;
                text = text[(end + 4 + length)..];
                await Task.Delay(20);
                await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nseen"u8.ToArray());
            }
        }
    }

    [Fact]
    public async Task It_forwards_refuses_records_no_secrets_and_ends_in_good_order()
    {
        using var http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(1) };
        http.DefaultRequestHeaders.Add("Authorization", $"Bearer {secret}");
        http.DefaultRequestHeaders.Add("Cookie", $"session={secret}");
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => i % 2 == 0
            ? http.GetStringAsync(new Uri($"/get?password={secret}", UriKind.Relative))
            : PostAsync(http)));
        Assert.All(answers, answer => Assert.Equal("seen", answer));

        using (var raw = new TcpClient())
        {
            await raw.ConnectAsync(address.Host, address.Port);
            await raw.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /smuggled?password={secret} HTTP/1.1\r\nHost: a\r\nX-Key: {secret}\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n{secret}"));
            using var reader = new StreamReader(raw.GetStream());
            Assert.Equal("HTTP/1.1 400 Bad Request", await reader.ReadLineAsync());
        }

        var last = http.GetStringAsync(new Uri("/last", UriKind.Relative));
        await Task.Delay(5);
        using (var kill = Process.Start("kill", ["-TERM", guard.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)])) await kill.WaitForExitAsync();
        try
        {
            Assert.Equal("seen", await last);
        }
        catch (HttpRequestException thrown) when (thrown.StatusCode is null)
        {
            // It had not arrived yet: then it is not accepted any more.
        }
        await guard.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(0, guard.ExitCode);

        var lines = (await events).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var decisions = lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("decision").GetString()).ToList();
        Assert.InRange(decisions.Count(decision => decision == "forwarded"), 200, 201);
        Assert.Equal("length-and-encoding", JsonDocument.Parse(Assert.Single(lines, line => line.Contains("refused", StringComparison.Ordinal))).RootElement.GetProperty("reason").GetString());
        Assert.DoesNotContain(secret, string.Join('\n', lines) + started + await errors, StringComparison.Ordinal);
    }

    private static async Task<string> PostAsync(HttpClient http)
    {
        using var content = new StringContent($"card={secret}");
        using var answer = await http.PostAsync(new Uri("/post", UriKind.Relative), content);
        return await answer.Content.ReadAsStringAsync();
    }
}
