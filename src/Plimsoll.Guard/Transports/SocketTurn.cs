namespace Plimsoll.Guard.Transports;

/// <summary>
/// How long a socket has kept the thread that waits for all sockets. Operations that complete at once go on in that thread; after so
/// many the connection goes on from the thread pool, or a fast one would keep the others waiting for as long as it sends. Both
/// directions count together: a send nearly always completes at once, and what ends a turn is the read that follows it. Counted
/// alone, every 64th answer of each connection would wait for a thread of the pool to be given the processor.
/// </summary>
internal sealed class SocketTurn
{
    /// <summary>Operations. A megabyte in pieces of 16 KiB.</summary>
    private const int most = 64;

    private int operations; // Two directions may count at once: one more or less does not matter.

    /// <summary>One more has completed at once. False when the thread must be given back.</summary>
    public bool GoesOn()
    {
        if (++operations < most) return true;
        operations = 0;
        return false;
    }

    /// <summary>Something is waited for.</summary>
    public void Ended() => operations = 0;
}
