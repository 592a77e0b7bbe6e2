using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Postgres;

/// <summary>What passed in one connection, each direction as one piece.</summary>
internal sealed record Recorded(byte[] Client, byte[] Server)
{
    private static readonly int[] requests = [80877103, 80877104]; // For TLS and for GSSAPI.

    /// <summary>Without what was asked and answered about encryption before the start-up packet: the guard answers that itself.</summary>
    public Recorded WithoutEncryptionRequests()
    {
        var (client, server) = (Client, Server);
        while (client.Length >= 8 && BinaryPrimitives.ReadInt32BigEndian(client) == 8 && requests.Contains(BinaryPrimitives.ReadInt32BigEndian(client.AsSpan(4))) && server is [(byte)'N', ..])
            (client, server) = (client[8..], server[1..]);
        return new(client, server);
    }

    public override string ToString() => $"{Convert.ToHexString(Client)} {Convert.ToHexString(Server)}";
}

/// <summary>Passes TCP connections on byte for byte, knows no protocol, and keeps what passed.</summary>
internal sealed class Recorder : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentQueue<Task<Recorded>> connections = new();
    private readonly IPEndPoint to;
    private int open;

    public Recorder(IPEndPoint to)
    {
        this.to = to;
        listener.Start();
        _ = AcceptAsync();
    }

    public IPEndPoint Address => (IPEndPoint)listener.LocalEndpoint;

    /// <summary>All connections, once they have ended, in an order that does not depend on when they began.</summary>
    public async Task<IReadOnlyList<Recorded>> AllAsync()
    {
        await Waiting.WhileAsync(() => Volatile.Read(ref open) > 0);
        return [.. (await Task.WhenAll(connections)).OrderBy(one => one.WithoutEncryptionRequests().ToString(), StringComparer.Ordinal)];
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref open);
                connections.Enqueue(PassAsync(client));
            }
        }
        catch (Exception thrown) when (thrown is SocketException or ObjectDisposedException)
        {
            // The test ends.
        }
    }

    private async Task<Recorded> PassAsync(TcpClient client)
    {
        using (client)
        using (var server = new TcpClient())
        {
            var (asked, answered) = (new MemoryStream(), new MemoryStream());
            try
            {
                await server.ConnectAsync(to);
                (client.NoDelay, server.NoDelay) = (true, true);
                await Task.WhenAll(CopyAsync(client, server, asked), CopyAsync(server, client, answered));
            }
            finally
            {
                Interlocked.Decrement(ref open);
            }
            return new(asked.ToArray(), answered.ToArray());
        }
    }

    private static async Task CopyAsync(TcpClient from, TcpClient to, MemoryStream kept)
    {
        var buffer = new byte[64 << 10];
        try
        {
            while (await from.GetStream().ReadAsync(buffer) is var count and > 0)
            {
                kept.Write(buffer, 0, count);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, count));
            }
            to.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception thrown) when (thrown is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            to.Dispose(); // The other direction ends with it.
        }
    }

    public void Dispose() => listener.Dispose();
}
