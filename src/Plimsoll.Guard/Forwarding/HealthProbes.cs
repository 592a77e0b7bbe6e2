using System.Text;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http1;

namespace Plimsoll.Guard.Forwarding;

/// <summary>Asks each upstream regularly for a page, over a connection of its own.</summary>
internal sealed class HealthProbes : IDisposable
{
    private readonly CancellationTokenSource stopping = new();

    public HealthProbes(IReadOnlyList<Upstream> upstreams, HealthOptions health, GuardLimits limits)
    {
        foreach (var upstream in upstreams) _ = ProbeAsync(upstream, health, limits, stopping.Token);
    }

    private static async Task ProbeAsync(Upstream upstream, HealthOptions health, GuardLimits limits, CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(health.ProbeEvery));
        var request = new HttpRequest();
        request.Append(Encoding.ASCII.GetBytes($"GET {health.Probe} HTTP/1.1\r\nHost: {upstream.Name}\r\nUser-Agent: plimsoll-guard\r\nConnection: close\r\n\r\n"));
        if (!RequestHead.Parse(request, limits).Passes) throw new ArgumentException($"`{health.Probe}` is not a target", nameof(health));
        try
        {
            do upstream.Probed(await IsHealthyAsync(upstream, request, health));
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) // Disposed.
        {
        }
    }

    private static async ValueTask<bool> IsHealthyAsync(Upstream upstream, HttpRequest request, HealthOptions health)
    {
        if (await upstream.ConnectAsync() is not { } stream) return false;
        stream.WriteHead(request, new(stream.Transport.Local.Address, stream.Transport.Local.Address, IsSecure: false, default));
        stream.Transport.ReadBy = Environment.TickCount64 + health.ProbeEvery;
        var isHealthy = await stream.FlushAsync() && (await stream.ReadHeadAsync(request)).Passes && stream.Response.Status < 400;
        stream.Close();
        return isHealthy;
    }

    public void Dispose()
    {
        stopping.Cancel();
        stopping.Dispose();
    }
}
