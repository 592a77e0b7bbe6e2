using System.Buffers;

namespace Plimsoll.Guard.Limits;

/// <summary>Bytes that are held until they are judged, in one pooled buffer. All together hold at most <see cref="GuardLimits.InspectionBytes"/>.</summary>
internal sealed class HeldBytes(InspectionBudget budget)
{
    private const int smallest = 4 << 10;
    private byte[]? buffer;

    public int Count { get; private set; }

    public ReadOnlyMemory<byte> Bytes => buffer.AsMemory(0, Count);

    /// <summary>False, and nothing is appended, when too much is held at once.</summary>
    public bool TryAppend(ReadOnlySpan<byte> piece)
    {
        if (buffer is null || buffer.Length - Count < piece.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(Math.Max(Count + piece.Length, smallest), (buffer?.Length ?? 0) * 2));
            if (!budget.TryTake(larger.Length))
            {
                ArrayPool<byte>.Shared.Return(larger);
                return false;
            }
            var held = Count;
            buffer.AsSpan(0, held).CopyTo(larger);
            Release();
            (buffer, Count) = (larger, held);
        }
        piece.CopyTo(buffer.AsSpan(Count));
        Count += piece.Length;
        return true;
    }

    public void Release()
    {
        if (buffer is null) return;
        budget.Give(buffer.Length);
        ArrayPool<byte>.Shared.Return(buffer);
        (buffer, Count) = (null, 0);
    }
}

/// <summary>Bytes that may be held together.</summary>
internal sealed class InspectionBudget(long most)
{
    private long taken;

    public long Taken => Interlocked.Read(ref taken);

    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref taken, bytes) <= most) return true;
        Give(bytes);
        return false;
    }

    public void Give(int bytes) => Interlocked.Add(ref taken, -bytes);
}
