using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Plimsoll.Guard.Tests.KnownTechniques;

/// <summary>Stands between a gateway and its upstream, passes on every byte and remembers it.</summary>
internal sealed class Tap : IDisposable
{
    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<Line> lines = [];
    private readonly int upstream;

    /// <param name="upstream">Port on the loopback interface.</param>
    public Tap(int upstream)
    {
        this.upstream = upstream;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(128);
        Port = ((IPEndPoint)listener.LocalEndPoint!).Port;
        _ = Task.Run(AcceptAsync);
    }

    public int Port { get; }

    /// <summary>What went over each connection since the last <see cref="Forget"/>, oldest connection first.</summary>
    public IReadOnlyList<(string Up, string Down, bool IsClosed)> Passed
    {
        get { lock (lines) return [.. lines.Select(line => line.Passed).Where(passed => passed.Up.Length + passed.Down.Length > 0)]; }
    }

    /// <summary>The next reading begins here.</summary>
    public void Forget()
    {
        lock (lines)
        {
            lines.RemoveAll(line => line.Passed.IsClosed);
            foreach (var line in lines) line.Forget();
        }
    }

    /// <summary>Closes all connections, so that what went wrong with one is not the next one's.</summary>
    public void Cut()
    {
        lock (lines) foreach (var line in lines) line.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            try
            {
                var near = await listener.AcceptAsync();
                var far = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                near.NoDelay = true;
                await far.ConnectAsync(IPAddress.Loopback, upstream);
                var line = new Line(near, far);
                lock (lines) lines.Add(line);
                line.Start();
            }
            catch (SocketException) { return; }
            catch (ObjectDisposedException) { return; }
        }
    }

    public void Dispose()
    {
        listener.Dispose();
        Cut();
    }

    private sealed class Line(Socket near, Socket far) : IDisposable
    {
        private readonly StringBuilder up = new(), down = new();
        private bool isClosed;

        public (string Up, string Down, bool IsClosed) Passed
        {
            get { lock (up) return (up.ToString(), down.ToString(), isClosed); }
        }

        public void Forget()
        {
            lock (up) (up.Length, down.Length) = (0, 0);
        }

        public void Start() => _ = Task.WhenAll(PumpAsync(near, far, up), PumpAsync(far, near, down)).ContinueWith(_ => Dispose());

        private async Task PumpAsync(Socket from, Socket to, StringBuilder into)
        {
            var buffer = new byte[64 << 10];
            try
            {
                while (true)
                {
                    var length = await from.ReceiveAsync(buffer);
                    if (length == 0) break;
                    lock (up) into.Append(Encoding.Latin1.GetString(buffer, 0, length));
                    for (var sent = 0; sent < length;) sent += await to.SendAsync(buffer.AsMemory(sent, length - sent));
                }
                lock (up) isClosed = true;
                to.Shutdown(SocketShutdown.Send);
            }
            catch (SocketException) { Dispose(); }
            catch (ObjectDisposedException) { Dispose(); }
        }

        public void Dispose()
        {
            lock (up) isClosed = true;
            near.Dispose();
            far.Dispose();
        }
    }
}
