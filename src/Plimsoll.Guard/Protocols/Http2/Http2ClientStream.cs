using System.Runtime.CompilerServices;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http1;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>A stream of a client (RFC 9113, section 5): one request and its answer. Reused for other streams of the connection.</summary>
internal sealed partial class Http2ClientStream : ClientStream
{
    private readonly Http2Session session;
    private readonly StreamBody body = new();
    private readonly Signal readable = new();
    private readonly Signal writable = new();
    private readonly Action served;
    private ValueTaskAwaiter serving;
    private Reason failure;
    private bool hasEnded; // Our END_STREAM was written.
    private bool isReset; // RST_STREAM was written or has come, or the connection is broken.
    private bool wasResetByClient;
    private bool discards; // What comes of the body is thrown away.
    private long sendWindow;
    private int receiveWindow;
    private int unreturned; // Of the stream's window.
    private int held; // Bytes of the body that the connection's window does not have back.
    private int taken; // Of them, those that the reader has.
    private long received;
    private long left; // Of the answer's body; -1 when only its end will tell.
    private long sent;
    private long readBy;
    private long writeBy;
    private long began;
    private long waitedSince;
    private long waited; // Milliseconds for the client's windows.

    public Http2ClientStream(Http2Session session)
    {
        this.session = session;
        served = Served;
    }

    public int Id { get; private set; }

    public override Transport Transport => session.Transport;

    public override Reason Failure => failure == Reason.None ? Reason.ClientGone : failure;

    /// <summary>The client's END_STREAM has come.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Both sides have ended it in good order.</summary>
    public bool IsComplete => IsWhole && hasEnded && !isReset;

    /// <summary>Over more streams than the settings allow.</summary>
    public bool IsSurplus { get; set; }

    /// <summary>Whether it stands in the session's queue. Under the gate.</summary>
    public bool IsQueued { get; set; }

    /// <summary>When something of it is late. Under the gate.</summary>
    public long Deadline => Math.Min(readBy, writeBy);

    /// <summary>Why a frame of the client has no place here; the connection ends when the client itself had reset it.</summary>
    public EndedStreams.How Ended => wasResetByClient ? EndedStreams.How.ByClient : isReset ? EndedStreams.How.ByGuard : EndedStreams.How.Unknown;

    /// <summary>Under the gate.</summary>
    public void Begin(int id)
    {
        Request.Reset();
        Decoded = default;
        (Id, failure, left, sent, received, waited) = (id, Reason.None, 0, 0, 0, 0);
        (hasEnded, isReset, wasResetByClient, discards, IsWhole, IsSurplus) = (false, false, false, false, false, false);
        (sendWindow, receiveWindow, unreturned, held, taken) = (session.InitialWindow, session.Limits.StreamWindow, 0, 0, 0);
        (readBy, writeBy, began) = (long.MaxValue, long.MaxValue, Environment.TickCount64);
        (messages, answeredAt, isCut, trailers) = (default, 0, false, 0);
    }

    /// <summary>Has the request served; not under the gate.</summary>
    public void Serve(Func<ClientStream, ValueTask> exchange)
    {
#pragma warning disable CA2012 // Its result is taken once, in Served.
        serving = exchange(this).GetAwaiter();
#pragma warning restore CA2012
        if (serving.IsCompleted) Served();
        else serving.UnsafeOnCompleted(served);
    }

    private void Served()
    {
        try
        {
            serving.GetResult();
        }
        catch (Exception) // A bug of ours costs this connection, and no other.
        {
            session.Crash();
        }
        session.Finish(this);
    }

    public override ValueTask<BodyPiece> ReadBodyAsync()
    {
        BodyPiece piece;
        ValueTask waits;
        bool isReady;
        lock (session.Gate)
        {
            Release();
            isReady = TryTake(out piece);
            waits = isReady ? default : Wait(readable);
        }
        session.Kick(); // Updates of the windows.
        return isReady ? new(piece) : WaitedAsync(waits);
    }

    public override ValueTask<bool> ContinueAsync()
    {
        lock (session.Gate)
        {
            if (isReset) return new(false);
            var begun = BeginHeaders();
            ResponseFields.WriteStatus(session.Output, 100);
            session.Output.EndHeaders(begun, Id, endsStream: false, Http2Session.MostOfFrame);
        }
        return FlushAsync();
    }

    public override void WriteHead(HttpResponse response, bool closes)
    {
        lock (session.Gate)
        {
            if (isReset) return;
            left = response.Version == HttpVersion.Http2 && response.HasBody ? -1 : response.ContentLength; // Trailers may follow.
            hasEnded = !response.HasBody;
            var begun = BeginHeaders();
            ResponseFields.Write(session.Output, response, Request.IsHead);
            session.Output.EndHeaders(begun, Id, hasEnded, Http2Session.MostOfFrame);
        }
    }

    public override int WriteRefusal(int status, bool closes, ReadOnlySpan<byte> location = default)
    {
        lock (session.Gate)
        {
            if (isReset) return 0;
            if (IsSurplus)
            {
                _ = Reset(Reason.StreamFlood); // Nobody else has it.
                return 0;
            }
            Span<byte> text = stackalloc byte[64];
            var length = Request.IsHead ? 0 : Refusal.Text(status, text);
            if (length > Math.Min(sendWindow, session.SendWindow)) length = 0;
            var begun = BeginHeaders();
            ResponseFields.WriteRefusal(session.Output, status, length, location);
            session.Output.EndHeaders(begun, Id, length == 0, Http2Session.MostOfFrame);
            if (length > 0)
            {
                session.Output.Write(FrameType.Data, FrameFlags.EndStream, Id, text[..length]);
                sendWindow -= length;
                session.SendWindow -= length;
            }
            hasEnded = true;
            if (!Decoded.Passes && status == 400) _ = Reset(Decoded.Reason); // RFC 9113, section 8.1.1.
            return status;
        }
    }

    public override ValueTask<bool> WriteBodyAsync(ReadOnlyMemory<byte> piece)
    {
        ValueTask waits;
        lock (session.Gate)
        {
            if (isReset) return new(false);
            piece = Append(piece);
            if (piece.IsEmpty) return new(true);
            waits = Wait(writable);
        }
        return WrittenAsync(piece, waits);
    }

    public override void End(HttpHead? trailers)
    {
        lock (session.Gate)
        {
            if (isReset || hasEnded) return;
            hasEnded = true;
            if (trailers is not null)
            {
                var begun = BeginHeaders();
                foreach (ref readonly var field in trailers.Fields) Hpack.HpackWriter.Write(session.Output, trailers[field.Name], trailers[field.Value]);
                session.Output.EndHeaders(begun, Id, endsStream: true, Http2Session.MostOfFrame);
                return;
            }
            session.Output.Write(FrameType.Data, FrameFlags.EndStream, Id, default);
        }
    }

    public override ValueTask<bool> FlushAsync()
    {
        session.Kick();
        ValueTask waits;
        lock (session.Gate)
        {
            if (isReset) return new(IsAnswered);
            if (!session.IsFull) return new(true);
            waits = Wait(writable);
        }
        return FlushedAsync(waits);
    }

    public override void StopReading()
    {
        Signal? reader;
        lock (session.Gate)
        {
            Discard(Reason.ClientGone);
            reader = readable.Take();
        }
        reader?.Set();
    }

    public override void Abort()
    {
        Wakes wakes;
        lock (session.Gate)
        {
            if (!isReset) session.Output.WriteReset(Id, failure == Reason.None ? ErrorCode.InternalError : ErrorCodes.Of(failure));
            wakes = Break(Failure);
        }
        wakes.Set();
        session.Kick();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<BodyPiece> WaitedAsync(ValueTask waits)
    {
        while (true)
        {
            await waits;
            lock (session.Gate)
            {
                if (TryTake(out var piece)) return piece;
                waits = Wait(readable);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WrittenAsync(ReadOnlyMemory<byte> piece, ValueTask waits)
    {
        while (true)
        {
            session.Kick();
            await waits;
            lock (session.Gate)
            {
                Waited();
                if (isReset) return false;
                piece = Append(piece);
                if (piece.IsEmpty) return true;
                waits = Wait(writable);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> FlushedAsync(ValueTask waits)
    {
        while (true)
        {
            session.Kick();
            await waits;
            lock (session.Gate)
            {
                Waited();
                if (isReset) return IsAnswered;
                if (!session.IsFull) return true;
                waits = Wait(writable);
            }
        }
    }

    /// <summary>Whether a stream that was reset had its answer before.</summary>
    private bool IsAnswered => hasEnded && !wasResetByClient;

    private int BeginHeaders()
    {
        var begun = session.Output.BeginHeaders();
        if (session.MustTellTable) Hpack.HpackWriter.WriteEmptyTable(session.Output);
        session.MustTellTable = false;
        return begun;
    }

    /// <summary>The next of the body, its end or why there is none; false when it has yet to come.</summary>
    private bool TryTake(out BodyPiece piece)
    {
        readBy = long.MaxValue;
        if (failure != Reason.None) piece = new(default, false, failure);
        else if (body.Filled > 0)
        {
            var bytes = body.Take();
            taken = bytes.Length;
            piece = new(bytes, IsWhole);
        }
        else piece = new(default, IsWhole);
        return piece.IsLast || piece.Failure != Reason.None || !piece.Bytes.IsEmpty;
    }

    /// <summary>What the reader had is read: the windows have it back.</summary>
    private void Release()
    {
        held -= taken;
        session.Return(taken);
        Grant(taken);
        taken = 0;
    }

    private void Grant(int bytes)
    {
        unreturned += bytes;
        if (IsWhole || isReset || discards || unreturned < session.Limits.StreamWindow / 2) return;
        receiveWindow += unreturned;
        session.Output.WriteWindowUpdate(Id, unreturned);
        unreturned = 0;
    }

    private void Discard(Reason reason)
    {
        if (failure == Reason.None) failure = reason;
        discards = true;
        (readBy, writeBy) = (long.MaxValue, isReset ? long.MaxValue : writeBy);
        body.Clear();
        session.Return(held - taken);
        held = taken;
    }

    /// <summary>As much of a piece as the windows and the output have room for; gives the rest.</summary>
    private ReadOnlyMemory<byte> Append(ReadOnlyMemory<byte> piece)
    {
        while (!piece.IsEmpty && !session.IsFull)
        {
            var room = Math.Min(sendWindow, session.SendWindow);
            if (room <= 0) break;
            var count = (int)Math.Min(Math.Min(room, piece.Length), Http2Session.MostOfFrame);
            if (left > 0) left -= count;
            hasEnded = left == 0;
            session.Output.Write(FrameType.Data, hasEnded ? FrameFlags.EndStream : FrameFlags.None, Id, piece.Span[..count]);
            sendWindow -= count;
            session.SendWindow -= count;
            sent += count;
            if (Request.IsGrpc) answeredAt = Environment.TickCount64;
            // A client may answer each DATA frame with an update of both windows; one that gives small windows gets small frames and earns nothing.
            session.Earn(count < room || count == Http2Session.MostOfFrame ? 2 : count / 256);
            piece = piece[count..];
        }
        return piece;
    }

    private ValueTask Wait(Signal signal)
    {
        var now = Environment.TickCount64;
        var limits = session.Limits;
        if (signal == readable)
        {
            readBy = Request.IsGrpc ? messages.Deadline(limits, now) : Math.Min(now + limits.BodyTime, began + limits.BodyGrace + received * 1000 / limits.BodyRate + 1);
            session.Limit(readBy);
        }
        else
        {
            waitedSince = now;
            writeBy = Math.Min(now + limits.WriteTime, now + limits.WriteTime - waited + sent * 1000 / limits.ReaderRate);
            session.Limit(writeBy);
            session.Await(this);
        }
        return signal.Begin();
    }

    private void Waited()
    {
        waited += Environment.TickCount64 - waitedSince;
        writeBy = long.MaxValue;
    }
}
