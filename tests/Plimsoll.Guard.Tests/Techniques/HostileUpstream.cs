using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>An application that was taken over: it answers canaries as it should, and everything else with a technique's bytes.</summary>
internal sealed class HostileUpstream : IDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public HostileUpstream()
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(128);
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        _ = Task.Run(AcceptAsync);
    }

    public int Port { get; }

    /// <summary>What it answers from now on.</summary>
    public Technique? Technique { get; set; }

    /// <summary>Whether it answers when it has the head, not when it has the body.</summary>
    public bool AnswersHeads { get; init; } = true;

    /// <summary>Whole requests that it got, in order of their ends.</summary>
    public ConcurrentQueue<StrictMessage> Requests { get; } = new();

    private async Task AcceptAsync()
    {
        try
        {
            while (true) _ = ServeAsync(await listener.AcceptAsync());
        }
        catch (SocketException) { }
        catch (ObjectDisposedException) { }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var connection = socket;
        connection.NoDelay = true;
        var buffer = new byte[64 << 10];
        var got = "";
        var answered = false; // The head at the beginning of `got`, whose body still comes.
        try
        {
            while (await connection.ReceiveAsync(buffer) is var length and > 0)
            {
                got += Encoding.Latin1.GetString(buffer, 0, length);
                while (got.Contains("\r\n\r\n", StringComparison.Ordinal))
                {
                    if (AnswersHeads && !answered && !await AnswerAsync(connection, got)) return;
                    answered = AnswersHeads;
                    var reading = StrictReader.Requests(got);
                    if (reading.Messages.Count == 0) break;
                    Requests.Enqueue(reading.Messages[0]);
                    if (!answered && !await AnswerAsync(connection, got)) return;
                    got = got[reading.Messages[0].Length..];
                    answered = false;
                }
            }
        }
        catch (SocketException) { }
    }

    /// <returns>False when it closes now.</returns>
    private async Task<bool> AnswerAsync(Socket connection, string request)
    {
        var target = request.Split(' ')[1];
        if (target.StartsWith(Client.Canary, StringComparison.Ordinal))
        {
            var body = $"GET {target}\n";
            await connection.SendAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}"));
            return true;
        }
        foreach (var step in Technique!.Answer)
        {
            if (step.Pause > 0) await Task.Delay(step.Pause);
            for (var sent = 0; sent < step.Bytes.Length;) sent += await connection.SendAsync(step.Bytes.AsMemory(sent));
        }
        return !Technique.AnswerCloses;
    }

    public void Dispose() => listener.Dispose();
}
