using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Forwarding;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>
/// A connection to an upstream in HTTP/2 without TLS: one exchange after another, each on a stream of its own, so that a slow
/// one never holds up others and a broken one costs no others. Passes trailers, which gRPC needs.
/// </summary>
internal sealed class Http2UpstreamStream : UpstreamStream
{
    private readonly Upstream owner;
    private readonly GuardLimits limits;
    private readonly InputBuffer input;
    private readonly Http2Session session;
    private readonly ResponseReader heads;
    private readonly HeaderBlock block = new();
    private readonly HttpTrailers trailers = new();
    private readonly Signal writable = new();
    private int id;
    private long sendWindow;
    private long idleSince;
    private long received;
    private long bodyBytes;
    private int unreturned;
    private int pending; // Bytes of the frame that was given last, to be consumed.
    private int patience; // Milliseconds between two pieces of the answer.
    private bool isReused;
    private bool hasEnded; // Our END_STREAM was written.
    private bool isComplete; // The upstream's has come.
    private bool mustClose;
    private bool isBroken;
    private Reason failure;

    public Http2UpstreamStream(Upstream owner, Transport transport, GuardLimits limits)
    {
        (this.owner, this.limits, Transport) = (owner, limits, transport);
        input = new(transport, limits.PieceBytes);
        session = new(transport, limits);
        heads = new(limits);
    }

    /// <summary>What a frame was that somebody waits for.</summary>
    private enum Came
    {
        Head,
        Data,
        Failure,
    }

    public override Transport Transport { get; }
    public override bool IsReused => isReused;
    public override long IdleSince => idleSince;
    public override bool HasSurplus => false;
    public override long BodyBytes => bodyBytes;
    public override HttpHead? Trailers => trailers.Fields.IsEmpty ? null : trailers;

    public override void WriteHead(HttpRequest request, in ClientFacts client)
    {
        trailers.Reset();
        (received, bodyBytes, failure, isComplete) = (0, 0, Reason.None, false);
        patience = request.IsGrpc ? limits.StreamIdleTime : limits.ResponseBodyTime;
        lock (session.Gate)
        {
            if (id == 0) Greet();
            id = id == 0 ? 1 : id + 2;
            (sendWindow, hasEnded, unreturned) = (session.InitialWindow, !request.HasBody, 0);
            session.Earn(limits.ControlFrames);
            var begun = session.Output.BeginHeaders();
            if (session.MustTellTable) Hpack.HpackWriter.WriteEmptyTable(session.Output);
            session.MustTellTable = false;
            RequestWriter.Write(session.Output, request, client);
            session.Output.EndHeaders(begun, id, hasEnded, Http2Session.MostOfFrame);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<bool> WriteBodyAsync(ReadOnlyMemory<byte> piece)
    {
        while (true)
        {
            ValueTask waits;
            lock (session.Gate)
            {
                if (isBroken || session.IsBroken) return false;
                while (!piece.IsEmpty && Math.Min(sendWindow, session.SendWindow) is > 0 and var room)
                {
                    var count = (int)Math.Min(Math.Min(room, piece.Length), Http2Session.MostOfFrame);
                    session.Output.Write(FrameType.Data, FrameFlags.None, id, piece.Span[..count]);
                    sendWindow -= count;
                    session.SendWindow -= count;
                    session.Earn(2);
                    piece = piece[count..];
                }
                if (piece.IsEmpty && !session.IsFull) return true;
                waits = piece.IsEmpty ? default : writable.Begin();
            }
            if (piece.IsEmpty) return await FlushAsync();
            session.Kick();
            await waits; // The answer is read at the same time, and with it updates of the windows.
        }
    }

    public override void End()
    {
        lock (session.Gate)
        {
            hasEnded = true;
            session.Output.Write(FrameType.Data, FrameFlags.EndStream, id, default);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<bool> FlushAsync()
    {
        await session.DrainOutputAsync();
        return !session.IsBroken;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<Verdict> ReadHeadAsync(HttpRequest request)
    {
        while (true)
        {
            Response.Reset();
            var came = await NextAsync();
            if (came == Came.Data) failure = Reason.FrameMalformed;
            if (came == Came.Head)
            {
                failure = heads.Head(block.Bytes, Response, request, block.EndsStream);
                isComplete = block.EndsStream;
                block.Clear();
            }
            if (failure != Reason.None) return new(Failed(), Part.Response, (int)received);
            if (Response.Status >= 200) return default;
            if (isComplete) failure = Reason.StatusLineMalformed;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<BodyPiece> ReadBodyAsync()
    {
        while (true)
        {
            if (failure != Reason.None) return new(default, false, Failed());
            if (isComplete) return new(default, true);
            Transport.ReadBy = Environment.TickCount64 + patience;
            var came = await NextAsync();
            Transport.ReadBy = long.MaxValue;
            if (came == Came.Failure) continue;
            if (came == Came.Head)
            {
                failure = block.EndsStream ? heads.Trailers(block.Bytes, trailers) : Reason.TrailerMalformed;
                isComplete = true;
                block.Clear();
                CheckLength();
                continue;
            }
            var piece = Data();
            CheckLength();
            if (failure == Reason.None && (isComplete || !piece.IsEmpty)) return new(piece, isComplete);
        }
    }

    public override void Release(bool reusable)
    {
        var isClean = reusable && hasEnded && isComplete && failure == Reason.None && !mustClose && !isBroken && !session.IsBroken && block.Stream == 0 && !Transport.HasTimedOut && id < int.MaxValue - 2;
        Response.Reset();
        trailers.Reset();
        if (!isClean)
        {
            Close();
            return;
        }
        input.Consume(pending);
        pending = 0;
        input.Release();
        isReused = true;
        idleSince = Environment.TickCount64;
        owner.Keep(this);
    }

    public override void Close()
    {
        Break();
        owner.Forget(Transport);
        session.Break(Reason.UpstreamClosed);
        block.Clear();
        heads.Release();
        input.Clear();
    }

    private void Greet()
    {
        var room = session.Output.Reserve(Preface.Bytes.Length);
        Preface.Bytes.CopyTo(room);
        session.Output.Commit(Preface.Bytes.Length);
        Span<byte> settings = stackalloc byte[3 * Settings.Size];
        Settings.Write(settings, Setting.EnablePush, 0);
        Settings.Write(settings[Settings.Size..], Setting.InitialWindowSize, limits.StreamWindow);
        Settings.Write(settings[(2 * Settings.Size)..], Setting.MaxHeaderListSize, limits.HeadBytes);
        session.Output.Write(FrameType.Settings, FrameFlags.None, 0, settings);
        if (limits.ConnectionWindow > Http2Session.DefaultWindow) session.Output.WriteWindowUpdate(0, limits.ConnectionWindow - Http2Session.DefaultWindow);
    }

    /// <summary>The payload of the DATA frame that has come, without its padding.</summary>
    private ReadOnlyMemory<byte> Data()
    {
        var header = FrameHeader.Read(input.Unread);
        var payload = input.UnreadMemory.Slice(FrameHeader.Size, header.Length);
        pending = FrameHeader.Size + header.Length;
        isComplete = header.Has(FrameFlags.EndStream);
        lock (session.Gate)
        {
            session.ReceiveWindow -= header.Length;
            if (session.ReceiveWindow < 0) failure = Reason.FlowControl;
            session.Return(header.Length);
            unreturned += header.Length;
            if (!isComplete && unreturned >= limits.StreamWindow / 2)
            {
                session.Output.WriteWindowUpdate(id, unreturned);
                unreturned = 0;
            }
            if (header.Length == 0 && !isComplete) failure = session.Charge(Reason.ControlFlood);
        }
        session.Kick();
        if (header.Has(FrameFlags.Padded))
        {
            var padding = payload.IsEmpty ? 0 : payload.Span[0] + 1;
            if (padding == 0 || padding > payload.Length) failure = Reason.FrameMalformed;
            else payload = payload[1..^(padding - 1)];
        }
        bodyBytes += payload.Length;
        return payload;
    }

    private void CheckLength()
    {
        if (Response.ContentLength >= 0 && (bodyBytes > Response.ContentLength || (isComplete && bodyBytes < Response.ContentLength))) failure = Reason.LengthDisagrees;
    }

    private Reason Failed()
    {
        Break();
        return failure;
    }

    /// <summary>Nobody reads any more: who writes must not wait for windows.</summary>
    private void Break()
    {
        Signal? writer;
        lock (session.Gate)
        {
            isBroken = true;
            writer = writable.Take();
        }
        writer?.Set();
    }

    /// <summary>Serves what concerns the connection until something of the answer comes.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Came> NextAsync()
    {
        while (true)
        {
            input.Consume(pending);
            pending = 0;
            if (failure != Reason.None) return Came.Failure;
            var needed = input.Unread.Length < FrameHeader.Size ? FrameHeader.Size : FrameHeader.Size + FrameHeader.Read(input.Unread).Length;
            if (needed > FrameHeader.Size + Http2Session.MostOfFrame) failure = Reason.FrameTooLarge;
            else if (input.Unread.Length < needed || needed == 0)
            {
                var count = await input.FillAsync(FrameHeader.Size + Http2Session.MostOfFrame);
                if (count > 0) received += count;
                else failure = Transport.HasTimedOut ? Reason.UpstreamTimedOut : Reason.UpstreamClosed;
            }
            else if (Frame() is { } came) return came;
        }
    }

    private Came? Frame()
    {
        var header = FrameHeader.Read(input.Unread);
        var payload = input.Unread.Slice(FrameHeader.Size, header.Length);
        var isOurs = header.Stream == id;
        if (block.Stream != 0 && (header.Type != FrameType.Continuation || !isOurs)) failure = Reason.FrameMalformed;
        else if (header.Type == FrameType.Data && isOurs) return Came.Data;
        else
        {
            pending = FrameHeader.Size + header.Length;
            switch (header.Type)
            {
                case FrameType.Headers when isOurs:
                    if (Fragment(header, payload) is not { } fragment) failure = Reason.FrameMalformed;
                    else block.Begin(id, header.Has(FrameFlags.EndStream), payload[fragment]);
                    return header.Has(FrameFlags.EndHeaders) && failure == Reason.None ? Came.Head : null;
                case FrameType.Continuation when isOurs && block.Stream != 0:
                    block.Continue(payload);
                    if (block.Frames > limits.Continuations) failure = Reason.ContinuationFlood;
                    return header.Has(FrameFlags.EndHeaders) && failure == Reason.None ? Came.Head : null;
                default:
                    failure = Control(header, payload);
                    break;
            }
        }
        return null;
    }

    private static Range? Fragment(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        int start = 0, padding = 0;
        if (header.Has(FrameFlags.Padded))
        {
            if (payload.IsEmpty) return null;
            (start, padding) = (1, payload[0]);
        }
        if (header.Has(FrameFlags.Priority)) start += 5;
        return start + padding <= payload.Length ? start..(payload.Length - padding) : null;
    }

    private Reason Control(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        Signal? writer = null;
        var reason = Reason.None;
        lock (session.Gate)
        {
            switch (header.Type)
            {
                case FrameType.RstStream when header.Stream == id:
                    reason = Reason.UpstreamClosed;
                    break;
                case FrameType.GoAway:
                    mustClose = true;
                    if (payload.Length < 8 || BinaryPrimitives.ReadInt32BigEndian(payload) < id) reason = Reason.UpstreamClosed;
                    break;
                case FrameType.Ping when payload.Length == 8 && !header.Has(FrameHeader.Ack):
                    session.Output.Write(FrameType.Ping, FrameHeader.Ack, 0, payload);
                    break;
                case FrameType.WindowUpdate when payload.Length == 4:
                    var bytes = BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue;
                    if (header.Stream == 0) session.SendWindow += bytes;
                    else if (header.Stream == id) sendWindow += bytes;
                    if (Math.Max(session.SendWindow, sendWindow) > int.MaxValue) reason = Reason.FlowControl;
                    writer = writable.Take();
                    break;
                case FrameType.Settings when header.Stream == 0 && payload.Length % Settings.Size == 0:
                    if (header.Has(FrameHeader.Ack)) break;
                    for (; !payload.IsEmpty; payload = payload[Settings.Size..])
                    {
                        var (setting, value) = Settings.Read(payload);
                        if (setting == Setting.HeaderTableSize) session.MustTellTable = true;
                        if (setting != Setting.InitialWindowSize) continue;
                        if (value > int.MaxValue) reason = Reason.FlowControl;
                        List<Signal>? none = null;
                        sendWindow += (long)value - session.InitialWindow;
                        session.Widen((int)Math.Min(value, int.MaxValue), ref none);
                        writer = writable.Take();
                    }
                    session.Output.Write(FrameType.Settings, FrameHeader.Ack, 0, default);
                    break;
                case FrameType.Settings or FrameType.Ping or FrameType.WindowUpdate or FrameType.PushPromise or FrameType.Headers or FrameType.Continuation when header.Type != FrameType.Ping || payload.Length != 8:
                    reason = Reason.FrameMalformed;
                    break;
            }
            if (reason == Reason.None) reason = session.Charge(Reason.ControlFlood);
        }
        writer?.Set();
        session.Kick();
        return reason;
    }
}
