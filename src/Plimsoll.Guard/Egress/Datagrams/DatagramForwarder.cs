using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Profiles;

namespace Plimsoll.Guard.Egress.Datagrams;

/// <summary>
/// UDP out of a container. The first datagram of a flow comes to a listening socket and is judged (<see cref="Arrive"/>); the flow then
/// has two sockets of its own, one in the container's namespace with the destination's address, one in the machine's, each connected,
/// so that the kernel brings later ones to the right place and answers of nobody else. One thread has all of it.
/// </summary>
internal sealed class DatagramForwarder : IDisposable
{
    /// <summary>Datagrams of one socket before the others have their turn.</summary>
    private const int mostAtOnce = 32;

    /// <summary>Flows that wait for a name to be looked up again, and bytes of their datagrams.</summary>
    private const int mostWaiting = 256;
    private const int mostHeld = 1 << 20;

    /// <summary>Milliseconds after which a flow ends: as the kernel's connection tracking has it by default (nf_conntrack_udp_timeout and …_stream).</summary>
    private const int idleUnanswered = 30_000, idleAnswered = 120_000;

    /// <summary>Milliseconds between two looks for flows that ended.</summary>
    private const int every = 1_000;

    private const ulong fromV4 = 1, fromV6 = 2, firstFlow = 2;

    private readonly NetworkNamespace network;
    private readonly Func<IPEndPoint, ValueTask<EgressPolicy.Judgement>> judge;
    private readonly bool enforces;
    private readonly EgressBudget budget;
    private readonly EgressRecorder recorder;
    private readonly SeenDestinations? seen;
    private readonly SocketWatch watch = new();
    private readonly DatagramSockets sockets = new();
    private readonly PortUnreachable unreachable;
    private readonly Socket v4;
    private readonly Socket? v6;
    private readonly Thread thread;
    private readonly Dictionary<FlowKey, DatagramFlow> flows = [];
    private readonly Dictionary<ulong, DatagramFlow> numbered = [];
    private readonly Dictionary<FlowKey, List<byte[]>> waiting = [];
    private readonly ConcurrentQueue<(FlowKey Key, EgressPolicy.Judgement? Judged)> judged = new();
    private ulong next = firstFlow;
    private int held;
    private long sweptAt;
    private volatile bool ended;

    /// <param name="judge">What the profile says of UDP to a destination; may take as long as a look-up.</param>
    /// <param name="seen">Counts flows in mode learn; null in others.</param>
    /// <exception cref="PlimsollException">The kernel refuses.</exception>
    public DatagramForwarder(NetworkNamespace network, bool hasV6, Func<IPEndPoint, ValueTask<EgressPolicy.Judgement>> judge, bool enforces, EgressBudget budget, EgressRecorder recorder, SeenDestinations? seen)
    {
        (this.network, this.judge, this.enforces, this.budget, this.recorder, this.seen) = (network, judge, enforces, budget, recorder, seen);
        try
        {
            v4 = network.Run(() => DatagramSockets.Listen(IPAddress.Loopback));
            v6 = hasV6 ? network.Run(() => DatagramSockets.Listen(IPAddress.IPv6Loopback)) : null;
            unreachable = new(network, hasV6);
        }
        catch (SocketException thrown)
        {
            throw new PlimsollException("guard-datagrams", $"The guard cannot take the container's UDP: {thrown.Message.TrimEnd('.')}.", "Run it as root; the kernel must have `tproxy`.");
        }
        if (!watch.TryAdd(v4.SafeHandle, fromV4) || (v6 is not null && !watch.TryAdd(v6.SafeHandle, fromV6))) throw new PlimsollException("guard-datagrams", "The guard cannot wait for the container's UDP.", "Raise the limit of open files (`ulimit -n`).");
        thread = new(Serve) { IsBackground = true, Name = "datagrams" };
        thread.Start();
    }

    /// <summary>Where the kernel is to give datagrams to, in the container's namespace; 0 for none.</summary>
    public int PortV4 => ((IPEndPoint)v4.LocalEndPoint!).Port;
    public int PortV6 => v6 is null ? 0 : ((IPEndPoint)v6.LocalEndPoint!).Port;

    private void Serve()
    {
        while (!ended)
        {
            var count = watch.Wait(flows.Count == 0 ? -1 : every);
            for (var i = 0; i < count; i++) Turn(watch.About(i));
            while (judged.TryDequeue(out var one)) Judged(one.Key, one.Judged);
            var now = Environment.TickCount64;
            if (now - sweptAt >= every) Sweep(now);
        }
        foreach (var flow in flows.Values.ToList()) End(flow);
    }

    private void Turn(ulong about)
    {
        var flow = numbered.GetValueOrDefault(about >> 1);
        try
        {
            if (flow is null) Arrive(about);
            else if ((about & 1) == 0) FromInside(flow);
            else FromOutside(flow);
        }
        catch (Exception)
        {
            // A bug costs this flow, and is told.
            Failed(flow?.To);
            if (flow is not null) End(flow);
        }
    }

    /// <summary>Takes what belongs to no flow yet: Find where it goes, Judge, Limit, Forward.</summary>
    private void Arrive(ulong about)
    {
        if ((about == fromV4 ? v4 : about == fromV6 ? v6 : null) is not { } listener) return; // A flow that has ended meanwhile.
        for (var i = 0; i < mostAtOnce; i++)
        {
            var isRead = sockets.TryReceive(listener.SafeHandle, out var key, out var length);
            if (length < 0) return;
            if (!isRead) continue;
            var datagram = sockets.Content[..length];
            if (flows.TryGetValue(key, out var flow)) Forward(flow, datagram);
            else if (waiting.TryGetValue(key, out var others)) Hold(others, datagram);
            else Begin(key, datagram);
        }
    }

    private void Begin(FlowKey key, ReadOnlySpan<byte> datagram)
    {
        var to = key.To;
        if (!Reachable.IsReachable(to.Address))
        {
            Refuse(to, null, EgressReason.ProtocolUnforwarded);
            return;
        }
        if (waiting.Count >= mostWaiting) return; // It is lost, as in a network that has much to do.
        var judging = judge(to);
        if (judging.IsCompletedSuccessfully)
        {
            if (Begin(key, judging.Result) is { } flow) Forward(flow, datagram);
            return;
        }
        Hold(waiting[key] = [], datagram);
        _ = WaitAsync(judging, key);
    }

    private void Hold(List<byte[]> others, ReadOnlySpan<byte> datagram)
    {
        if (others.Count >= mostAtOnce || held + datagram.Length > mostHeld) return;
        others.Add(datagram.ToArray());
        held += datagram.Length;
    }

    private async Task WaitAsync(ValueTask<EgressPolicy.Judgement> judging, FlowKey key)
    {
        EgressPolicy.Judgement? result = null;
        try
        {
            result = await judging;
        }
        catch (Exception)
        {
            // A bug, which is told when it is taken from the queue.
        }
        judged.Enqueue((key, result));
        try
        {
            watch.Wake();
        }
        catch (ObjectDisposedException)
        {
            // The guard has ended meanwhile.
        }
    }

    private void Judged(FlowKey key, EgressPolicy.Judgement? result)
    {
        waiting.Remove(key, out var datagrams);
        held -= datagrams!.Sum(datagram => datagram.Length);
        try
        {
            if (result is null) Failed(key.To);
            else if (Begin(key, result.Value) is { } flow)
                foreach (var datagram in datagrams!) Forward(flow, datagram);
        }
        catch (Exception)
        {
            Failed(key.To);
        }
    }

    /// <returns>Null when it may not be.</returns>
    private DatagramFlow? Begin(FlowKey key, EgressPolicy.Judgement known)
    {
        var flow = new DatagramFlow(key, next++, known) { LastAt = Environment.TickCount64 };
        var reason = known.Rule is null && enforces ? EgressReason.DestinationUnknown : budget.Open(flow.To, flow.LastAt);
        if (reason != EgressReason.None)
        {
            Refuse(flow.To, known.Name, reason);
            return null;
        }
        try
        {
            flow.Open(network);
        }
        catch (Exception thrown) when (thrown is SocketException or PlimsollException)
        {
            return Abandon(flow);
        }
        if (!watch.TryAdd(flow.Inside, flow.Number << 1) || !watch.TryAdd(flow.Outside, flow.Number << 1 | 1)) return Abandon(flow);
        flows[key] = numbered[flow.Number] = flow;
        seen?.Count(known.Rule, flow.To, known.Name, EgressRule.Datagrams);
        if (known.Rule is null) recorder.Record(new(recorder.Now, Decision.ForwardRecorded, EgressReason.DestinationUnknown, EgressRule.Datagrams, known.Name, flow.To) { Exception = EgressPolicy.Allowing(flow.To, known.Name, EgressRule.Datagrams) });
        return flow;
    }

    private DatagramFlow? Abandon(DatagramFlow flow)
    {
        flow.Dispose();
        budget.Close();
        Refuse(flow.To, flow.Name, EgressReason.Unreachable);
        return null;
    }

    private void FromInside(DatagramFlow flow)
    {
        for (var i = 0; i < mostAtOnce; i++)
        {
            var length = sockets.Receive(flow.Inside, out var error);
            if (error == DatagramSockets.TryAgain) return;
            if (length >= 0) Forward(flow, sockets.Content[..length]);
        }
    }

    private void Forward(DatagramFlow flow, ReadOnlySpan<byte> datagram)
    {
        flow.LastAt = Environment.TickCount64;
        if (!budget.TrySend(datagram.Length, flow.LastAt))
        {
            flow.Dropped++;
            return;
        }
        if (!DatagramSockets.TrySend(flow.Outside, datagram, out var error))
        {
            // It may be the error of an earlier datagram, and is told once; this one was not sent.
            Unanswered(flow, error);
            if (!DatagramSockets.TrySend(flow.Outside, datagram, out _)) return;
        }
        flow.Sent += datagram.Length;
    }

    private void FromOutside(DatagramFlow flow)
    {
        for (var i = 0; i < mostAtOnce; i++)
        {
            var length = sockets.Receive(flow.Outside, out var error);
            if (error == DatagramSockets.TryAgain) return;
            flow.LastAt = Environment.TickCount64;
            if (length < 0)
            {
                Unanswered(flow, error);
                continue;
            }
            flow.Received += length;
            _ = DatagramSockets.TrySend(flow.Inside, sockets.Content[..length], out _); // A client that does not read loses it, as it would without a guard.
        }
    }

    private void Unanswered(DatagramFlow flow, int error)
    {
        if (error == DatagramSockets.TryAgain) return;
        if (error == DatagramSockets.Refused) unreachable.Tell(flow.Client, flow.To);
        if (flow.IsUnreachable) return;
        flow.IsUnreachable = true;
        Refuse(flow.To, flow.Name, EgressReason.Unreachable);
    }

    private void Sweep(long now)
    {
        sweptAt = now;
        foreach (var flow in flows.Values)
        {
            TellDropped(flow);
            if (now - flow.LastAt >= (flow.Received > 0 ? idleAnswered : idleUnanswered)) End(flow);
        }
    }

    private void TellDropped(DatagramFlow flow)
    {
        if (flow.Dropped == 0) return;
        recorder.Record(new(recorder.Now, Decision.Refuse, EgressReason.ByteRate, EgressRule.Datagrams, flow.Name, flow.To) { Detail = string.Create(CultureInfo.InvariantCulture, $"{flow.Dropped} datagrams dropped") });
        flow.Dropped = 0;
    }

    private void End(DatagramFlow flow)
    {
        flows.Remove(flow.Key);
        numbered.Remove(flow.Number);
        flow.Dispose();
        budget.Close();
        TellDropped(flow);
        if (flow.IsUnreachable && flow.Received == 0) return; // Told already.
        recorder.Record(new(recorder.Now, Decision.Forward, EgressReason.None, EgressRule.Datagrams, flow.Name, flow.To) { Sent = flow.Sent, Received = flow.Received });
    }

    private void Refuse(IPEndPoint to, string? name, EgressReason reason) =>
        recorder.Record(new(recorder.Now, Decision.Refuse, reason, EgressRule.Datagrams, name, to) { Exception = reason == EgressReason.DestinationUnknown ? EgressPolicy.Allowing(to, name, EgressRule.Datagrams) : null });

    private void Failed(IPEndPoint? to) => recorder.Record(new(recorder.Now, Decision.Refuse, EgressReason.GuardFailed, EgressRule.Datagrams, null, to));

    public void Dispose()
    {
        ended = true;
        watch.Wake();
        thread.Join();
        v4.Dispose();
        v6?.Dispose();
        unreachable.Dispose();
        watch.Dispose();
    }
}
