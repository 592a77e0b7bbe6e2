using System.Net;
using System.Net.Sockets;

namespace Plimsoll.Guard.Egress.Datagrams;

/// <summary>Datagrams of one port of the container to one destination, and the answers. Used by one thread.</summary>
internal sealed class DatagramFlow(FlowKey key, ulong number, EgressPolicy.Judgement judged) : IDisposable
{
    private Socket? inside;
    private Socket? outside;

    public FlowKey Key => key;
    public ulong Number => number;
    public IPEndPoint Client { get; } = key.Client;
    public IPEndPoint To { get; } = key.To;
    public string? Name => judged.Name;

    /// <summary>Bytes of the container and to it.</summary>
    public long Sent { get; set; }
    public long Received { get; set; }

    /// <summary>When something passed last, in milliseconds.</summary>
    public long LastAt { get; set; }

    /// <summary>Datagrams that were more than the container may send, and were not told of yet.</summary>
    public int Dropped { get; set; }

    /// <summary>Whether it was told that the destination does not take them.</summary>
    public bool IsUnreachable { get; set; }

    /// <summary>Toward the client.</summary>
    public SafeSocketHandle Inside => inside!.SafeHandle;

    /// <summary>Toward the destination.</summary>
    public SafeSocketHandle Outside => outside!.SafeHandle;

    /// <exception cref="SocketException">The destination cannot be spoken with.</exception>
    public void Open(NetworkNamespace network)
    {
        outside = DatagramSockets.To(To);
        inside = network.Run(() => DatagramSockets.InNameOf(To, Client));
    }

    public void Dispose()
    {
        outside?.Dispose();
        inside?.Dispose();
    }
}
