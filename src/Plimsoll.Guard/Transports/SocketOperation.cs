using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Threading.Tasks.Sources;

namespace Plimsoll.Guard.Transports;

/// <summary>One direction of a socket, awaited without an allocation and without an exception: -1 stands for any error.</summary>
internal sealed class SocketOperation(SocketTurn turn) : SocketAsyncEventArgs(true), IValueTaskSource<int>, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<int> source;

    public ValueTask<int> Receive(Socket socket, Memory<byte> into)
    {
        SetBuffer(into);
        return Run(socket, send: false);
    }

    public ValueTask<int> Send(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        SetBuffer(MemoryMarshal.AsMemory(bytes));
        return Run(socket, send: true);
    }

    private ValueTask<int> Run(Socket socket, bool send)
    {
        source.Reset();
        try
        {
            if (send ? socket.SendAsync(this) : socket.ReceiveAsync(this))
            {
                turn.Ended();
                return new(this, source.Version);
            }
            if (turn.GoesOn()) return new(Outcome);
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            return new(this, source.Version);
        }
        catch (Exception thrown) when (thrown is ObjectDisposedException or InvalidOperationException) // Aborted by a deadline or by the other direction.
        {
            return new(-1);
        }
    }

    private int Outcome => SocketError == SocketError.Success ? BytesTransferred : -1;

    protected override void OnCompleted(SocketAsyncEventArgs e) => source.SetResult(Outcome);

    public void Execute() => source.SetResult(Outcome);

    public int GetResult(short token) => source.GetResult(token);

    public ValueTaskSourceStatus GetStatus(short token) => source.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) => source.OnCompleted(continuation, state, token, flags);
}
