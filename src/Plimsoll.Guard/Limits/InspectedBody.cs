using System.Buffers;
using System.Runtime.CompilerServices;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Limits;

/// <summary>Holds the beginning of a request's body until it is judged. All together hold at most <see cref="GuardLimits.InspectionBytes"/>.</summary>
internal sealed class InspectedBody(InspectionBudget budget)
{
    private byte[]? buffer;
    private int count;

    /// <summary>Reads until the end or more than <paramref name="most"/>, and gives the request what was read. A verdict against it when the body fails.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Verdict> ReadAsync(ClientStream client, int most)
    {
        var request = client.Request;
        while (true)
        {
            var piece = await client.ReadBodyAsync();
            if (piece.Failure != Reason.None) return new(piece.Failure, Part.Body, count);
            if (!TryAppend(piece.Bytes.Span)) return new(Reason.TooManyAtOnce, Part.Body, count);
            request.Body = buffer.AsMemory(0, count);
            request.IsBodyWhole = piece.IsLast;
            if (count > most) return new(Reason.BodyNotInspected, Part.Body, most);
            if (piece.IsLast) return default;
        }
    }

    public void Release()
    {
        if (buffer is null) return;
        budget.Give(buffer.Length);
        ArrayPool<byte>.Shared.Return(buffer);
        (buffer, count) = (null, 0);
    }

    private bool TryAppend(ReadOnlySpan<byte> piece)
    {
        if (buffer is null || buffer.Length - count < piece.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(count + piece.Length, (buffer?.Length ?? 0) * 2));
            if (!budget.TryTake(larger.Length))
            {
                ArrayPool<byte>.Shared.Return(larger);
                return false;
            }
            var held = count;
            buffer.AsSpan(0, held).CopyTo(larger);
            Release();
            (buffer, count) = (larger, held);
        }
        piece.CopyTo(buffer.AsSpan(count));
        count += piece.Length;
        return true;
    }
}

/// <summary>Bytes that inspected bodies may hold together.</summary>
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
