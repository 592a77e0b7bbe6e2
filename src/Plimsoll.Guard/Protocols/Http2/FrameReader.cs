using System.Buffers.Binary;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>What a client's frames do (RFC 9113, sections 5 and 6). Each is read when it is there as a whole, DATA as it comes.</summary>
internal sealed class FrameReader(InputBuffer input, Http2Session session, Func<ClientStream, ValueTask> exchange)
{
    private readonly HeadReader heads = new(session, exchange);
    private bool hasPreface;
    private bool hasSettings;
    private int dataStream; // 0 when what comes is thrown away.
    private int dataLeft;
    private bool dataEnds;

    /// <summary>Why the connection cannot go on.</summary>
    public Verdict Fault { get; private set; }

    /// <summary>Whether more must come soon: the preface and the settings, or the rest of a head.</summary>
    public bool IsInHead => !hasSettings || heads.Block.Stream != 0;

    public void Clear() => heads.Clear();

    /// <summary>False when more must come first, or at a fault.</summary>
    public bool TryRead()
    {
        var reason = hasPreface ? Read(out var isRead) : Preface(out isRead);
        if (reason != Reason.None) Fault = new(reason, Part.Connection);
        return isRead && reason == Reason.None;
    }

    private Reason Preface(out bool isRead)
    {
        var unread = input.Unread;
        isRead = hasPreface = unread.Length >= Http2.Preface.Bytes.Length;
        if (!Http2.Preface.IsPrefix(unread)) return Reason.FrameMalformed;
        if (isRead) input.Consume(Http2.Preface.Bytes.Length);
        return Reason.None;
    }

    private Reason Read(out bool isRead)
    {
        isRead = false;
        if (dataLeft > 0)
        {
            if (input.IsEmpty) return Reason.None;
            isRead = true;
            return TakeData();
        }
        var unread = input.Unread;
        if (unread.Length < FrameHeader.Size) return Reason.None;
        var header = FrameHeader.Read(unread);
        if (header.Length > Http2Session.MostOfFrame) return Reason.FrameTooLarge;
        if (heads.Block.Stream != 0 && (header.Type != FrameType.Continuation || header.Stream != heads.Block.Stream)) return Reason.FrameMalformed;
        if (!hasSettings && (header.Type != FrameType.Settings || header.Has(FrameHeader.Ack))) return Reason.FrameMalformed;
        if (header.Type == FrameType.Data && !header.Has(FrameFlags.Padded))
        {
            isRead = true;
            input.Consume(FrameHeader.Size);
            return BeginData(header, padding: 0);
        }
        if (unread.Length < FrameHeader.Size + header.Length) return Reason.None;
        isRead = true;
        var reason = Frame(header, unread.Slice(FrameHeader.Size, header.Length));
        input.Consume(header.Type == FrameType.Data ? 0 : FrameHeader.Size + header.Length);
        return reason;
    }

    private Reason Frame(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        switch (header.Type)
        {
            case FrameType.Data:
                return PaddedData(header, payload);
            case FrameType.Headers:
                return heads.Headers(header, payload);
            case FrameType.Continuation:
                return heads.Continuation(header, payload);
            case FrameType.Settings:
                return OnSettings(header, payload);
            case FrameType.WindowUpdate:
                return OnWindowUpdate(header, payload);
            case FrameType.RstStream:
                return OnReset(header, payload);
            case FrameType.PushPromise:
                return Reason.FrameMalformed;
            case FrameType.Ping:
                if (header.Stream != 0) return Reason.FrameMalformed;
                if (payload.Length != 8) return Reason.FrameSizeWrong;
                lock (session.Gate)
                {
                    if (!header.Has(FrameHeader.Ack)) session.Output.Write(FrameType.Ping, FrameHeader.Ack, 0, payload);
                    return session.Charge(Reason.ControlFlood);
                }
            case FrameType.Priority when header.Stream == 0:
            case FrameType.GoAway when header.Stream != 0:
                return Reason.FrameMalformed;
            case FrameType.Priority when payload.Length != 5:
            case FrameType.GoAway when payload.Length < 8:
                return Reason.FrameSizeWrong;
            default: // Priorities are not used, and unknown types are ignored (section 5.5).
                lock (session.Gate) return session.Charge(Reason.ControlFlood);
        }
    }

    private Reason PaddedData(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.IsEmpty) return Reason.FrameSizeWrong;
        var padding = payload[0] + 1;
        if (padding > payload.Length) return Reason.FrameMalformed;
        input.Consume(FrameHeader.Size + 1);
        var reason = BeginData(header, padding);
        while (reason == Reason.None && dataLeft > 0) reason = TakeData();
        input.Consume(padding - 1);
        return reason;
    }

    /// <summary>Checks a DATA frame against windows and states; its bytes follow.</summary>
    private Reason BeginData(FrameHeader header, int padding)
    {
        Wakes wakes;
        var flood = Reason.None;
        lock (session.Gate)
        {
            if (header.Stream == 0 || header.Stream > session.LastStream) return Reason.FrameMalformed;
            if (header.Length > session.ReceiveWindow) return Reason.FlowControl;
            session.ReceiveWindow -= header.Length;
            (dataStream, dataLeft, dataEnds) = (header.Stream, header.Length - padding, header.Has(FrameFlags.EndStream));

            var isRunning = session.Active.TryGetValue(header.Stream, out var stream);
            var ended = isRunning ? stream!.Ended : session.Ended[header.Stream];
            if (ended == EndedStreams.How.ByClient || (!isRunning && ended == EndedStreams.How.Unknown)) return Reason.StreamClosed;
            if (ended == EndedStreams.How.ByGuard) wakes = Throw(padding);
            else if (stream!.IsWhole || !stream.TryReceive(header.Length))
            {
                Throw(padding);
                wakes = stream.Reset(stream.IsWhole ? Reason.StreamClosed : Reason.FlowControl);
                flood = session.Charge(Reason.RapidReset);
            }
            else wakes = stream.Receive(default, padding, ends: dataEnds && dataLeft == 0);
            if (flood == Reason.None && dataLeft == 0 && (!dataEnds || dataStream == 0)) flood = session.Charge(Reason.ControlFlood);
        }
        wakes.Set();
        return flood;
    }

    /// <summary>What comes of this frame is of no use.</summary>
    private Wakes Throw(int padding)
    {
        dataStream = 0;
        session.Return(padding);
        return default;
    }

    private Reason TakeData()
    {
        Wakes wakes = default;
        var flood = Reason.None;
        var bytes = input.Unread;
        if (bytes.Length > dataLeft) bytes = bytes[..dataLeft];
        dataLeft -= bytes.Length;
        lock (session.Gate)
        {
            if (dataStream != 0 && session.Active.TryGetValue(dataStream, out var stream))
            {
                var wasReset = stream.Ended != EndedStreams.How.Unknown;
                wakes = stream.Receive(bytes, padding: 0, ends: dataEnds && dataLeft == 0);
                if (!wasReset && stream.Ended != EndedStreams.How.Unknown) flood = session.Charge(Reason.RapidReset);
            }
            else session.Return(bytes.Length);
        }
        input.Consume(bytes.Length);
        wakes.Set();
        return flood;
    }

    private Reason OnSettings(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Stream != 0) return Reason.FrameMalformed;
        if (header.Has(FrameHeader.Ack)) return payload.IsEmpty ? Charge() : Reason.FrameSizeWrong;
        if (payload.Length % Settings.Size != 0) return Reason.FrameSizeWrong;
        if (payload.Length > session.Limits.SettingsParameters * Settings.Size) return Reason.ControlFlood;
        List<Signal>? writers = null;
        Reason reason;
        lock (session.Gate)
        {
            reason = hasSettings ? session.Charge(Reason.ControlFlood) : Reason.None;
            for (; !payload.IsEmpty && reason == Reason.None; payload = payload[Settings.Size..])
            {
                var (setting, value) = Settings.Read(payload);
                reason = setting switch
                {
                    Setting.EnablePush when value > 1 => Reason.FrameMalformed,
                    Setting.MaxFrameSize when value is < Http2Session.MostOfFrame or > 0xFF_FFFF => Reason.FrameMalformed,
                    Setting.InitialWindowSize when value > int.MaxValue => Reason.FlowControl,
                    Setting.InitialWindowSize => session.Widen((int)value, ref writers),
                    _ => Reason.None,
                };
                if (setting == Setting.HeaderTableSize) session.MustTellTable = true;
            }
            session.Output.Write(FrameType.Settings, FrameHeader.Ack, 0, default);
        }
        writers?.ForEach(writer => writer.Set());
        hasSettings = true;
        return reason;
    }

    private Reason OnWindowUpdate(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (payload.Length != 4) return Reason.FrameSizeWrong;
        var bytes = BinaryPrimitives.ReadInt32BigEndian(payload) & int.MaxValue;
        if (header.Stream > session.LastStream || (header.Stream == 0 && bytes == 0)) return Reason.FrameMalformed;
        Wakes wakes = default;
        Reason flood;
        lock (session.Gate)
        {
            flood = session.Charge(Reason.ControlFlood);
            if (header.Stream == 0)
            {
                session.SendWindow += bytes;
                if (session.SendWindow > int.MaxValue) return Reason.FlowControl;
            }
            else if (session.Active.TryGetValue(header.Stream, out var stream))
            {
                Signal? writer = null;
                var fault = bytes == 0 ? Reason.FrameMalformed : stream.TryWiden(bytes, out writer) ? Reason.None : Reason.FlowControl;
                wakes = fault == Reason.None ? new(null, writer) : stream.Reset(fault);
                if (fault != Reason.None && flood == Reason.None) flood = session.Charge(Reason.RapidReset);
            }
        }
        wakes.Set();
        if (header.Stream == 0) session.WakeWriters();
        return flood;
    }

    private Reason OnReset(FrameHeader header, ReadOnlySpan<byte> payload)
    {
        if (header.Stream == 0 || header.Stream > session.LastStream) return Reason.FrameMalformed;
        if (payload.Length != 4) return Reason.FrameSizeWrong;
        Wakes wakes;
        lock (session.Gate)
        {
            if (!session.Active.TryGetValue(header.Stream, out var stream)) return session.Charge(Reason.ControlFlood);
            if (session.Charge(Reason.RapidReset) is var flood and not Reason.None) return flood;
            wakes = stream.ResetByClient();
        }
        wakes.Set();
        return Reason.None;
    }

    private Reason Charge()
    {
        lock (session.Gate) return session.Charge(Reason.ControlFlood);
    }
}
