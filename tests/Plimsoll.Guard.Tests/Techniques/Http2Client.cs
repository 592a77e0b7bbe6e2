using System.Buffers.Binary;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>Sends frames over TLS. What comes back is told as answers of HTTP/1.1, so that one judge judges both; an answer without the application's words counts as a refusal.</summary>
internal sealed class Http2Client(int port) : IClient
{
    private const int patience = 3_000;

    /// <summary>Whether the other side agrees on `h2`.</summary>
    public async Task<bool> IsSpokenAsync()
    {
        try
        {
            using var stream = await ConnectAsync();
            return stream.NegotiatedApplicationProtocol == SslApplicationProtocol.Http2;
        }
        catch (AuthenticationException)
        {
            return false;
        }
    }

    public async Task<Got> ExchangeAsync(Technique technique)
    {
        var name = Client.NextCanary();
        var (answers, isClosed) = await SendAsync([.. technique.Request[0].Bytes, .. Http2File.Headers(3, Http2File.Pseudo("GET", name), ends: true)]);
        var canary = $"GET {name}\n";
        var isAnswered = answers.TryGetValue(3, out var third) && third == canary;
        var text = (answers.TryGetValue(1, out var first) ? Answer(first) : "") + (isAnswered ? Answer(canary) : "");
        return new(text, isClosed || !answers.ContainsKey(1) || !isAnswered, isAnswered);
    }

    public async Task<string?> FreshCanaryAsync()
    {
        var name = Client.NextCanary();
        var (answers, _) = await SendAsync(Http2File.Headers(3, Http2File.Pseudo("GET", name), ends: true));
        return answers.TryGetValue(3, out var body) && body == $"GET {name}\n" ? null : $"{body ?? "nothing"}";
    }

    private static string Answer(string body) => $"HTTP/1.1 {(body.Contains(" /", StringComparison.Ordinal) ? "200" : "400")} Told\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    /// <summary>The bodies of the streams that were answered, once stream 3 or the connection has ended.</summary>
    private async Task<(Dictionary<int, string> Answers, bool IsClosed)> SendAsync(byte[] frames)
    {
        var answers = new Dictionary<int, string>();
        using var stream = await ConnectAsync();
        using var stop = new CancellationTokenSource(patience);
        try
        {
            await stream.WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Http2File.Frame(4, 0, 0, []), .. frames], stop.Token);
            var header = new byte[9];
            while (true)
            {
                await stream.ReadExactlyAsync(header, stop.Token);
                var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(header) >>> 8];
                await stream.ReadExactlyAsync(payload, stop.Token);
                var (type, flags, id) = (header[3], header[4], BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5)));
                if (type == 1) answers.TryAdd(id, "");
                else if (type == 0) answers[id] = answers.GetValueOrDefault(id, "") + Encoding.Latin1.GetString(payload);
                else if (type == 4 && (flags & 1) == 0) await stream.WriteAsync(Http2File.Frame(4, 1, 0, []), stop.Token);
                if (id == 3 && ((type <= 1 && (flags & 1) != 0) || type == 3)) return (answers, false);
            }
        }
        catch (Exception thrown) when (thrown is IOException or OperationCanceledException)
        {
            return (answers, thrown is IOException);
        }
    }

    private async Task<SslStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, port);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "site.test",
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate?.Subject == "CN=site.test",
        });
        return stream;
    }
}
