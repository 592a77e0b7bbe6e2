using System.Net;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Egress;

/// <summary>A connection out of a container: who wanted to go where, and the means to get there.</summary>
/// <param name="client">The container's side. Belongs to the guard, as the other side does.</param>
/// <param name="to">Where it wanted to go.</param>
internal sealed class EgressConnection(SocketTransport client, IPEndPoint to, EgressBudget budget, Deadlines deadlines) : IDisposable
{
    private SocketTransport? server;
    private bool isDialled;

    public SocketTransport Client => client;
    public IPEndPoint To => to;

    /// <summary>The name whose address it is; null when the container dialled an address.</summary>
    public string? Name { get; init; }

    /// <summary>The profile's entry; null in modes learn and detect when there is none.</summary>
    public EgressRule? Rule { get; init; }

    public GuardLimits Limits => GuardLimits.Default;

    /// <summary>Bytes of the container and to it.</summary>
    public long Sent { get; private set; }
    public long Received { get; private set; }

    /// <summary>Whether the container was made to wait because it sent too much.</summary>
    public bool WasPaced { get; private set; }

    /// <summary>Connects from the machine's network to where the container wanted to go, once; null when that does not answer.</summary>
    public async ValueTask<SocketTransport?> ConnectAsync()
    {
        if (isDialled) return server;
        isDialled = true;
        server = await SocketTransport.ConnectAsync(to, Limits.ConnectTime);
        if (server is not null) deadlines.Watch(server);
        return server;
    }

    /// <summary>Counts what the container sent, and waits when it is more than it may send.</summary>
    public async ValueTask CountSentAsync(int bytes)
    {
        Sent += bytes;
        var wait = budget.Send(bytes, Environment.TickCount64);
        if (wait == 0) return;
        WasPaced = true;
        await Task.Delay(wait);
    }

    public ValueTask CountReceivedAsync(int bytes)
    {
        Received += bytes;
        return default;
    }

    public void Dispose()
    {
        if (server is null) return;
        deadlines.Forget(server);
        server.Dispose();
    }
}
