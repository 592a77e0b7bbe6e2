using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Plimsoll.Engines.Tests;

internal sealed record Request(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    /// <summary>First byte that a Range asks for.</summary>
    public long From => Headers.TryGetValue("range", out var range) ? long.Parse(range["bytes=".Length..].TrimEnd('-')) : 0;
    public bool IsLayer(TinyImage image) => image.Parts().Layers.Any(layer => Path.EndsWith(layer.Digest, StringComparison.Ordinal));
}

internal sealed record Response(int Status, byte[] Body)
{
    public string[] Headers { get; init; } = [];

    /// <summary>Bytes after which the connection is cut.</summary>
    public int? Cut { get; init; }

    /// <summary>What Content-Length says; -1 for no such header.</summary>
    public long? Length { get; init; }

    /// <summary>Time before each byte of the whole answer.</summary>
    public TimeSpan Drip { get; init; }

    /// <summary>Time before the answer.</summary>
    public TimeSpan Wait { get; init; }

    public static Response Text(int status, string body, params string[] headers) => new(status, Encoding.UTF8.GetBytes(body)) { Headers = headers };
}

/// <summary>A registry that holds the tiny image and does what a test tells it, one connection a request.</summary>
internal sealed class FakeRegistry : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly TinyImage image;
    private readonly Func<Request, Response?> behave;

    /// <param name="image">What it holds.</param>
    /// <param name="behave">Answers a request; null for the honest answer.</param>
    public FakeRegistry(TinyImage image, Func<Request, Response?> behave)
    {
        Assert.SkipWhen(image.SkipReason is not null, image.SkipReason ?? "");
        (this.image, this.behave) = (image, behave);
        listener.Start();
        Host = listener.LocalEndpoint.ToString()!;
        _ = Task.Run(AcceptAsync);
    }

    public string Host { get; }
    public string Target => $"registry:{Host}/library/tiny:1";
    public ConcurrentQueue<Request> Requests { get; } = new();

    /// <summary>What an honest registry answers, ranges included.</summary>
    public Response Honest(Request request, bool knowsRanges = true)
    {
        var parts = image.Parts();
        var last = request.Path[(request.Path.LastIndexOf('/') + 1)..];
        if (last == "1") last = parts.Manifest;
        if (!last.StartsWith("sha256:", StringComparison.Ordinal) || !File.Exists(Path.Combine(image.Layout, "blobs", last.Replace(':', '/')))) return Response.Text(404, """{"errors":[{"code":"UNKNOWN","message":"unknown"}]}""");
        var body = image.Blob(last);
        if (!request.Headers.ContainsKey("range") || !knowsRanges) return new Response(200, body) { Headers = ["Content-Type: application/vnd.oci.image.manifest.v1+json"] };
        return new Response(206, body[(int)request.From..]) { Headers = [$"Content-Range: bytes {request.From}-{body.Length - 1}/{body.Length}"] };
    }

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
                var response = behave(request) ?? Honest(request);
                Thread.Sleep(response.Wait);
                var length = response.Length ?? response.Body.Length;
                var head = $"HTTP/1.1 {response.Status} X\r\nConnection: close\r\n{(length < 0 ? "" : $"Content-Length: {length}\r\n")}{string.Concat(response.Headers.Select(header => header + "\r\n"))}\r\n";
                byte[] whole = [.. Encoding.ASCII.GetBytes(head), .. response.Body.AsSpan(0, Math.Min(response.Cut ?? int.MaxValue, response.Body.Length))];
                if (response.Drip == TimeSpan.Zero) stream.Write(whole);
                else
                    foreach (var one in whole)
                    {
                        Thread.Sleep(response.Drip);
                        stream.WriteByte(one);
                    }
                stream.Flush();
            }
            catch (IOException)
            {
                // The client went away.
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
