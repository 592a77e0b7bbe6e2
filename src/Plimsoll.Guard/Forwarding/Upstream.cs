using System.Net;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http1;
using Plimsoll.Guard.Protocols.Http2;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Forwarding;

/// <summary>One server behind a site, its unused connections and its health.</summary>
internal sealed class Upstream(UpstreamOptions options, HealthOptions health, GuardLimits limits, Deadlines deadlines) : IDisposable
{
    private readonly UpstreamOptions options = options;
    private readonly HealthOptions health = health;
    private readonly UpstreamAddress address = new(options, limits.LookUpEvery, Dns.GetHostAddressesAsync);
    private readonly TlsClient? tls = options.Tls is null ? null : new(options.Tls);
    private readonly Lock gate = new();
    private readonly Stack<UpstreamStream> idle = new();
    private int failures;
    private long downUntil;
    private int active;
    private bool disposed;
    private volatile bool isProbed;

    public string Name => options.Name;

    /// <summary>Exchanges that run.</summary>
    public int Active => Volatile.Read(ref active);

    public bool IsUp(long now) => Volatile.Read(ref downUntil) <= now;

    /// <summary>Goes on where the same server of an earlier configuration was.</summary>
    public void Inherit(Upstream before)
    {
        if (!before.options.Address.Equals(options.Address) || before.health.Probe != health.Probe) return;
        isProbed = before.isProbed;
        Volatile.Write(ref failures, Volatile.Read(ref before.failures));
        Volatile.Write(ref downUntil, Volatile.Read(ref before.downUntil));
    }

    /// <summary>Takes a place at the upstream; false when all are taken. <see cref="Leave"/> gives it back.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref active) <= limits.UpstreamConnections) return true;
        Leave();
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref active);

    /// <summary>An unused connection that is still open and silent, or null.</summary>
    public UpstreamStream? TakeIdle()
    {
        while (true)
        {
            UpstreamStream? found;
            lock (gate)
                if (!idle.TryPop(out found)) return null;
            if (found.IdleSince + limits.UpstreamIdleTime >= Environment.TickCount64 && !found.Transport.IsReadable) return found;
            found.Close();
        }
    }

    /// <summary>A new connection, or null.</summary>
    public async ValueTask<UpstreamStream?> ConnectAsync()
    {
        if (await SocketTransport.ConnectAsync(address.Current, limits.ConnectTime) is not { } transport)
        {
            address.Failed();
            return null;
        }
        deadlines.Watch(transport);
        if (tls is null) return options.IsHttp2 ? new Http2UpstreamStream(this, transport, limits) : new Http1UpstreamStream(this, transport, limits);
        transport.ReadBy = Environment.TickCount64 + limits.HandshakeTime;
        var encrypted = await tls.ConnectAsync(transport, limits.PieceBytes);
        transport.ReadBy = long.MaxValue;
        if (encrypted is not null) return new Http1UpstreamStream(this, encrypted, limits);
        Forget(transport);
        return null;
    }

    public void Keep(UpstreamStream stream)
    {
        lock (gate)
        {
            if (!disposed && idle.Count < limits.UpstreamIdleConnections)
            {
                idle.Push(stream);
                return;
            }
        }
        stream.Close();
    }

    public void Forget(Transport transport)
    {
        deadlines.Forget(transport.Watched);
        transport.Dispose();
    }

    public void Succeeded() => Volatile.Write(ref failures, 0);

    /// <summary>Could not be reached, broke off or did not answer in time.</summary>
    public void Failed()
    {
        if (Interlocked.Increment(ref failures) < health.Failures) return;
        Volatile.Write(ref failures, 0);
        Volatile.Write(ref downUntil, Environment.TickCount64 + health.Pause);
    }

    /// <summary>What a probe found.</summary>
    public void Probed(bool isHealthy)
    {
        Volatile.Write(ref downUntil, isHealthy ? 0 : long.MaxValue);
        isProbed = true;
    }

    /// <summary>Whether it was asked already, where it is to be asked.</summary>
    public bool IsKnown => isProbed || health.Probe is null;

    /// <summary>Closes connections that were not used for too long, or all.</summary>
    public void Trim(bool all = false)
    {
        List<UpstreamStream>? old = null;
        var before = all ? long.MaxValue : Environment.TickCount64 - limits.UpstreamIdleTime;
        lock (gate)
        {
            if (idle.Count == 0) return;
            var kept = new Stack<UpstreamStream>(idle.Count);
            foreach (var stream in idle.Reverse())
            {
                if (stream.IdleSince < before) (old ??= []).Add(stream);
                else kept.Push(stream);
            }
            idle.Clear();
            foreach (var stream in kept.Reverse()) idle.Push(stream);
        }
        old?.ForEach(stream => stream.Close());
    }

    public void Dispose()
    {
        lock (gate) disposed = true;
        Trim(all: true);
    }
}
