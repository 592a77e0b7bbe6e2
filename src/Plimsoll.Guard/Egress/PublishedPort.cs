using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Egress;

/// <summary>A port of the machine whose connections are passed to a port of the container: what `--publish` asks an engine for.</summary>
/// <param name="Listen">Port 0 for any.</param>
internal sealed record PublishedPort(IPEndPoint Listen, int Port)
{
    /// <summary>`[ADDRESS:][PORT]:PORT[/tcp]`, as engines write it. Null when it is not that.</summary>
    public static PublishedPort? Parse(string text)
    {
        if (text.EndsWith("/tcp", StringComparison.Ordinal)) text = text[..^4];
        var last = text.LastIndexOf(':');
        if (!TryPort(text[(last + 1)..], 1, out var inside)) return null;
        if (last < 0) return new(new(IPAddress.Any, 0), inside);
        var before = text.LastIndexOf(':', last - 1);
        if (last == 0 || !TryPort(text[(before + 1)..last] is { Length: > 0 } given ? given : "0", 0, out var outside)) return null;
        var host = before < 0 ? "0.0.0.0" : text[..before].Trim('[', ']');
        return IPAddress.TryParse(host, out var address) ? new(new(address, outside), inside) : null;
    }

    private static bool TryPort(string text, int least, out int port) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port >= least && port <= 65_535;

    public override string ToString() => $"{Listen}:{Port}";
}

/// <summary>Serves published ports until it is disposed of.</summary>
internal sealed class PublishedPorts : IDisposable
{
    private readonly NetworkNamespace network;
    private readonly Deadlines deadlines = new();
    private readonly List<Listener> listeners = [];

    /// <param name="told">Where each port can be connected to, one sentence each.</param>
    /// <exception cref="PlimsollException">A port cannot be listened on.</exception>
    public PublishedPorts(NetworkNamespace network, IReadOnlyList<PublishedPort> ports, TimeProvider clock, Action<string> told)
    {
        this.network = network;
        foreach (var port in ports)
        {
            var listener = new Listener(port.Listen, clock);
            listeners.Add(listener);
            listener.Start((client, _) => ServeAsync(client, port.Port));
            if (port.Listen.Port == 0) told($"port {port.Port} of the container is at {listener.Address}");
        }
    }

    private async Task ServeAsync(SocketTransport client, int port)
    {
        using (client)
        {
            var socket = network.Run(() => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
            try
            {
                using var late = new CancellationTokenSource(GuardLimits.Default.ConnectTime);
                await socket.ConnectAsync(new IPEndPoint(IPAddress.Parse(GuardAddresses.V4), port), late.Token);
            }
            catch (Exception thrown) when (thrown is SocketException or OperationCanceledException)
            {
                socket.Dispose();
                client.Abort(); // As when nothing listens.
                return;
            }
            using var application = new SocketTransport(socket);
            deadlines.Watch(client);
            deadlines.Watch(application);
            await Relay.RunAsync(client, application, GuardLimits.Default, Passed, Passed);
            deadlines.Forget(client);
            deadlines.Forget(application);
        }
    }

    private static ValueTask Passed(int bytes) => default;

    public void Dispose()
    {
        foreach (var listener in listeners) listener.Dispose();
        deadlines.Dispose();
    }
}
