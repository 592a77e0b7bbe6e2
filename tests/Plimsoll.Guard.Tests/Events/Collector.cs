using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Events;

/// <summary>A collector of logs that answers with one status after the other, the last one for ever, and keeps what it was posted.</summary>
internal sealed class Collector : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<string> bodies = new();
    private readonly int[] statuses;

    public Collector(params int[] statuses)
    {
        this.statuses = statuses;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Endpoint = new($"http://{probe.LocalEndpoint}/v1/logs");
        }
        listener.Prefixes.Add(Endpoint.GetLeftPart(UriPartial.Authority) + "/");
        listener.Start();
        _ = ServeAsync();
    }

    public Uri Endpoint { get; }
    public IReadOnlyList<string> Bodies => [.. bodies];

    public async Task RequestsAsync(int count)
    {
        await Waiting.WhileAsync(() => bodies.Count < count);
        Assert.True(bodies.Count >= count);
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                using var reader = new StreamReader(context.Request.InputStream);
                var isLogs = context.Request is { HttpMethod: "POST", Url.AbsolutePath: "/v1/logs", ContentType: "application/json" };
                bodies.Enqueue(await reader.ReadToEndAsync());
                context.Response.StatusCode = isLogs ? statuses[Math.Min(bodies.Count, statuses.Length) - 1] : 404;
                context.Response.Close();
            }
        }
        catch (Exception thrown) when (thrown is HttpListenerException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    public void Dispose() => listener.Close();
}
