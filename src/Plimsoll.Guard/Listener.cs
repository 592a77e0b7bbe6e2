using System.Net;
using System.Net.Sockets;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard;

/// <summary>A socket that accepts connections until it is disposed of. How they arrive may change meanwhile.</summary>
internal sealed class Listener : IDisposable
{
    private const int backlog = 1024;
    private readonly Socket socket;
    private readonly TimeProvider clock;
    private Arrivals? arrivals;
    private volatile bool closed;

    /// <param name="wanted">Port 0 for any.</param>
    /// <exception cref="PlimsollException">It cannot be listened on.</exception>
    public Listener(IPEndPoint wanted, TimeProvider clock)
    {
        (Wanted, this.clock) = (wanted, clock);
        socket = new(wanted.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            socket.Bind(wanted);
            socket.Listen(backlog);
            Address = (IPEndPoint)socket.LocalEndPoint!;
        }
        catch (SocketException thrown)
        {
            socket.Dispose();
            throw new PlimsollException("guard-cannot-listen", $"The guard cannot listen on {wanted}: {thrown.Message.TrimEnd('.')}.", "Choose another address, or stop what listens there.");
        }
    }

    /// <summary>As the options say it.</summary>
    public IPEndPoint Wanted { get; }

    public IPEndPoint Address { get; }

    public bool IsClosed => closed;

    /// <summary>What the next connection goes through.</summary>
    public Arrivals Arrivals => Volatile.Read(ref arrivals) ?? throw new InvalidOperationException("nothing was said of how connections arrive");

    /// <summary>From the next connection on.</summary>
    public void Arrive(Arrivals next) => Interlocked.Exchange(ref arrivals, next)?.Dispose();

    /// <param name="serve">Has the connection from then on, and never throws.</param>
    public void Start(Func<SocketTransport, Listener, Task> serve) => _ = AcceptAsync(serve);

    private async Task AcceptAsync(Func<SocketTransport, Listener, Task> serve)
    {
        while (!closed)
        {
            Socket accepted;
            try
            {
                accepted = await socket.AcceptAsync();
            }
            catch (Exception thrown) when (thrown is SocketException or ObjectDisposedException)
            {
                if (closed) return;
                await Task.Delay(TimeSpan.FromMilliseconds(50), clock); // Out of descriptors: those that end make room.
                continue;
            }
            _ = serve(new(accepted), this);
        }
    }

    public void Dispose()
    {
        closed = true;
        socket.Dispose();
        Volatile.Read(ref arrivals)?.Dispose();
    }
}
