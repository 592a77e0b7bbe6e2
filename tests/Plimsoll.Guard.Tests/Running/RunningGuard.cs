using System.Net;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;

namespace Plimsoll.Guard.Tests.Running;

/// <summary>A guard on a free port of this machine.</summary>
internal sealed class RunningGuard : IDisposable
{
    public RunningGuard(IPEndPoint upstream, GuardLimits? limits = null, Func<SiteOptions, SiteOptions>? site = null, IReadOnlyList<IInspector>? inspectors = null)
        : this([upstream], limits, site, inspectors)
    {
    }

    public RunningGuard(IReadOnlyList<IPEndPoint> upstreams, GuardLimits? limits = null, Func<SiteOptions, SiteOptions>? site = null, IReadOnlyList<IInspector>? inspectors = null, ListenerOptions? listener = null)
    {
        var options = new SiteOptions { Name = "test", Upstreams = [.. upstreams.Select(upstream => new UpstreamOptions(upstream.ToString(), upstream))] };
        Gateway = new(new()
        {
            Listeners = [listener ?? new(new(IPAddress.Loopback, 0))],
            Sites = [site is null ? options : site(options)],
            Limits = limits ?? GuardLimits.Default,
        }, inspectors ?? [], Events, TimeProvider.System);
        Gateway.Start();
    }

    public Gateway Gateway { get; }
    public EventList Events { get; } = new();
    public IPEndPoint Address => Gateway.Endpoints[0];

    public void Dispose() => Gateway.Dispose();
}
