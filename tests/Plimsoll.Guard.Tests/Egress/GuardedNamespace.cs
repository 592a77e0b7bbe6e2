using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Plimsoll.Guard.Egress;
using Plimsoll.Guard.Egress.Dns;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Tests.Running;

namespace Plimsoll.Guard.Tests.Egress;

/// <summary>A network namespace such as a container has, and guards that come and go in it.</summary>
internal sealed class GuardedNamespace : IDisposable
{
    private readonly Process holder;
    private readonly NetworkNamespace network;

    public GuardedNamespace()
    {
        holder = Process.Start(new ProcessStartInfo("unshare", ["--net", "sleep", "600"]) { UseShellExecute = false })!;
        var path = $"/proc/{holder.Id}/ns/net";
        var own = new FileInfo("/proc/self/ns/net").LinkTarget;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Waiting.Patience && new FileInfo(path).LinkTarget == own;) Thread.Sleep(5);
        network = new(path);
        NamespaceTools.Filter(network, Ruleset.Closed);
    }

    /// <summary>A client in the container.</summary>
    public Socket Client(AddressFamily family = AddressFamily.InterNetwork) => Clients(1, family)[0];

    public Socket[] Clients(int count, AddressFamily family = AddressFamily.InterNetwork) => network.Run(() => Enumerable.Range(0, count).Select(_ =>
    {
        var socket = new Socket(family, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = (int)Waiting.Patience.TotalMilliseconds };
        socket.Bind(new IPEndPoint(family == AddressFamily.InterNetwork ? IPAddress.Parse(GuardAddresses.V4) : IPAddress.Parse(GuardAddresses.V6), 0));
        return socket;
    }).ToArray());

    public Socket Client(IPEndPoint to)
    {
        var socket = Client(to.AddressFamily);
        socket.Connect(to);
        return socket;
    }

    public Running Guard(Profile profile, INames? names = null, TimeProvider? clock = null) => new(network, profile, names, clock ?? TimeProvider.System);

    public void Dispose()
    {
        network.Dispose();
        holder.Kill();
        holder.WaitForExit();
        holder.Dispose();
    }

    /// <summary>One guard, and what it told.</summary>
    internal sealed class Running : IDisposable
    {
        private readonly Kept kept = new();
        private readonly EventQueue queue;
        private readonly EgressGuard guard;
        private bool ended;

        public Running(NetworkNamespace network, Profile profile, INames? names, TimeProvider clock)
        {
            queue = new("kept", new JsonLine("shop"), kept);
            Recorder = new(queue, _ => { }, clock);
            guard = new(network, profile, new(new TcpRelay()), Recorder, clock, names);
        }

        public EgressRecorder Recorder { get; }

        /// <summary>What it told until now, as `decision reason protocol name address port`.</summary>
        public string[] Told => [.. Events.Select(one => string.Join(' ', ((string[])["decision", "reason", "protocol", "name", "address", "port"]).Select(key => one.TryGetProperty(key, out var value) ? value.ToString() : "-")))];

        public JsonElement[] Events => [.. Encoding.UTF8.GetString(kept.Bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

        public async Task<string[]> UntilTold(string begin)
        {
            await Waiting.WhileAsync(() => !Told.Any(told => told.StartsWith(begin, StringComparison.Ordinal)));
            return Told;
        }

        /// <summary>Ends the guard; all that it told.</summary>
        public string[] End()
        {
            Dispose();
            return Told;
        }

        public void Dispose()
        {
            if (ended) return;
            ended = true;
            guard.Dispose();
            Recorder.Tell(isLast: true);
            queue.Dispose();
        }
    }

    private sealed class Kept : IEventTarget
    {
        private readonly Lock gate = new();
        private readonly List<byte> written = [];

        public byte[] Bytes
        {
            get
            {
                lock (gate) return [.. written];
            }
        }

        public int Write(ReadOnlySpan<byte> batch, int events)
        {
            lock (gate) written.AddRange(batch);
            return 0;
        }

        public void Stop()
        {
        }

        public void Dispose()
        {
        }
    }
}
