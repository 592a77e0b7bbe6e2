using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http2;

/// <summary>
/// HTTP/2 on a client's connection (RFC 9113): reads frames one after the other, and has each request served while it reads
/// on. A fault of the connection ends it with GOAWAY, a fault of a stream that stream with RST_STREAM.
/// </summary>
internal sealed class Http2Protocol(InputBuffer input, GuardLimits limits, Deadlines deadlines) : IClientProtocol
{
    private readonly Http2Session session = new(input.Transport, limits);
    private FrameReader reader = null!;
    private long partialSince;

    public async ValueTask<Verdict> ServeAsync(Func<ClientStream, ValueTask> exchange)
    {
        reader = new(input, session, exchange);
        deadlines.Watch(session);
        try
        {
            Greet();
            var verdict = await ReadAsync();
            if (!verdict.Passes) await RefuseAsync(verdict.Reason);
            await session.WhenIdleAsync();
            if (verdict.Passes && session.HasCrashed)
            {
                verdict = new(Reason.GuardFailed, Part.Connection);
                await RefuseAsync(verdict.Reason);
            }
            await session.DrainOutputAsync();
            return verdict;
        }
        finally
        {
            deadlines.Forget(session);
            session.Break(Reason.GuardFailed); // What still runs after a bug of ours.
            reader.Clear();
            input.Clear();
        }
    }

    public void Drain()
    {
        if (session.Drain()) input.Transport.ShutdownRead();
    }

    private void Greet()
    {
        Span<byte> settings = stackalloc byte[4 * Settings.Size];
        Settings.Write(settings, Setting.MaxConcurrentStreams, limits.Streams);
        Settings.Write(settings[Settings.Size..], Setting.InitialWindowSize, limits.StreamWindow);
        Settings.Write(settings[(2 * Settings.Size)..], Setting.MaxHeaderListSize, limits.HeadBytes);
        Settings.Write(settings[(3 * Settings.Size)..], Setting.HeaderTableSize, limits.TableBytes);
        lock (session.Gate)
        {
            session.Output.Write(FrameType.Settings, FrameFlags.None, 0, settings);
            if (limits.ConnectionWindow > Http2Session.DefaultWindow) session.Output.WriteWindowUpdate(0, limits.ConnectionWindow - Http2Session.DefaultWindow);
        }
        session.Kick();
    }

    /// <summary>Until the connection ends, or a verdict against it.</summary>
    private async ValueTask<Verdict> ReadAsync()
    {
        partialSince = Environment.TickCount64;
        while (true)
        {
            session.Cork();
            while (reader.TryRead())
                if (!reader.IsInHead) partialSince = 0;
            session.Uncork();
            if (!reader.Fault.Passes) return reader.Fault;
            if (!Prepare()) return default;
            var count = await input.FillAsync(FrameHeader.Size + Http2Session.MostOfFrame);
            if (count > 0) continue;
            return Ended(isBroken: count < 0);
        }
    }

    /// <summary>Sets the deadline for what comes next. False when nothing is to come.</summary>
    private bool Prepare()
    {
        var now = Environment.TickCount64;
        lock (session.Gate)
        {
            var isIdle = session.Active.Count == 0;
            if (isIdle && session.Drains) return false;
            if (isIdle && input.IsEmpty) session.Trim();
            var isPartial = reader.IsInHead || !input.IsEmpty;
            if (isPartial && partialSince == 0) partialSince = now;
            session.PartialBy = isPartial ? partialSince + limits.HeadTime : long.MaxValue;
            input.Transport.ReadBy = isIdle ? Math.Min(session.PartialBy, now + limits.IdleTime) : session.PartialBy;
        }
        return true;
    }

    private Verdict Ended(bool isBroken)
    {
        input.Transport.ReadBy = long.MaxValue;
        var isPartial = reader.IsInHead || !input.IsEmpty;
        if (input.Transport.HasTimedOut && isPartial) return new(Reason.SlowHead, Part.Connection);
        session.Drain();
        if (isBroken) session.Break(Reason.ClientGone);
        else session.EndReceiving();
        return default;
    }

    /// <summary>Says why, and lets the client read it: a reset would take it away.</summary>
    private async ValueTask RefuseAsync(Reason reason)
    {
        lock (session.Gate) session.Output.WriteGoAway(session.LastStream, ErrorCodes.Of(reason));
        await session.DrainOutputAsync();
        session.Break(Reason.ClientGone);
        var transport = input.Transport;
        await transport.ShutdownWriteAsync();
        if (transport.HasTimedOut) return;
        var until = Environment.TickCount64 + limits.LingerTime;
        for (long taken = 0; taken < limits.BodyBytes;)
        {
            input.Clear();
            transport.ReadBy = until;
            var count = await input.FillAsync(limits.PieceBytes);
            if (count <= 0) break;
            taken += count;
        }
        transport.Abort();
    }
}
