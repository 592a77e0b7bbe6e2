using System.Net;
using System.Net.Sockets;
using System.Text;
using Plimsoll.Guard.Tests.Upstreams;

namespace Plimsoll.Guard.Tests.Techniques;

/// <summary>What came of a technique. Canaries are left out of everything but their own answers.</summary>
internal sealed record Outcome
{
    /// <summary>All that the client got on the technique's connection.</summary>
    public required string Answer { get; init; }

    public required bool IsClosed { get; init; }

    /// <summary>What the gateway sent to the upstream, one reading for each connection.</summary>
    public required IReadOnlyList<StrictReading> Forwarded { get; init; }

    /// <summary>The same as bytes.</summary>
    public required string ForwardedBytes { get; init; }

    /// <summary>A connection to the upstream ended within a request.</summary>
    public required bool IsCutOff { get; init; }

    /// <summary>What the upstream answered, by status.</summary>
    public required IReadOnlyList<int> UpstreamStatuses { get; init; }

    public required IReadOnlyList<Recorded> Recorded { get; init; }
    public required IReadOnlyList<Told>? Told { get; init; }

    /// <summary>The request behind the technique was answered as itself.</summary>
    public required bool CanaryAnswered { get; init; }

    /// <summary>What requests of other clients got that was not their answer; null for nothing.</summary>
    public required string? Poisoned { get; init; }

    public IEnumerable<StrictMessage> Requests => Forwarded.SelectMany(reading => reading.Messages);
}

/// <summary>Sends a technique through a gateway to an upstream, then asks for canaries: what answers them shows whether anybody lost count.</summary>
internal sealed class Trial(IGateway gateway, Tap tap, Upstream upstream)
{
    private const string canary = "/canary-";
    private static int canaries;

    /// <summary>Milliseconds without a byte after which nothing more is expected. Whoever is slower makes a test fail, not pass.</summary>
    private const int quiet = 1_200;

    public async Task<Outcome> RunAsync(Technique technique)
    {
        tap.Forget();
        upstream.Take();
        gateway.Take();
        var name = NextCanary();
        var (answer, isClosed) = await ExchangeAsync(technique, name);
        var poisoned = await FreshCanaryAsync() ?? await FreshCanaryAsync();
        // The servers record before they answer, but for a request that broke off.
        await Task.Delay(20);
        var passed = tap.Passed;
        var readings = passed.Select(line => StrictReader.Requests(line.Up)).ToList();
        var expected = readings.Sum(reading => reading.Messages.Count);
        List<int> statuses = [];
        List<Recorded> recorded = [];
        foreach (var (line, reading) in passed.Zip(readings))
        {
            var answers = StrictReader.Answers(line.Down, i => i < reading.Messages.Count && reading.Messages[i].Method == "HEAD", line.IsClosed).Messages.Select(message => message.Status).Where(status => status is 101 or >= 200).ToList();
            statuses.AddRange(answers.Zip(reading.Messages).Where(pair => !IsCanary(pair.Second.Target)).Select(pair => pair.First));
            expected -= answers.Count(status => status >= 300);
        }
        Programs.Eventually(() =>
        {
            recorded.AddRange(upstream.Take());
            return recorded.Count >= expected;
        }, 1);
        return new()
        {
            Answer = answer,
            IsClosed = isClosed,
            Forwarded = [.. readings.Select(reading => reading with { Messages = [.. reading.Messages.Where(message => !IsCanary(message.Target))] })],
            ForwardedBytes = string.Concat(passed.Select(line => line.Up)),
            IsCutOff = passed.Zip(readings).Any(pair => pair.First.IsClosed && pair.Second.IsCut),
            UpstreamStatuses = statuses,
            Recorded = [.. recorded.Where(request => !IsCanary(request.Target))],
            Told = gateway.Take()?.Where(told => !IsCanary(told.Target)).ToList(),
            CanaryAnswered = answer.Contains($"GET {name}\n", StringComparison.Ordinal),
            Poisoned = poisoned,
        };
    }

    private static bool IsCanary(string target) => target.StartsWith(canary, StringComparison.Ordinal);

    private static string NextCanary() => $"{canary}{Interlocked.Increment(ref canaries)}";

    private static byte[] CanaryRequest(string name) => Encoding.ASCII.GetBytes($"GET {name} HTTP/1.1\r\nHost: site.test\r\n\r\n");

    private async Task<(string Answer, bool IsClosed)> ExchangeAsync(Technique technique, string name)
    {
        using var socket = await ConnectAsync();
        var got = new StringBuilder();
        var reading = ReadAsync(socket, got);
        try
        {
            foreach (var step in technique.Request)
            {
                if (step.Pause > 0) await Task.WhenAny(reading, Task.Delay(step.Pause));
                for (var sent = 0; sent < step.Bytes.Length;) sent += await socket.SendAsync(step.Bytes.AsMemory(sent));
            }
            if (!technique.IsAlone) await socket.SendAsync(CanaryRequest(name));
            else if (!technique.Waits) socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // Refused while it was being sent.
        }
        var patience = technique.Waits ? 15_000 : technique.Must == Must.Passes ? 6_000 : quiet;
        await SettleAsync(reading, got, name, patience);
        if (!reading.IsCompleted && !Has(got, name))
        {
            socket.Shutdown(SocketShutdown.Send);
            await SettleAsync(reading, got, name, quiet);
        }
        var isClosed = reading.IsCompleted;
        socket.Dispose();
        await reading;
        lock (got) return (got.ToString(), isClosed);
    }

    /// <summary>Waits for the close, for the canary's answer, or until nothing comes for a while.</summary>
    private static async Task SettleAsync(Task reading, StringBuilder got, string name, int patience)
    {
        for (var (waited, length) = (0, -1); waited < patience && !reading.IsCompleted && !Has(got, name); waited += 10)
        {
            await Task.WhenAny(reading, Task.Delay(10));
            lock (got)
            {
                if (got.Length != length) waited = 0;
                length = got.Length;
            }
        }
    }

    private static bool Has(StringBuilder got, string name)
    {
        lock (got) return got.ToString().Contains($"GET {name}\n", StringComparison.Ordinal);
    }

    private static async Task ReadAsync(Socket socket, StringBuilder into)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await socket.ReceiveAsync(buffer) is var length and > 0)
                lock (into) into.Append(Encoding.Latin1.GetString(buffer, 0, length));
        }
        catch (SocketException) { }
        catch (ObjectDisposedException) { }
    }

    /// <summary>Another client, on a connection of its own. Null when it gets its answer.</summary>
    private async Task<string?> FreshCanaryAsync()
    {
        var name = NextCanary();
        using var socket = await ConnectAsync();
        var got = new StringBuilder();
        var reading = ReadAsync(socket, got);
        await socket.SendAsync(CanaryRequest(name));
        await SettleAsync(reading, got, name, 8_000);
        socket.Dispose();
        await reading;
        return got.ToString() is var answer && answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) && answer.Contains($"GET {name}\n", StringComparison.Ordinal) ? null : StrictReader.Show(answer);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, gateway.Port);
        return socket;
    }
}
