using System.Net;
using System.Net.WebSockets;
using System.Text;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.WebSocket;

public sealed class TunnelTests
{
    // The key and its answer are RFC 6455's example.
    private const string handshake = "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    private const string accepted = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    private static string Masked(string text) => "\x81" + (char)(0x80 + text.Length) + "\0\0\0\0" + text;

    private static string Plain(string text) => "\x81" + (char)text.Length + text;

    [Fact]
    public async Task Frames_go_both_ways_until_one_side_ends()
    {
        using var server = new RawServer(async peer =>
        {
            var head = await peer.ReadHeadAsync();
            Assert.Contains("Connection: Upgrade\r\nUpgrade: websocket\r\n", head, StringComparison.Ordinal);
            await peer.SendAsync(accepted + Plain("hello"));
            while (await peer.ReadAsync(9) is { Length: 9 } frame) await peer.SendAsync(Plain(frame[6..].ToUpperInvariant()));
            await peer.SendAsync(Plain("bye"));
        });
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync(handshake + Masked("one"));
        Assert.EndsWith("\r\n\r\n" + Plain("hello") + Plain("ONE"), await client.ReadUntilAsync("ONE"), StringComparison.Ordinal);
        foreach (var one in Masked("two")) await client.SendAsync($"{one}");
        Assert.Equal(Plain("TWO"), await client.ReadUntilAsync("TWO"));
        client.EndSending();
        Assert.Equal(Plain("bye"), await client.ReadToEndAsync());
        var recorded = Assert.Single(await guard.Events.AtLeastAsync(1));
        Assert.Equal((101, Reason.None, Decision.Forward), (recorded.Status, recorded.Reason, recorded.Decision));
    }

    [Fact]
    public async Task A_wrong_frame_of_a_client_is_not_forwarded_and_ends_both_sides()
    {
        var got = new TaskCompletionSource<string>();
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync(accepted);
            var all = "";
            try
            {
                while (await peer.ReadAsync(1) is { Length: 1 } next) all += next;
            }
            catch (IOException)
            {
                all += "[reset]";
            }
            got.SetResult(all);
        });
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync(handshake);
        await client.ReadUntilAsync("\r\n\r\n");
        await client.SendAsync(Masked("one") + "\x81\x03two");
        Assert.Equal("[reset]", await client.ReadToEndAsync());
        var all = await got.Task;
        Assert.EndsWith("[reset]", all, StringComparison.Ordinal);
        Assert.DoesNotContain("two", all, StringComparison.Ordinal);
        var recorded = Assert.Single(await guard.Events.AtLeastAsync(1));
        Assert.Equal((101, Reason.WebSocketMask, Decision.Refuse), (recorded.Status, recorded.Reason, recorded.Decision));
    }

    [Theory]
    [InlineData("", "\xc1\x01" + "a", Reason.WebSocketReservedBit)]
    [InlineData("Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover\r\n", "\xa1\x01" + "a", Reason.WebSocketReservedBit)]
    [InlineData("Sec-WebSocket-Extensions: permessage-deflate\r\n", "\x83\x01" + "a", Reason.WebSocketOpcode)]
    [InlineData("Sec-WebSocket-Extensions: permessage-deflate\r\n", "\xc1\x01" + "a", Reason.None)]
    [InlineData("Sec-WebSocket-Extensions: permessage-deflate, other\r\n", "\xb3\x01" + "a", Reason.None)]
    public async Task What_was_agreed_to_decides_which_bits_are_right(string extensions, string frame, object reason)
    {
        using var server = new RawServer(async peer =>
        {
            await peer.ReadHeadAsync();
            await peer.SendAsync(accepted[..^2] + extensions + "\r\n" + frame);
        });
        using var guard = new RunningGuard(server.Address);
        using var client = new RawClient(guard.Address);
        await client.SendAsync(handshake);
        var answer = await client.ReadToEndAsync();
        Assert.Equal((Reason)reason == Reason.None, answer.EndsWith(frame, StringComparison.Ordinal));
        Assert.Equal((Reason)reason, Assert.Single(await guard.Events.AtLeastAsync(1)).Reason);
    }

    /// <summary>.NET's own implementation on both sides, with and without compression.</summary>
    [Theory, InlineData(false), InlineData(true)]
    public async Task A_real_client_and_server(bool compresses)
    {
        using var listener = new HttpEcho(compresses);
        using var guard = new RunningGuard(listener.Address);
        using var client = new ClientWebSocket();
        if (compresses) client.Options.DangerousDeflateOptions = new();
        using var late = new CancellationTokenSource(Waiting.Patience);
        await client.ConnectAsync(new Uri($"ws://{guard.Address}/"), late.Token);
        foreach (var length in (int[])[0, 1, 125, 126, 65_535, 65_536, 300_000])
        {
            var sent = Encoding.ASCII.GetBytes(new string('a', length));
            await client.SendAsync(sent.AsMemory(0, length / 2), WebSocketMessageType.Binary, endOfMessage: false, late.Token);
            await client.SendAsync(sent.AsMemory(length / 2), WebSocketMessageType.Binary, endOfMessage: true, late.Token);
            Assert.Equal(sent, await HttpEcho.ReceiveAsync(client, late.Token));
        }
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "", late.Token);
        Assert.Equal((101, Reason.None), (await guard.Events.AtLeastAsync(1)) is [var one] ? (one.Status, one.Reason) : default);
    }

    /// <summary>A WebSocket server over a raw connection: the handshake by hand, the frames by the base library.</summary>
    private sealed class HttpEcho : IDisposable
    {
        private readonly System.Net.Sockets.TcpListener listener = new(IPAddress.Loopback, 0);

        public HttpEcho(bool compresses)
        {
            listener.Start();
            _ = ServeAsync(compresses);
        }

        public IPEndPoint Address => (IPEndPoint)listener.LocalEndpoint;

        public static async Task<byte[]?> ReceiveAsync(System.Net.WebSockets.WebSocket from, CancellationToken late)
        {
            var all = new MemoryStream();
            var buffer = new byte[10_000];
            while (true)
            {
                var result = await from.ReceiveAsync(buffer, late);
                if (result.MessageType == WebSocketMessageType.Close) return null;
                all.Write(buffer, 0, result.Count);
                if (result.EndOfMessage) return all.ToArray();
            }
        }

        private async Task ServeAsync(bool compresses)
        {
            using var client = await listener.AcceptTcpClientAsync();
            var stream = client.GetStream();
            var head = "";
            var one = new byte[1];
            while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) == 1) head += (char)one[0];
            var key = head.Split("Sec-WebSocket-Key: ", StringSplitOptions.None)[1].Split('\r')[0];
#pragma warning disable CA5350 // RFC 6455 asks for it.
            var accept = Convert.ToBase64String(System.Security.Cryptography.SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n{(compresses ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "")}\r\n"));
            using var socket = System.Net.WebSockets.WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true, DangerousDeflateOptions = compresses ? new() : null });
            while (await ReceiveAsync(socket, CancellationToken.None) is { } message)
                await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, "", CancellationToken.None);
        }

        public void Dispose() => listener.Dispose();
    }
}
