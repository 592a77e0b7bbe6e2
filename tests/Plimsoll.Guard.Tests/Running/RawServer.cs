using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>An upstream that a test writes byte by byte: each connection is served by what the test says.</summary>
internal sealed class RawServer : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<TcpClient> clients = [];
    private int connections;

    public RawServer(Func<RawPeer, Task> serve)
    {
        listener.Start();
        Address = (IPEndPoint)listener.LocalEndpoint;
        _ = AcceptAsync(serve);
    }

    public IPEndPoint Address { get; }

    public int Connections => Volatile.Read(ref connections);

    /// <summary>Answers each head with the same bytes, and keeps what came.</summary>
    public static RawServer Answering(string answer, ConcurrentQueue<string>? heads = null) => new(async peer =>
    {
        while (await peer.ReadHeadAsync() is { } head)
        {
            heads?.Enqueue(head);
            await peer.SendAsync(answer);
        }
    });

    private async Task AcceptAsync(Func<RawPeer, Task> serve)
    {
        while (true)
        {
            TcpClient client;
            try
            {
                client = await listener.AcceptTcpClientAsync();
            }
            catch (Exception thrown) when (thrown is SocketException or ObjectDisposedException)
            {
                return;
            }
            clients.Add(client);
            Interlocked.Increment(ref connections);
            _ = ServeAsync(client, serve);
        }
    }

    private static async Task ServeAsync(TcpClient client, Func<RawPeer, Task> serve)
    {
        using (client)
        {
            try
            {
                await serve(new(client));
            }
            catch (Exception thrown) when (thrown is IOException or ObjectDisposedException) // The guard hung up.
            {
            }
        }
    }

    public void Dispose()
    {
        listener.Dispose();
        foreach (var client in clients) client.Dispose();
    }
}

internal sealed class RawPeer(TcpClient client)
{
    private readonly NetworkStream stream = client.GetStream();
    private string unread = "";

    public Socket Socket => client.Client;

    public async Task SendAsync(string text) => await stream.WriteAsync(Encoding.Latin1.GetBytes(text));

    /// <summary>Up to and with the empty line; null at the end.</summary>
    public async Task<string?> ReadHeadAsync() => await ReadPastAsync("\r\n\r\n");

    public async Task<string?> ReadPastAsync(string text)
    {
        int end;
        while ((end = unread.IndexOf(text, StringComparison.Ordinal)) < 0)
            if (!await FillAsync()) return null;
        return Take(end + text.Length);
    }

    public async Task<string> ReadAsync(int count)
    {
        while (unread.Length < count)
            if (!await FillAsync()) break;
        return Take(Math.Min(count, unread.Length));
    }

    private async Task<bool> FillAsync()
    {
        var buffer = new byte[16384];
        var count = await stream.ReadAsync(buffer);
        unread += Encoding.Latin1.GetString(buffer, 0, count);
        return count > 0;
    }

    private string Take(int count)
    {
        var taken = unread[..count];
        unread = unread[count..];
        return taken;
    }
}
