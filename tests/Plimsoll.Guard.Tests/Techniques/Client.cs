using System.Net;
using System.Net.Sockets;
using System.Text;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <param name="Answer">All that came on the connection, in Latin-1.</param>
/// <param name="CanaryAnswered">The request behind the technique was answered as itself.</param>
internal sealed record Got(string Answer, bool IsClosed, bool CanaryAnswered);

/// <summary>Tries techniques, and asks for canaries behind them.</summary>
internal interface IClient
{
    /// <summary>The technique and a canary behind it on one connection.</summary>
    Task<Got> ExchangeAsync(Technique technique);

    /// <summary>Another client, on a connection of its own. Null when it gets its answer.</summary>
    Task<string?> FreshCanaryAsync();
}

/// <summary>Sends techniques as they are, and canaries: requests whose answer names them.</summary>
/// <param name="preamble">What each connection of a canary begins with.</param>
internal sealed class Client(int port, string preamble = "") : IClient
{
    public const string Canary = "/canary-";
    private static int canaries;

    /// <summary>Milliseconds without a byte after which nothing more is expected. Whoever is slower makes a test fail, not pass.</summary>
    private const int quiet = 1_200;

    public static string NextCanary() => $"{Canary}{Interlocked.Increment(ref canaries)}";

    private static byte[] CanaryRequest(string name) => Encoding.ASCII.GetBytes($"GET {name} HTTP/1.1\r\nHost: site.test\r\n\r\n");

    public async Task<Got> ExchangeAsync(Technique technique)
    {
        var name = NextCanary();
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
        return new(got.ToString(), isClosed, Has(got, name));
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

    public async Task<string?> FreshCanaryAsync()
    {
        var name = NextCanary();
        using var socket = await ConnectAsync();
        var got = new StringBuilder();
        var reading = ReadAsync(socket, got);
        await socket.SendAsync(Encoding.ASCII.GetBytes(preamble));
        await socket.SendAsync(CanaryRequest(name));
        await SettleAsync(reading, got, name, (int)Waiting.Patience.TotalMilliseconds);
        socket.Dispose();
        await reading;
        return got.ToString() is var answer && answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal) && answer.Contains($"GET {name}\n", StringComparison.Ordinal) ? null : StrictReader.Show(answer);
    }

    private async Task<Socket> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }
}
