namespace Plimsoll.Scan.Layers;

/// <summary>
/// Hands buffers from one thread to another, at most <see cref="Depth"/> under way. Waits on a monitor: the
/// collections of the base library spin first, which costs processor time that the other thread needs.
/// </summary>
internal sealed class Handover
{
    /// <summary>Two would do for steady threads; four even out a slow page or a spool write.</summary>
    public const int Depth = 4;

    /// <summary>
    /// Large, because each handing over wakes a thread, which costs some ten microseconds on a virtual machine. Twice as
    /// much is no faster, and the eight buffers of each worker are most of what a scan of a layout holds.
    /// </summary>
    public const int BufferSize = Blob.ReadSize;

    private readonly object gate = new();
    private readonly byte[]?[] buffers = new byte[Depth][];
    private readonly int[] lengths = new int[Depth];
    private int filled;
    private int taken;
    private bool ended;
    private bool abandoned;

    /// <summary>Begins anew with the same buffers. Neither thread may be at it.</summary>
    public void Restart()
    {
        (filled, taken) = (0, 0);
        (ended, abandoned) = (false, false);
    }

    /// <summary>A buffer to fill; null when the taker wants no more.</summary>
    public byte[]? ToFill()
    {
        lock (gate)
        {
            while (filled - taken == Depth && !abandoned) Monitor.Wait(gate);
            if (abandoned) return null;
        }
        return buffers[filled % Depth] ??= GC.AllocateUninitializedArray<byte>(BufferSize);
    }

    public void Fill(int length)
    {
        lock (gate)
        {
            lengths[filled++ % Depth] = length;
            Monitor.Pulse(gate);
        }
    }

    /// <summary>No more will be filled.</summary>
    public void End()
    {
        lock (gate)
        {
            ended = true;
            Monitor.Pulse(gate);
        }
    }

    /// <summary>The next filled buffer; empty at the end. Valid until <see cref="Release"/>.</summary>
    public ReadOnlySpan<byte> Take()
    {
        lock (gate)
        {
            while (filled == taken && !ended) Monitor.Wait(gate);
            return filled == taken ? default : buffers[taken % Depth].AsSpan(0, lengths[taken % Depth]);
        }
    }

    public void Release()
    {
        lock (gate)
        {
            taken++;
            Monitor.Pulse(gate);
        }
    }

    /// <summary>The taker stops early.</summary>
    public void Abandon()
    {
        lock (gate)
        {
            abandoned = true;
            Monitor.Pulse(gate);
        }
    }
}
