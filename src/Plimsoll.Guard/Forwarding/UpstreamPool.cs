using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Forwarding;

/// <summary>The servers behind a site.</summary>
internal sealed class UpstreamPool : IDisposable
{
    private readonly Upstream[] upstreams;
    private readonly Balance balance;
    private readonly HealthProbes? probes;
    private readonly Timer trimming;
    private int next;

    public UpstreamPool(SiteOptions site, GuardLimits limits, Deadlines deadlines)
    {
        upstreams = [.. site.Upstreams.Select(upstream => new Upstream(upstream, site.Health, limits, deadlines))];
        balance = site.Balance;
        if (site.Health.Probe is not null) probes = new(upstreams, site.Health, limits);
        trimming = new(_ => Array.ForEach(upstreams, upstream => upstream.Trim()), null, limits.UpstreamIdleTime, limits.UpstreamIdleTime);
    }

    public IReadOnlyList<Upstream> Upstreams => upstreams;

    /// <summary>A server that is up and was not tried yet, with a place at it; null when there is none.</summary>
    /// <param name="tried">One bit for each server.</param>
    public Upstream? Enter(ref ulong tried)
    {
        var now = Environment.TickCount64;
        while (Choose(tried, now) is var chosen and >= 0)
        {
            tried |= 1UL << chosen;
            if (upstreams[chosen].TryEnter()) return upstreams[chosen];
        }
        return null;
    }

    private int Choose(ulong tried, long now)
    {
        var start = (int)((uint)Interlocked.Increment(ref next) % (uint)upstreams.Length);
        var chosen = -1;
        for (var i = 0; i < upstreams.Length; i++)
        {
            var at = (start + i) % upstreams.Length;
            if ((tried & 1UL << at) != 0 || !upstreams[at].IsUp(now)) continue;
            if (balance == Balance.RoundRobin) return at;
            if (chosen < 0 || upstreams[at].Active < upstreams[chosen].Active) chosen = at;
        }
        return chosen;
    }

    public void Dispose()
    {
        trimming.Dispose();
        probes?.Dispose();
        foreach (var upstream in upstreams) upstream.Dispose();
    }
}
