using System.Buffers;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http1;

namespace Plimsoll.Guard.Operation;

/// <summary>Answers `/metrics`, `/healthz`, `/readyz` and `/status`, one request a connection. It changes nothing and knows no secret, but is for the operator: by default it should listen on 127.0.0.1.</summary>
internal sealed class AdminServer : IDisposable
{
    private const int backlog = 16;

    /// <summary>Connections that are served at once; others wait.</summary>
    private const int most = 8;

    private const int mostOfHead = 8 << 10;
    private static readonly TimeSpan patience = TimeSpan.FromSeconds(5);

    private readonly IOperated guard;
    private readonly Socket socket;
    private readonly SemaphoreSlim places = new(most);
    private volatile bool ended;

    /// <exception cref="PlimsollException">It cannot be listened on.</exception>
    public AdminServer(IPEndPoint address, IOperated guard)
    {
        this.guard = guard;
        socket = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(address);
            socket.Listen(backlog);
            Address = (IPEndPoint)socket.LocalEndPoint!;
        }
        catch (SocketException thrown)
        {
            socket.Dispose();
            throw new PlimsollException("guard-cannot-listen", $"The guard cannot listen on {address} for its metrics: {thrown.Message.TrimEnd('.')}.", "Choose another address for admin, or stop what listens there.");
        }
        _ = AcceptAsync();
    }

    public IPEndPoint Address { get; }

    private async Task AcceptAsync()
    {
        while (!ended)
        {
            await places.WaitAsync();
            try
            {
                var client = await socket.AcceptAsync();
                _ = Task.Run(() => ServeAsync(client)); // Off the thread that accepts for the gateway.
            }
            catch (Exception thrown) when (thrown is SocketException or ObjectDisposedException)
            {
                places.Release();
                if (!ended) await Task.Delay(TimeSpan.FromMilliseconds(50));
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var late = new CancellationTokenSource(patience);
        try
        {
            using (client)
            {
                if (await ReadAsync(client, late.Token) is not { } request) return;
                var (status, type, body) = Answer(request);
                var text = Encoding.UTF8.GetBytes(body);
                var head = Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {text.Length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n");
                await SendAsync(client, request.IsHead ? head : [.. head, .. text], late.Token);
                client.Shutdown(SocketShutdown.Send);
                request.Reset();
            }
        }
        catch (Exception thrown) when (thrown is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Who asked has gone, or is too slow.
        }
        finally
        {
            places.Release();
        }
    }

    private static async Task SendAsync(Socket client, ReadOnlyMemory<byte> bytes, CancellationToken late)
    {
        while (!bytes.IsEmpty) bytes = bytes[await client.SendAsync(bytes, late)..];
    }

    /// <summary>Read as strictly as any request; null when it is not one.</summary>
    private static async Task<HttpRequest?> ReadAsync(Socket client, CancellationToken late)
    {
        var buffer = new byte[mostOfHead];
        var count = 0;
        while (count < buffer.Length && await client.ReceiveAsync(buffer.AsMemory(count), late) is var read and > 0)
        {
            count += read;
            var end = buffer.AsSpan(0, count).IndexOf("\r\n\r\n"u8);
            if (end < 0) continue;
            var request = new HttpRequest();
            request.Append(buffer.AsSpan(0, end + 4));
            if (RequestHead.Parse(request, GuardLimits.Default).Passes) return request;
            await SendAsync(client, "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), late);
            return null;
        }
        return null;
    }

    private (string Status, string Type, string Body) Answer(HttpRequest request)
    {
        const string plain = "text/plain; charset=utf-8";
        if (!request[request.Method].SequenceEqual("GET"u8) && !request.IsHead) return ("405 Method Not Allowed", plain, "only GET\n");
        switch (Encoding.ASCII.GetString(request.Path))
        {
            case "/metrics":
                var isOpen = WantsOpenMetrics(request);
                return ("200 OK", isOpen ? MetricsText.Open : MetricsText.Plain, guard.Metrics(isOpen));
            case "/healthz":
                return ("200 OK", plain, "alive\n");
            case "/readyz":
                return guard.Unready is { } why ? ("503 Service Unavailable", plain, why + "\n") : ("200 OK", plain, "ready\n");
            case "/status":
                return ("200 OK", "application/json", Status());
            default:
                return ("404 Not Found", plain, "there are /metrics, /healthz, /readyz and /status\n");
        }
    }

    private static bool WantsOpenMetrics(HttpRequest request)
    {
        foreach (ref readonly var field in request.Fields)
            if (Ascii.EqualsIgnoreCase(request[field.Name], "accept"u8) && request[field.Value].IndexOf("application/openmetrics-text"u8) >= 0) return true;
        return false;
    }

    private string Status()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = ReadableJson.Instance }))
        {
            var config = guard.Config;
            json.WriteStartObject();
            json.WriteBoolean("ready"u8, guard.Unready is null);
            json.WriteBoolean("draining"u8, guard.IsDraining);
            json.WriteNumber("generation"u8, config.Generation);
            json.WriteString("loaded"u8, config.Loaded);
            json.WriteStartArray("faults"u8);
            foreach (var fault in config.Faults) json.WriteStringValue(fault);
            json.WriteEndArray();
            if (guard.Learning is { } learning) Write(json, learning);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan) + "\n";
    }

    private static void Write(Utf8JsonWriter json, Convergence learning)
    {
        json.WriteStartObject("learning"u8);
        json.WriteNumber("statements"u8, learning.Seen);
        json.WriteNumber("shapes"u8, learning.Kinds);
        json.WriteNumber("new"u8, learning.New);
        json.WriteNumber("seenOnce"u8, learning.Once);
        json.WriteNumber("sinceNew"u8, learning.Since);
        if (learning.New > 0) json.WriteString("lastNew"u8, learning.QuietSince);
        json.WriteNumber("newAtMost"u8, learning.Bound);
        json.WriteString("estimate"u8, learning.Estimate(Convergence.Statements));
        json.WriteEndObject();
    }

    public void Dispose()
    {
        ended = true;
        socket.Dispose();
    }
}
