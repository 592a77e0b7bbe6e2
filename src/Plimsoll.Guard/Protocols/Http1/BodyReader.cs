using System.Runtime.CompilerServices;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http1;

/// <summary>The body of one message after another of a connection: by length, by chunks, or until the end. Reused.</summary>
/// <param name="isRequest">Of a client: slow ones are timed, all is bounded, and extensions of chunks are refused.</param>
internal sealed class BodyReader(InputBuffer input, GuardLimits limits, bool isRequest)
{
    private readonly ChunkDecoder chunks = new(limits, isRequest);
    private Framing framing;
    private long left;
    private long total;
    private long started;
    private Reason failure;
    private long hurry;

    private enum Framing : byte
    {
        Ended,
        Length,
        Chunked,
        UntilEnd,
    }

    /// <summary>Whether what follows in the input is the next message.</summary>
    public bool IsAtEnd => framing == Framing.Ended;

    /// <summary>Decoded bytes so far.</summary>
    public long Total => total;

    /// <summary>Fields behind the body.</summary>
    public int Trailers { get; private set; }

    /// <param name="length">As in <see cref="HttpHead.ContentLength"/>.</param>
    public void Start(long length, bool untilEnd = false)
    {
        framing = length == 0 ? Framing.Ended : length > 0 ? Framing.Length : untilEnd ? Framing.UntilEnd : Framing.Chunked;
        (left, total, failure, hurry, Trailers) = (length, 0, Reason.None, long.MaxValue, 0);
        if (framing == Framing.Chunked) chunks.Start();
        if (framing != Framing.Ended) started = Environment.TickCount64;
    }

    /// <summary>The rest is of no use, and must have come by then.</summary>
    public void Hurry(long deadline)
    {
        Volatile.Write(ref hurry, deadline);
        input.Transport.ReadBy = deadline;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<BodyPiece> ReadAsync()
    {
        while (true)
        {
            if (failure != Reason.None) return new(default, false, failure);
            if (framing == Framing.Ended) return new(default, true);
            if (!input.IsEmpty || (framing == Framing.Chunked && chunks.HasEnded))
            {
                if (TryTake(out var piece)) return piece;
                if (failure != Reason.None) continue;
            }
            input.Transport.ReadBy = Deadline();
            var count = await input.FillAsync(limits.PieceBytes);
            input.Transport.ReadBy = long.MaxValue;
            if (count > 0) continue;
            if (count == 0 && framing == Framing.UntilEnd && !input.Transport.HasTimedOut) framing = Framing.Ended;
            else failure = Broken(count);
        }
    }

    private bool TryTake(out BodyPiece piece)
    {
        ReadOnlyMemory<byte> bytes;
        if (framing == Framing.Chunked)
        {
            bytes = chunks.Take(input);
            if (chunks.HasEnded) (framing, Trailers) = (Framing.Ended, chunks.Trailers);
            failure = chunks.Failure; // Said at the next read when bytes come before it.
        }
        else
        {
            var all = input.UnreadMemory;
            bytes = framing == Framing.Length && all.Length > left ? all[..(int)left] : all;
            input.Consume(bytes.Length);
            if (framing == Framing.Length && (left -= bytes.Length) == 0) framing = Framing.Ended;
        }
        total += bytes.Length;
        if (isRequest && total > limits.BodyBytes)
        {
            failure = Reason.BodyTooLarge;
            piece = default;
            return false;
        }
        piece = new(bytes, framing == Framing.Ended);
        return piece.IsLast || !bytes.IsEmpty;
    }

    private long Deadline()
    {
        var now = Environment.TickCount64;
        var deadline = isRequest ? Math.Min(now + limits.BodyTime, started + limits.BodyGrace + total * 1000 / limits.BodyRate + 1) : now + limits.ResponseBodyTime;
        return Math.Min(deadline, Volatile.Read(ref hurry));
    }

    private Reason Broken(int count)
    {
        if (input.Transport.HasTimedOut) return isRequest ? Reason.SlowBody : Reason.UpstreamTimedOut;
        if (!isRequest) return Reason.UpstreamClosed;
        return count < 0 ? Reason.ClientGone : Reason.BodyTruncated;
    }
}
