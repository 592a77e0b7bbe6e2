using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Plimsoll.Engines.Tests;

internal sealed record Request(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>First byte that a Range asks for.</summary>
    public long From => Headers.TryGetValue("range", out var range) ? long.Parse(range["bytes=".Length..].TrimEnd('-')) : 0;

    public string? this[string header] => Headers.GetValueOrDefault(header);
}

internal sealed record Response(int Status, byte[] Body)
{
    public string[] Headers { get; init; } = [];

    /// <summary>Bytes after which the connection is cut.</summary>
    public int? Cut { get; init; }

    /// <summary>What Content-Length says; -1 for no such header.</summary>
    public long? Length { get; init; }

    /// <summary>Time before the answer.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Time before each tenth of the body.</summary>
    public TimeSpan Drip { get; init; }

    /// <summary>Time before each byte of the whole answer, its head included.</summary>
    public TimeSpan Trickle { get; init; }

    /// <summary>Time after the body and before the connection ends.</summary>
    public TimeSpan Linger { get; init; }

    public static Response Text(int status, string body, params string[] headers) => new(status, Encoding.UTF8.GetBytes(body)) { Headers = headers };

    /// <summary>What an honest server of files answers: conditions and ranges are heeded.</summary>
    /// <param name="version">Its ETag.</param>
    public static Response File(Request request, byte[] body, string version)
    {
        if (request["if-none-match"] == version) return Text(304, "", $"ETag: {version}");
        return request["range"] is null || (request["if-range"] is { } condition && condition != version)
            ? new Response(200, body) { Headers = [$"ETag: {version}"] }
            : request.From >= body.Length ? Text(416, "", $"Content-Range: bytes */{body.Length}")
            : new Response(206, body[(int)request.From..]) { Headers = [$"ETag: {version}", $"Content-Range: bytes {request.From}-{body.Length - 1}/{body.Length}"] };
    }
}

/// <summary>An HTTP server on loopback that does what a test tells it, one connection a request.</summary>
internal sealed class FakeServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly Func<Request, Response> behave;

    public FakeServer(Func<Request, Response> behave)
    {
        this.behave = behave;
        listener.Start();
        Host = listener.LocalEndpoint.ToString()!;
        _ = Task.Run(AcceptAsync);
    }

    public string Host { get; }
    public ConcurrentQueue<Request> Requests { get; } = new();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                _ = Task.Run(() => Serve(client));
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Serve(TcpClient client)
    {
        using (client)
            try
            {
                client.ReceiveTimeout = 20_000;
                var stream = client.GetStream();
                if (Read(stream) is not { } request) return;
                Requests.Enqueue(request);
                var response = behave(request);
                Thread.Sleep(response.Wait);
                var length = response.Length ?? response.Body.Length;
                var head = $"HTTP/1.1 {response.Status} X\r\nConnection: close\r\n{(length < 0 ? "" : $"Content-Length: {length}\r\n")}{string.Concat(response.Headers.Select(header => header + "\r\n"))}\r\n";
                Trickle(stream, Encoding.ASCII.GetBytes(head), response.Trickle);
                Send(stream, response);
                Thread.Sleep(response.Linger);
            }
            catch (IOException)
            {
                // The client went away.
            }
    }

    private static void Send(NetworkStream stream, Response response)
    {
        var body = response.Body.AsSpan(0, Math.Min(response.Cut ?? int.MaxValue, response.Body.Length));
        for (var piece = response.Drip == default ? body.Length : (body.Length / 10) + 1; !body.IsEmpty; body = body[Math.Min(piece, body.Length)..])
        {
            Thread.Sleep(response.Drip);
            Trickle(stream, body[..Math.Min(piece, body.Length)], response.Trickle);
        }
    }

    private static void Trickle(NetworkStream stream, ReadOnlySpan<byte> bytes, TimeSpan before)
    {
        for (var piece = before == default ? Math.Max(bytes.Length, 1) : 1; !bytes.IsEmpty; bytes = bytes[piece..])
        {
            Thread.Sleep(before);
            stream.Write(bytes[..piece]);
        }
    }

    /// <summary>Null for what is no request in plain HTTP, such as the beginning of TLS.</summary>
    private static Request? Read(NetworkStream stream)
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            var c = stream.ReadByte();
            if (c < 0 || c == 0x16) return null;
            head.Append((char)c);
        }
        var lines = head.ToString().Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).ToDictionary(pair => pair[0].ToLowerInvariant(), pair => pair[1], StringComparer.Ordinal);
        var body = new byte[headers.TryGetValue("content-length", out var length) ? int.Parse(length) : 0];
        stream.ReadExactly(body);
        var first = lines[0].Split(' ');
        return new Request(first[0], first[1], headers, Encoding.UTF8.GetString(body));
    }

    public void Dispose() => listener.Dispose();
}
