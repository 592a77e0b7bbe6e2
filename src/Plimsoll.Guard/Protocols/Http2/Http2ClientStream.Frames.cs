using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Grpc;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>What the client's frames do to a stream. All of it is under the gate.</summary>
internal sealed partial class Http2ClientStream
{
    private MessageStream messages;
    private long answeredAt; // When the last of the answer's body was written.
    private Transport? watched;
    private int trailers;
    private bool isCut; // What is read from the upstream was ended.

    /// <summary>Whether a DATA frame of so many bytes, with its padding, keeps to the window.</summary>
    public bool TryReceive(int bytes)
    {
        if (bytes > receiveWindow) return false;
        receiveWindow -= bytes;
        return true;
    }

    /// <summary>Bytes of the body.</summary>
    /// <param name="padding">What else of the window they took.</param>
    /// <param name="ends">Whether END_STREAM comes with them.</param>
    public Wakes Receive(ReadOnlySpan<byte> bytes, int padding, bool ends)
    {
        IsWhole = ends;
        session.Return(padding);
        Grant(padding);
        received += bytes.Length;
        if (isReset || discards)
        {
            session.Return(bytes.Length);
            return default;
        }
        if (Request.ContentLength >= 0 && (received > Request.ContentLength || (ends && received < Request.ContentLength)))
        {
            session.Return(bytes.Length);
            return Reset(Reason.LengthDisagrees);
        }
        held += bytes.Length;
        body.Append(bytes);
        var fault = Request.IsGrpc ? messages.Take(bytes, session.Limits, Environment.TickCount64) : received > session.Limits.BodyBytes ? Reason.BodyTooLarge : Reason.None;
        if (fault == Reason.None && ends && messages.IsWithin) fault = Reason.BodyTruncated;
        if (fault != Reason.None) Discard(fault); // Not the end: the answer says so.
        return bytes.IsEmpty && !ends ? default : new(readable.Take(), null);
    }

    public override int Trailers => trailers;

    /// <summary>The body ends with so many fields.</summary>
    public Wakes End(int fields)
    {
        trailers = fields;
        return Receive(default, 0, ends: true);
    }

    /// <summary>The client sends no more.</summary>
    public Wakes CutOff()
    {
        if (!IsWhole) Discard(Reason.BodyTruncated);
        return new(readable.Take(), null);
    }

    /// <summary>The request had no body.</summary>
    public void HasNoBody() => IsWhole = true;

    /// <summary>The client's RST_STREAM.</summary>
    public Wakes ResetByClient()
    {
        wasResetByClient = true;
        return Break(Reason.ClientGone);
    }

    /// <summary>Ends the stream for a fault of the client.</summary>
    public Wakes Reset(Reason reason)
    {
        if (!isReset) session.Output.WriteReset(Id, ErrorCodes.Of(reason));
        return Break(reason);
    }

    /// <summary>Ends the stream without a word.</summary>
    public Wakes Break(Reason reason)
    {
        isReset = true;
        Discard(reason);
        if (watched is not null)
        {
            isCut = true;
            watched.ShutdownRead();
            watched = null;
        }
        return new(readable.Take(), writable.Take());
    }

    /// <summary>Not under the gate.</summary>
    public override bool IsGone
    {
        get
        {
            lock (session.Gate) return isReset;
        }
    }

    /// <summary>Not under the gate.</summary>
    public override void Watch(Transport upstream)
    {
        lock (session.Gate)
        {
            isCut = isReset;
            if (isReset) upstream.ShutdownRead();
            else watched = upstream;
        }
    }

    /// <summary>Not under the gate.</summary>
    public override Reason Unwatch()
    {
        lock (session.Gate)
        {
            watched = null;
            return isCut ? Reason.UpstreamClosed : Reason.None;
        }
    }

    /// <summary>WINDOW_UPDATE, or other settings. False when the window would pass 2^31 - 1.</summary>
    public bool TryWiden(long bytes, out Signal? writer)
    {
        sendWindow += bytes;
        writer = sendWindow is > 0 and <= int.MaxValue ? writable.Take() : null;
        return sendWindow <= int.MaxValue;
    }

    public Signal? TakeWriter() => writable.Take();

    /// <summary>Ends what is late.</summary>
    public Wakes Expire(long now)
    {
        if (writeBy < now) return Reset(Reason.SlowReader);
        if (readBy >= now) return default;
        if (Request.IsGrpc && !messages.IsWithin && answeredAt + session.Limits.StreamIdleTime >= now)
        {
            readBy = answeredAt + session.Limits.StreamIdleTime; // One direction may be silent as long as the other is not.
            return default;
        }
        Discard(Reason.SlowBody); // Not the end: the answer says so.
        return new(readable.Take(), null);
    }

    /// <summary>The exchange is over.</summary>
    public void Close()
    {
        if (!isReset && (!hasEnded || !IsWhole))
        {
            session.Output.WriteReset(Id, hasEnded ? ErrorCode.NoError : ErrorCode.InternalError); // RFC 9113, section 8.1: the answer is complete, the rest of the body is of no use.
            isReset = true;
        }
        session.Return(held);
        session.Ended.Add(Id, byGuard: isReset && !IsWhole && !wasResetByClient);
        body.Release();
        Request.Reset();
    }
}
