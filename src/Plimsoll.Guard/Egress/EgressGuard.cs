using System.Net;
using System.Net.Sockets;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Egress.Datagrams;
using Plimsoll.Guard.Egress.Dns;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Egress;

/// <summary>
/// Everything that a container sends: its namespace has no interface but loopback, the kernel turns what may leave to sockets that
/// this guard has in the namespace, and the guard connects on from the machine's network. Read <see cref="ServeAsync"/> first.
/// When it dies the sockets are gone, and with them every way out.
/// </summary>
internal sealed class EgressGuard : IDisposable
{
    private const int backlog = 4_096;

    private readonly NetworkNamespace network;
    private readonly EgressRecorder recorder;
    private readonly EgressProtocols protocols;
    private readonly EgressPolicy policy;
    private readonly EgressBudget budget;
    private readonly Deadlines deadlines = new();
    private readonly DnsClient names;
    private readonly DnsService dns;
    private readonly RefusedPackets refused;
    private readonly DatagramForwarder? datagrams;
    private readonly List<Socket> listening = [];
    private readonly AddressPins pins;
    private readonly SeenDestinations? seen;
    private readonly Lock filtering = new();
    private readonly HashSet<(int, IPAddress)> opened = [];

    /// <summary>Listens, and only then lets the kernel turn anything to it.</summary>
    /// <param name="nearer">Asked for names before name servers are; null for nobody.</param>
    /// <exception cref="PlimsollException">The kernel or a program refuses.</exception>
    public EgressGuard(NetworkNamespace network, Profile profile, EgressProtocols protocols, EgressRecorder recorder, TimeProvider clock, INames? nearer = null)
    {
        (this.network, this.protocols, this.recorder) = (network, protocols, recorder);
        var hasV6 = NamespaceTools.Address(network);
        pins = new(clock);
        policy = new(profile, pins);
        budget = new(profile.Limits);
        seen = profile.Mode == ProfileMode.Learn ? new(clock) : null;
        names = new(profile.NameServers.IsEmpty ? DnsClient.OfMachine() : profile.NameServers, clock, nearer);
        dns = new(policy, pins, names, budget, recorder, hasV6, OpenAsync);
        refused = new(network, Ruleset.LogGroup, Refused);
        var ports = new GuardPorts(Accept(IPAddress.Loopback), hasV6 ? Accept(IPAddress.IPv6Loopback) : 0, Answer(IPAddress.Loopback), hasV6 ? Answer(IPAddress.IPv6Loopback) : 0);
        if (policy.ForwardsDatagrams)
        {
            NamespaceTools.Route(network, Ruleset.DatagramMark, hasV6);
            datagrams = new(network, hasV6, to => JudgeAsync(to, isDatagram: true), policy.Enforces, budget, recorder, seen);
            ports = ports with { UdpV4 = datagrams.PortV4, UdpV6 = datagrams.PortV6 };
        }
        NamespaceTools.Filter(network, Ruleset.Of(profile, ports));
        if (policy.Enforces) Open([.. profile.Egress.SelectMany((rule, number) => rule.Addresses.Select(address => (number, address)))]);
    }

    /// <summary>How often a destination was new; null in other modes, where none is learned.</summary>
    public Convergence? Convergence => seen?.Convergence;

    /// <summary>One connection: Find where it goes, Judge, Limit, Forward, Record.</summary>
    private async Task ServeAsync(Socket accepted)
    {
        // 1. Find where the container wanted to go.
        var to = OriginalDestination.Of(accepted);
        using var client = new SocketTransport(accepted);
        deadlines.Watch(client);
        try
        {
            if (to is null)
            {
                Refuse(client, EgressReason.NotRedirected, client.Local, default);
                return;
            }
            if (to.Port == DnsQuestion.Port && policy.Judge(to).Rule is null)
            {
                await dns.ServeAsync(client);
                return;
            }
            // 2. Judge it by the profile.
            var judged = await JudgeAsync(to);
            if (judged.Rule is null && policy.Enforces)
            {
                Refuse(client, EgressReason.DestinationUnknown, to, judged);
                return;
            }
            // 3. Limit.
            var limit = budget.Open(to, Environment.TickCount64);
            if (limit != EgressReason.None)
            {
                Refuse(client, limit, to, judged);
                return;
            }
            try
            {
                // 4. Forward, 5. Record.
                await ForwardAsync(client, to, judged);
            }
            finally
            {
                budget.Close();
            }
        }
        catch (Exception)
        {
            // A bug costs this connection, and is told.
            recorder.Record(new(recorder.Now, Decision.Refuse, EgressReason.GuardFailed, "tcp", null, to));
            client.Abort();
        }
        finally
        {
            deadlines.Forget(client);
        }
    }

    /// <summary>Looks up the names of the profile, for a container that knows their addresses from an earlier guard.</summary>
    public async Task RememberAsync()
    {
        foreach (var rule in policy.Profile.Egress)
        {
            if (rule.Name is not { } name || name[0] == '*' || !rule.Addresses.IsEmpty) continue;
            foreach (var type in (ushort[])[DnsQuestion.TypeA, DnsQuestion.TypeAaaa])
            {
                if (await names.AskAsync(name, type) is not { } reply) continue;
                var addresses = reply.Addresses.Where(Reachable.IsAnswer).Take(DnsWriter.MostAddresses).ToList();
                pins.Add(name, addresses, Math.Clamp(reply.Seconds, 1, AddressPins.MostAnswerSeconds));
                if (policy.Enforces) await OpenAsync([.. policy.RulesOf(name).SelectMany(number => addresses.Select(address => (number, address)))]);
            }
        }
    }

    /// <summary>As the policy judges, once a name that was looked up long ago was looked up again.</summary>
    private async ValueTask<EgressPolicy.Judgement> JudgeAsync(IPEndPoint to, bool isDatagram = false)
    {
        var judged = policy.Judge(to, isDatagram);
        if (!judged.IsStale) return judged;
        var reply = await names.AskAsync(judged.Name!, to.AddressFamily == AddressFamily.InterNetwork ? DnsQuestion.TypeA : DnsQuestion.TypeAaaa);
        if (reply?.Addresses.Contains(to.Address) != true || !Reachable.IsAnswer(to.Address))
        {
            if (reply is not null) pins.Remove(judged.Name!, to.Address);
            return new(null, judged.Name, false);
        }
        pins.Add(judged.Name!, [to.Address], Math.Clamp(reply.Seconds, 1, AddressPins.MostAnswerSeconds));
        return judged with { IsStale = false };
    }

    private async ValueTask ForwardAsync(SocketTransport client, IPEndPoint to, EgressPolicy.Judgement judged)
    {
        using var connection = new EgressConnection(client, to, budget, deadlines) { Name = judged.Name, Rule = judged.Rule };
        var protocol = judged.Rule is { } rule ? protocols.Find(rule.Protocol) : await protocols.RecogniseAsync(connection);
        seen?.Count(judged.Rule, to, judged.Name, protocol.Name);
        if (judged.Rule is null) recorder.Record(new(recorder.Now, Decision.ForwardRecorded, EgressReason.DestinationUnknown, protocol.Name, judged.Name, to) { Exception = EgressPolicy.Allowing(to, judged.Name, protocol.Name) });
        var reason = await protocol.ServeAsync(connection);
        if (reason != EgressReason.None) client.Abort();
        if (connection.WasPaced) recorder.Record(new(recorder.Now, Decision.ForwardRecorded, EgressReason.ByteRate, protocol.Name, judged.Name, to) { Sent = connection.Sent, Received = connection.Received });
        recorder.Record(new(recorder.Now, reason == EgressReason.None ? Decision.Forward : Decision.Refuse, reason, protocol.Name, judged.Name, to) { Sent = connection.Sent, Received = connection.Received });
    }

    private void Refuse(SocketTransport client, EgressReason reason, IPEndPoint to, EgressPolicy.Judgement judged)
    {
        recorder.Record(new(recorder.Now, Decision.Refuse, reason, "tcp", judged.Name, to) { Exception = reason == EgressReason.DestinationUnknown ? EgressPolicy.Allowing(to, judged.Name) : null });
        client.Abort();
    }

    /// <summary>A packet that the kernel refused.</summary>
    private void Refused(string prefix, PacketSummary packet)
    {
        var isFloor = prefix == Ruleset.FloorPrefix;
        var isForwarded = packet.Protocol is EgressRule.DefaultProtocol || (packet.Protocol is EgressRule.Datagrams && Reachable.IsReachable(packet.To.Address));
        var reason = isFloor ? EgressReason.KernelFloor : isForwarded ? EgressReason.DestinationUnknown : EgressReason.ProtocolUnforwarded;
        var name = pins.Of(packet.To.Address) is [var pin, ..] ? pin.Name : null;
        // Behind the floor the destination is the guard's own port.
        recorder.Record(new(recorder.Now, Decision.Refuse, reason, packet.Protocol, name, isFloor ? null : packet.To) { Exception = !isFloor && isForwarded ? EgressPolicy.Allowing(packet.To, name, packet.Protocol) : null });
    }

    /// <summary>Lets the kernel pass connections to these addresses, once for each. A program is waited for, so never on a thread that waits for sockets.</summary>
    private Task OpenAsync(IReadOnlyList<(int Rule, IPAddress Address)> wanted)
    {
        lock (filtering)
            if (wanted.All(opened.Contains)) return Task.CompletedTask;
        return Task.Run(() => Open(wanted));
    }

    private void Open(IReadOnlyList<(int Rule, IPAddress Address)> wanted)
    {
        if (wanted.Count == 0) return;
        try
        {
            NamespaceTools.Filter(network, Ruleset.Add(wanted));
            lock (filtering) opened.UnionWith(wanted);
        }
        catch (PlimsollException)
        {
            // The kernel goes on refusing them; the next answer tries again.
        }
    }

    private int Accept(IPAddress address)
    {
        var socket = network.Run(() => Bound(address, SocketType.Stream, ProtocolType.Tcp));
        socket.Listen(backlog);
        _ = AcceptAsync(socket);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private int Answer(IPAddress address)
    {
        var socket = network.Run(() => Bound(address, SocketType.Dgram, ProtocolType.Udp));
        _ = dns.ServeAsync(socket);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    private Socket Bound(IPAddress address, SocketType type, ProtocolType protocol)
    {
        var socket = new Socket(address.AddressFamily, type, protocol);
        listening.Add(socket);
        socket.Bind(new IPEndPoint(address, 0));
        return socket;
    }

    private async Task AcceptAsync(Socket socket)
    {
        while (true)
        {
            try
            {
                var accepted = await socket.AcceptAsync();
                _ = ServeAsync(accepted);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
            catch (SocketException thrown) when (thrown.SocketErrorCode is SocketError.OperationAborted or SocketError.Interrupted)
            {
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50); // Out of descriptors: those that end make room.
            }
        }
    }

    public void Dispose()
    {
        foreach (var socket in listening) socket.Dispose();
        datagrams?.Dispose();
        refused.Dispose();
        dns.Dispose();
        names.Dispose();
        deadlines.Dispose();
    }
}
