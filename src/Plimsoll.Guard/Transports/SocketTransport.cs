using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;

namespace Plimsoll.Guard.Transports;

/// <summary>A TCP socket. Completions run on the thread that waits for the sockets, see <see cref="SocketEngine"/>.</summary>
internal sealed class SocketTransport : Transport
{
    private readonly Socket socket;
    private readonly SocketOperation reading;
    private readonly SocketOperation writing;

    public SocketTransport(Socket socket)
    {
        this.socket = socket;
        var turn = new SocketTurn();
        (reading, writing) = (new(turn), new(turn));
        try
        {
            socket.NoDelay = true;
            Remote = (IPEndPoint)socket.RemoteEndPoint!;
            Local = (IPEndPoint)socket.LocalEndPoint!;
        }
        catch (SocketException) // Gone already: the first read will say so.
        {
            Remote ??= new(IPAddress.None, 0);
            Local ??= new(IPAddress.None, 0);
        }
    }

    public override IPEndPoint Remote { get; }
    public override IPEndPoint Local { get; }

    public override bool IsReadable
    {
        get
        {
            try
            {
                return socket.Poll(0, SelectMode.SelectRead);
            }
            catch (Exception thrown) when (thrown is SocketException or ObjectDisposedException)
            {
                return true;
            }
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> into) => reading.Receive(socket, into);

    /// <summary>What has come and nobody has read, without taking it; 0 for nothing, and at the end.</summary>
    public int Peek(Span<byte> into)
    {
        try
        {
            return socket.Poll(0, SelectMode.SelectRead) ? socket.Receive(into, SocketFlags.Peek) : 0;
        }
        catch (Exception thrown) when (thrown is SocketException or ObjectDisposedException) // Broken: the first read will say so.
        {
            return 0;
        }
    }

    public override ValueTask<bool> WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        var sent = writing.Send(socket, bytes);
        return sent.IsCompleted ? new(sent.Result == bytes.Length) : Awaited(sent, bytes.Length);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<bool> Awaited(ValueTask<int> sent, int length) => await sent == length;

    /// <summary>A connected transport, or null.</summary>
    public static async ValueTask<SocketTransport?> ConnectAsync(IPEndPoint to, int milliseconds)
    {
        var connecting = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            using var late = new CancellationTokenSource(milliseconds);
            await connecting.ConnectAsync(to, late.Token);
            return new(connecting);
        }
        catch (Exception thrown) when (thrown is SocketException or OperationCanceledException)
        {
            connecting.Dispose();
            return null;
        }
    }

    public override void ShutdownRead() => Shutdown(SocketShutdown.Receive);

    public override ValueTask ShutdownWriteAsync()
    {
        Shutdown(SocketShutdown.Send);
        return default;
    }

    public override void Abort()
    {
        try
        {
            socket.LingerState = new(enable: true, 0);
        }
        catch (Exception thrown) when (thrown is SocketException or ObjectDisposedException) // Closed already: that is what is wanted.
        {
        }
        socket.Dispose();
    }

    public override void Dispose()
    {
        socket.Dispose();
        reading.Dispose();
        writing.Dispose();
    }

    private void Shutdown(SocketShutdown how)
    {
        try
        {
            socket.Shutdown(how);
        }
        catch (Exception thrown) when (thrown is SocketException or ObjectDisposedException) // Closed already: that is what is wanted.
        {
        }
    }
}
