using System.Net.Sockets;
using System.Text;

namespace Plimsoll.Engines.Tests;

/// <summary>Stands between Plimsoll and an engine, and hears what is asked.</summary>
internal sealed class SocketProxy : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Socket listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string engine;
    private readonly StringBuilder asked = new();

    public SocketProxy(string engine)
    {
        this.engine = engine;
        listener.Bind(new UnixDomainSocketEndPoint(Path));
        listener.Listen();
        _ = Task.Run(AcceptAsync);
    }

    public string Path => folder.At("socket");

    /// <summary>How often the engine was asked to send an image since this was asked last.</summary>
    public int TakeSent()
    {
        lock (asked)
        {
            var lines = asked.ToString().Split("\r\n").Count(line => line.StartsWith("GET /images/", StringComparison.Ordinal) && line.Contains("/get ", StringComparison.Ordinal));
            asked.Clear();
            return lines;
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync();
                var server = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await server.ConnectAsync(new UnixDomainSocketEndPoint(engine));
                _ = Task.Run(() => Copy(client, server, hears: true));
                _ = Task.Run(() => Copy(server, client, hears: false));
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private void Copy(Socket from, Socket to, bool hears)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            for (var read = from.Receive(buffer); read > 0; read = from.Receive(buffer))
            {
                if (hears)
                    lock (asked) asked.Append(Encoding.Latin1.GetString(buffer, 0, read));
                to.Send(buffer.AsSpan(0, read));
            }
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            // One of both went away.
        }
        from.Dispose();
        to.Dispose();
    }

    public void Dispose()
    {
        listener.Dispose();
        folder.Dispose();
    }
}
