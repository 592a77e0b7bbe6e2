using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Plimsoll.Guard.Egress;
using Plimsoll.Guard.Egress.Datagrams;
using Plimsoll.Guard.Egress.Dns;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Egress;

/// <summary>
/// UDP through the guard, in real network namespaces. The machine's addresses are those of a namespace too, so that nothing is changed
/// on the machine itself: the explicit tests run in a process of their own, which <see cref="Datagrams_pass_in_namespaces"/> starts there.
/// </summary>
public sealed class DatagramTests
{
    private static readonly IPAddress here = IPAddress.Parse("198.51.100.1"), there = IPAddress.Parse("198.51.100.2"), hereV6 = IPAddress.Parse("2001:db8::1");

    private static EgressRule Rule(string network, params int[] ports) => new() { Network = IPNetwork.Parse(network), Ports = [.. ports.Select(port => new PortRange(port, port))], Protocol = EgressRule.Datagrams };

    private static Profile Permitting(params EgressRule[] rules) => new() { Egress = [.. rules] };

    [Fact]
    public async Task Datagrams_pass_in_namespaces()
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/nft") && Environment.IsPrivilegedProcess, "it takes nftables and root");
        const string script = """
            ip link set lo up && ip addr add 198.51.100.1/32 dev lo && ip addr add 198.51.100.2/32 dev lo && ip addr add 2001:db8::1/128 dev lo nodad || exit 1
            exec "$0" -class "$1" -explicit only -parallelMode none -noColor
            """;
        using var child = Process.Start(new ProcessStartInfo("unshare", ["--net", "sh", "-c", script, Environment.ProcessPath!, typeof(DatagramTests).FullName!]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = child.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(child.ExitCode == 0 && output.Contains("Failed: 0", StringComparison.Ordinal) && !output.Contains("Total: 0", StringComparison.Ordinal), output + await error);
    }

    [Fact(Explicit = true)]
    public async Task What_is_permitted_passes_and_its_answers_and_the_rest_is_refused_at_once()
    {
        using var server = new Echo(here);
        using var serverV6 = new Echo(hereV6);
        using var other = new Echo(there);
        using var container = new GuardedNamespace();
        using var guard = container.Guard(Permitting(Rule("198.51.100.0/31", server.Port), Rule("2001:db8::/64", serverV6.Port), new() { Network = IPNetwork.Parse("198.51.100.2/32"), Ports = [new(other.Port, other.Port)] }));
        foreach (var to in (IPEndPoint[])[server.Address, serverV6.Address])
        {
            using var client = container.Client(to);
            foreach (var length in (int[])[0, 1, 1_400, 65_507])
            {
                var sent = new byte[length];
                Random.Shared.NextBytes(sent);
                var received = new byte[70_000];
                client.Send(sent);
                Assert.Equal(sent, received[..client.Receive(received)]);
            }
        }
        // An entry without `protocol` is TCP's, another port is none's, what goes to many goes nowhere, and marks of the container are nothing.
        foreach (var to in (IPEndPoint[])[other.Address, new(here, server.Port + 1), new(IPAddress.Broadcast, server.Port), IPEndPoint.Parse("224.0.0.1:9"), IPEndPoint.Parse("[2001:db8:1::1]:9")])
        {
            using var client = container.Client(to.AddressFamily);
            client.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Broadcast, true);
            client.SetRawSocketOption(1, 36, BitConverter.GetBytes(Ruleset.DatagramMark)); // SO_MARK, which the kernel takes from whoever has CAP_NET_RAW.
            Assert.Equal(SocketError.AccessDenied, Assert.Throws<SocketException>(() => client.SendTo([1], to)).SocketErrorCode);
        }
        await guard.UntilTold("refused destination-unknown udp - 2001:db8:1::1 9");
        Assert.Equal(4, server.Heard.Count);
        Assert.Empty(other.Heard);
        var told = guard.End();
        Assert.Equal(
            [
                $"forwarded - udp - 198.51.100.1 {server.Port}", $"forwarded - udp - 2001:db8::1 {serverV6.Port}", $"refused destination-unknown udp - 198.51.100.1 {server.Port + 1}", $"refused destination-unknown udp - 198.51.100.2 {other.Port}",
                "refused destination-unknown udp - 2001:db8:1::1 9", "refused protocol-unforwarded udp - 224.0.0.1 9", $"refused protocol-unforwarded udp - 255.255.255.255 {server.Port}",
            ],
            told.Order(StringComparer.Ordinal));
        var passed = guard.Events.First(one => one.GetProperty("decision").GetString() == "forwarded");
        Assert.Equal((66_908, 66_908), (passed.GetProperty("sentBytes").GetInt32(), passed.GetProperty("receivedBytes").GetInt32()));
        Assert.Equal($"egress: [{{address: 198.51.100.2, ports: [{other.Port}], protocol: udp}}]", guard.Events.Single(one => one.TryGetProperty("address", out var address) && address.GetString() == "198.51.100.2").GetProperty("exception")[0].GetString());
    }

    [Fact(Explicit = true)]
    public void Only_the_destination_is_heard()
    {
        using var server = new Echo(here, answers: false);
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        stranger.Bind(new IPEndPoint(there, server.Port));
        using var container = new GuardedNamespace();
        using var guard = container.Guard(Permitting(Rule("198.51.100.0/24", server.Port)));
        using var client = container.Client(AddressFamily.InterNetwork);
        client.SendTo("question"u8, server.Address);
        Assert.True(server.WaitFor(1));
        var flow = server.Heard.Single().From;
        stranger.SendTo("from a stranger"u8, flow);
        server.Send("an answer"u8, flow);
        var buffer = new byte[100];
        EndPoint from = new IPEndPoint(IPAddress.Any, 0);
        Assert.Equal("an answer", Encoding.ASCII.GetString(buffer, 0, client.ReceiveFrom(buffer, ref from)));
        Assert.Equal(server.Address, from);
        Assert.Equal(0, client.Available);
    }

    [Fact(Explicit = true)]
    public async Task A_name_is_learned_and_then_permitted_and_looked_up_again_when_it_is_old()
    {
        using var server = new Echo(here);
        var names = new Names { Address = here };
        var clock = new Clock();
        using var container = new GuardedNamespace();
        Profile learned;
        using (var guard = container.Guard(new() { Mode = ProfileMode.Learn }, names, clock))
        {
            Ask(container);
            Exchange(container, server);
            await guard.UntilTold("detected destination-unknown udp ntp.test");
            learned = new() { Egress = [.. guard.Recorder.TakeUnknown()!.Value.Where(rule => !rule.Ports.IsEmpty)] };
        }
        Assert.Equal($"{{name: ntp.test, ports: [{server.Port}], protocol: udp}}", ProfileText.Entry(Assert.Single(learned.Egress)));
        using (var guard = container.Guard(learned, names, clock))
        {
            using (var early = container.Client(server.Address)) Assert.Throws<SocketException>(() => early.Send([1]));
            Ask(container);
            Exchange(container, server);
            // Old: the first datagram waits for the look-up.
            clock.Now += TimeSpan.FromHours(1);
            Exchange(container, server);
            clock.Now += TimeSpan.FromHours(1);
            names.Address = there;
            var heard = server.Heard.Count;
            using (var late = container.Client(server.Address)) late.Send([1]);
            await guard.UntilTold("refused destination-unknown udp ntp.test 198.51.100.1");
            Assert.Equal(heard, server.Heard.Count);
        }
    }

    [Fact(Explicit = true)]
    public async Task What_is_not_in_the_profile_passes_and_is_told_in_mode_detect()
    {
        using var server = new Echo(here);
        using var container = new GuardedNamespace();
        using var guard = container.Guard(new() { Mode = ProfileMode.Detect });
        Exchange(container, server);
        await guard.UntilTold("detected destination-unknown udp");
        Assert.Equal($"{{address: 198.51.100.1, ports: [{server.Port}], protocol: udp}}", ProfileText.Entry(Assert.Single(guard.Recorder.TakeUnknown()!.Value)));
    }

    [Fact(Explicit = true)]
    public async Task Flows_and_bytes_have_limits()
    {
        using var server = new Echo(here);
        using var container = new GuardedNamespace();
        using (var guard = container.Guard(Permitting(Rule("198.51.100.1/32", server.Port)) with { Limits = new() { Connections = 2 } }))
        {
            var clients = Enumerable.Range(0, 3).Select(_ => container.Client(server.Address)).ToList();
            foreach (var client in clients.Take(2)) Exchange(client);
            clients[2].Send([1]);
            await guard.UntilTold("refused too-many-connections udp - 198.51.100.1");
            Exchange(clients[0]);
            foreach (var client in clients) client.Dispose();
        }
        Assert.Equal(3, server.Heard.Count);
        using (var guard = container.Guard(Permitting(Rule("198.51.100.1/32", server.Port)) with { Limits = new() { BytesPerSecond = 10_000 } }))
        {
            using var client = container.Client(server.Address);
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < Waiting.Patience && !guard.Told.Contains($"refused byte-rate udp - 198.51.100.1 {server.Port}"); await Task.Delay(10)) Try(client, new byte[1_000]);
            Assert.Contains("datagrams dropped", guard.Events.First(one => one.TryGetProperty("reason", out var reason) && reason.GetString() == "byte-rate").GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
        Assert.True(server.WaitFor(3 + 10));
    }

    [Fact(Explicit = true)]
    public async Task A_flood_of_flows_does_not_leave()
    {
        using var server = new Echo(here);
        using var container = new GuardedNamespace();
        using var guard = container.Guard(Permitting(Rule("198.51.100.1/32", server.Port)) with { Limits = new() { ConnectionsPerSecond = 1, PacketsPerSecond = 1_000 } });
        foreach (var client in container.Clients(80))
        {
            using (client)
            {
                client.Connect(server.Address);
                Try(client, [1]);
            }
        }
        await guard.UntilTold("refused connection-rate udp");
        var told = await guard.UntilTold("refused kernel-floor udp");
        Assert.Contains(told, one => one.StartsWith("refused connection-rate udp", StringComparison.Ordinal));
        Assert.Contains(told, one => one.StartsWith("refused kernel-floor udp", StringComparison.Ordinal));
        Assert.InRange(server.Heard.Count, 1, 40);
    }

    [Fact(Explicit = true)]
    public async Task Where_nobody_listens_the_application_hears_that()
    {
        using var container = new GuardedNamespace();
        using var guard = container.Guard(Permitting(Rule("198.51.100.1/32", 9), Rule("2001:db8::1/128", 9)));
        foreach (var address in (IPAddress[])[here, hereV6])
        {
            using var client = container.Client(new IPEndPoint(address, 9));
            client.Send([1]);
            Assert.Equal(SocketError.ConnectionRefused, Assert.Throws<SocketException>(() => client.Receive(new byte[1])).SocketErrorCode);
            await guard.UntilTold($"refused unreachable udp - {address} 9");
        }
    }

    [Fact(Explicit = true)]
    public void Without_a_guard_nothing_passes_and_the_next_one_takes_its_place()
    {
        using var server = new Echo(here);
        using var container = new GuardedNamespace();
        var profile = Permitting(Rule("198.51.100.1/32", server.Port));
        Socket client;
        using (container.Guard(profile))
        {
            client = container.Client(server.Address);
            Exchange(client);
        }
        client.Send([1]);
        using (var other = container.Client(server.Address)) other.Send([1]);
        using (container.Guard(profile)) Exchange(client);
        client.Dispose();
        Assert.Equal(2, server.Heard.Count);
    }

    [Fact(Explicit = true)]
    public async Task A_flow_ends_when_nothing_passes_for_half_a_minute()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null, "waits for it: only with --full");
        using var server = new Echo(here, answers: false);
        using var container = new GuardedNamespace();
        using var guard = container.Guard(Permitting(Rule("198.51.100.1/32", server.Port)) with { Limits = new() { Connections = 1 } });
        using var first = container.Client(server.Address);
        first.Send([1]);
        var told = await guard.UntilTold("forwarded - udp");
        Assert.Equal([$"forwarded - udp - 198.51.100.1 {server.Port}"], told);
        using var second = container.Client(server.Address);
        second.Send([1]);
        Assert.True(server.WaitFor(2));
    }

    [Fact(Explicit = true)]
    public void A_datagram_of_a_flow_allocates_nothing()
    {
        using var server = new Echo(here);
        using var container = new GuardedNamespace();
        using var guard = container.Guard(Permitting(Rule("198.51.100.1/32", server.Port)));
        using var client = container.Client(server.Address);
        server.Remembers = false;
        const int count = 2_000;
        for (var i = 0; i < 200; i++) Exchange(client);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < count; i++) Exchange(client);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, count * 16);
    }

    [Fact]
    public void A_flow_is_read_from_addresses_of_sockets_and_damaged_ones_are_not()
    {
        byte[] client = [2, 0, 0x12, 0x34, 192, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0], to = [2, 0, 0, 123, 198, 51, 100, 1];
        Assert.True(FlowKey.TryRead(client, to, out var key));
        Assert.Equal((IPEndPoint.Parse("192.0.0.8:4660"), IPEndPoint.Parse("198.51.100.1:123")), (key.Client, key.To));
        byte[] v6 = [10, 0, 0, 123, 0, 0, 0, 0, .. hereV6.GetAddressBytes(), 0, 0, 0, 0];
        Assert.True(FlowKey.TryRead(v6, v6, out key));
        Assert.Equal(new(hereV6, 123), key.To);
        Assert.False(FlowKey.TryRead(client, v6, out _));
        for (var n = 0; n < to.Length; n++) Assert.False(FlowKey.TryRead(client, to.AsSpan(0, n), out _));
        for (var n = 0; n < 24; n++) Assert.False(FlowKey.TryRead(v6, v6.AsSpan(0, n), out _));
        Assert.False(FlowKey.TryRead([1, 0, .. client[2..]], [1, 0, .. to[2..]], out _));
    }

    private static void Exchange(GuardedNamespace container, Echo server)
    {
        using var client = container.Client(server.Address);
        Exchange(client);
    }

    private static void Exchange(Socket client)
    {
        Span<byte> buffer = stackalloc byte[16];
        client.Send("question"u8);
        if (client.Receive(buffer) != 8) Assert.Fail("it is another answer"); // An assertion would allocate.
    }

    /// <summary>Sends what the kernel's floor may refuse.</summary>
    private static void Try(Socket client, byte[] datagram)
    {
        try
        {
            client.Send(datagram);
        }
        catch (SocketException)
        {
        }
    }

    /// <summary>Asks for the address of ntp.test as a resolver of the container does.</summary>
    private static void Ask(GuardedNamespace container)
    {
        using var client = container.Client(new IPEndPoint(IPAddress.Parse(GuardAddresses.NameServer), DnsQuestion.Port));
        var buffer = new byte[DnsWriter.MostBytes];
        client.Send(buffer.AsSpan(0, DnsWriter.Question(7, "ntp.test", DnsQuestion.TypeA, buffer)));
        var length = client.Receive(buffer);
        Assert.Equal([here], DnsReply.Read(buffer.AsSpan(0, length), 7, "ntp.test", DnsQuestion.TypeA, out _)!.Addresses);
    }

    private sealed class Names : INames
    {
        public required IPAddress Address { get; set; }

        public async ValueTask<DnsReply?> AskAsync(string name, ushort type)
        {
            await Task.Delay(20);
            return new(DnsCode.NoError, type == DnsQuestion.TypeA ? [Address] : [], 60);
        }
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;
        public override DateTimeOffset GetUtcNow() => Now;
    }

    /// <summary>A server of UDP on the machine.</summary>
    private sealed class Echo : IDisposable
    {
        private readonly Socket socket;
        private readonly bool answers;

        public Echo(IPAddress address, bool answers = true)
        {
            this.answers = answers;
            socket = new(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(address, 0));
            new Thread(Serve) { IsBackground = true }.Start();
        }

        public IPEndPoint Address => (IPEndPoint)socket.LocalEndPoint!;
        public int Port => Address.Port;
        public ConcurrentQueue<(int Bytes, IPEndPoint From)> Heard { get; } = new();
        public bool Remembers { get; set; } = true;

        public void Send(ReadOnlySpan<byte> datagram, IPEndPoint to) => socket.SendTo(datagram, to);

        public bool WaitFor(int count)
        {
            for (var watch = Stopwatch.StartNew(); Heard.Count < count && watch.Elapsed < Waiting.Patience;) Thread.Sleep(5);
            return Heard.Count >= count;
        }

        private void Serve()
        {
            var buffer = new byte[1 << 16];
            var from = new SocketAddress(socket.AddressFamily);
            try
            {
                while (true)
                {
                    var count = socket.ReceiveFrom(buffer, SocketFlags.None, from);
                    if (Remembers) Heard.Enqueue((count, (IPEndPoint)Address.Create(from)));
                    if (answers) socket.SendTo(buffer.AsSpan(0, count), SocketFlags.None, from);
                }
            }
            catch (Exception thrown) when (thrown is SocketException or ObjectDisposedException)
            {
                // The test has ended.
            }
        }

        public void Dispose() => socket.Dispose();
    }
}
