using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Grpc;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http2.Hpack;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>HEADERS and CONTINUATION of a client: begins a request, or ends a body with trailers. Each block is decoded, since the next one builds on it.</summary>
internal sealed class HeadReader(Http2Session session, Func<ClientStream, ValueTask> exchange)
{
    private readonly HpackDecoder decoder = new(session.Limits.TableBytes);
    private readonly RequestFields fields = new(session.Limits);
    private int begun;

    public HeaderBlock Block { get; } = new();

    public void Clear()
    {
        Block.Clear();
        decoder.Release();
    }

    public Reason Headers(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Stream % 2 == 0) return Reason.FrameMalformed;
        var padding = 0;
        if (header.Has(FrameFlags.Padded))
        {
            if (payload.IsEmpty) return Reason.FrameSizeWrong;
            padding = payload[0];
            payload = payload[1..];
        }
        if (header.Has(FrameFlags.Priority))
        {
            if (payload.Length < 5) return Reason.FrameSizeWrong;
            payload = payload[5..];
        }
        if (padding > payload.Length) return Reason.FrameMalformed;
        payload = payload[..^padding];
        if (header.Has(FrameFlags.EndHeaders)) return Complete(header.Stream, header.Has(FrameFlags.EndStream), payload);
        Block.Begin(header.Stream, header.Has(FrameFlags.EndStream), payload);
        return Reason.None;
    }

    public Reason Continuation(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (Block.Stream == 0) return Reason.FrameMalformed;
        Block.Continue(payload);
        if (Block.Frames > session.Limits.Continuations) return Reason.ContinuationFlood;
        if (!header.Has(FrameFlags.EndHeaders)) return Reason.None;
        var reason = Complete(Block.Stream, Block.EndsStream, Block.Bytes);
        Block.Clear();
        return reason;
    }

    private Reason Complete(int id, bool endsStream, ReadOnlySpan<byte> block)
    {
        Http2ClientStream? stream;
        bool isNew;
        lock (session.Gate)
        {
            isNew = id > session.LastStream;
            if (!isNew)
            {
                var isRunning = session.Active.TryGetValue(id, out stream);
                var ended = isRunning ? stream!.Ended : session.Ended[id];
                if (ended == EndedStreams.How.ByClient) return Reason.StreamClosed;
                if (!isRunning && ended == EndedStreams.How.Unknown) return Reason.FrameMalformed;
                if (ended == EndedStreams.How.ByGuard) stream = null; // Late.
            }
            else if (session.Drains) stream = null; // The client was told that it is not served.
            else
            {
                session.LastStream = id;
                stream = session.Take();
                stream.Begin(id);
                stream.IsSurplus = session.IsCrowded;
                session.Active.Add(id, stream);
                session.Earn(earnedByRequest);
            }
            if (stream is null && session.Charge(Reason.ControlFlood) is var flood and not Reason.None) return flood;
        }
        if (stream is null) return Skip(block);
        return isNew ? Request(stream, endsStream, block) : Trailers(stream, endsStream, block);
    }

    /// <summary>Window updates and the like that one request explains.</summary>
    private const int earnedByRequest = 10;

    private Reason Request(Http2ClientStream stream, bool endsStream, ReadOnlySpan<byte> block)
    {
        fields.Start(stream.Request);
        var at = 0;
        HpackDecoder.Step step;
        while ((step = decoder.Next(block, ref at, out var name, out var value)) == HpackDecoder.Step.Field) fields.Add(name, value);
        if (step == HpackDecoder.Step.Failed)
        {
            lock (session.Gate) _ = stream.Break(Reason.CompressionFailed); // Nobody else has it yet.
            session.Finish(stream);
            return Reason.CompressionFailed;
        }
        stream.Decoded = stream.IsSurplus ? new(Reason.StreamFlood, Part.Head) : fields.Complete(endsStream);
        stream.Request.IsGrpc = stream.Decoded.Passes && MessageStream.IsCall(stream.Request);
        if (endsStream) lock (session.Gate) stream.HasNoBody();
        var isBroken = !stream.Decoded.Passes && (stream.IsSurplus || Reasons.Status(stream.Decoded) == 400);
        if (++begun == session.Limits.RequestsOfConnection) session.Drain();
        stream.Serve(exchange);
        if (!isBroken) return Reason.None;
        lock (session.Gate) return session.Charge(Reason.RapidReset);
    }

    /// <summary>Checked and left out, as those of HTTP/1.1 are.</summary>
    private Reason Trailers(Http2ClientStream stream, bool endsStream, ReadOnlySpan<byte> block)
    {
        var fault = stream.IsWhole ? Reason.StreamClosed : endsStream ? Reason.None : Reason.TrailerMalformed;
        int at = 0, bytes = 0, count = 0;
        HpackDecoder.Step step;
        while ((step = decoder.Next(block, ref at, out var name, out var value)) == HpackDecoder.Step.Field)
        {
            count++;
            if (fault != Reason.None) continue;
            bytes += name.Length + value.Length + DynamicTable.Overhead;
            var verdict = name is [(byte)':', ..] ? new(Reason.PseudoFieldMalformed) : RequestFields.Check(name, value, session.Limits, 0, out var id) is { Passes: false } failed ? failed
                : id != FieldId.Other || bytes > session.Limits.TrailerBytes ? new(Reason.TrailerMalformed) : default; // Framing and routing come too late there (RFC 9110, section 6.5.1).
            fault = verdict.Reason;
        }
        if (step == HpackDecoder.Step.Failed) return Reason.CompressionFailed;
        Wakes wakes;
        var flood = Reason.None;
        lock (session.Gate)
        {
            if (!session.Active.TryGetValue(stream.Id, out var running) || running != stream) return Reason.None;
            wakes = fault == Reason.None ? stream.End(count) : stream.Reset(fault);
            if (stream.Ended != EndedStreams.How.Unknown) flood = session.Charge(Reason.RapidReset);
        }
        wakes.Set();
        return flood;
    }

    private Reason Skip(ReadOnlySpan<byte> block)
    {
        var at = 0;
        HpackDecoder.Step step;
        while ((step = decoder.Next(block, ref at, out _, out _)) == HpackDecoder.Step.Field)
        {
        }
        return step == HpackDecoder.Step.Failed ? Reason.CompressionFailed : Reason.None;
    }
}
