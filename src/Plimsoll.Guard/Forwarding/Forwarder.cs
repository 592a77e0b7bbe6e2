using System.Runtime.CompilerServices;
using Plimsoll.Guard.Answers;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Forwarding;

/// <summary>Brings a request that was judged to an upstream, and the answer back.</summary>
internal sealed class Forwarder(UpstreamPool pool, DecisionEngine engine, GuardLimits limits, AnswerBodies answers)
{
    /// <summary>
    /// Another upstream is tried when one cannot be reached, since then nothing was sent. A connection that was used before may
    /// have been closed in the same moment: only a request without body whose repetition does no harm is then sent again.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome> ForwardAsync(ClientStream client, ClientFacts facts)
    {
        ulong tried = 0;
        var last = new Outcome(new(Reason.NoUpstream), 0, false, null, 0, 0);
        while (pool.Enter(ref tried) is { } upstream)
        {
            try
            {
                if (client.IsGone) return last with { Failure = new(Reason.ClientGone) };
                if (upstream.TakeIdle() is { } reused)
                {
                    last = await ExchangeAsync(client, upstream, reused, facts);
                    var wasClosed = last.Failure is { Reason: Reason.UpstreamClosed, At: 0 } && !last.HasBegun;
                    if (!wasClosed || client.Request.HasBody || !client.Request.IsIdempotent) return last;
                }
                if (await upstream.ConnectAsync() is { } fresh)
                {
                    if (!client.IsGone) return await ExchangeAsync(client, upstream, fresh, facts);
                    fresh.Close();
                    return last with { Failure = new(Reason.ClientGone) };
                }
                upstream.Failed();
                last = last with { Failure = new(Reason.UpstreamUnreachable), Upstream = upstream.Name };
            }
            finally
            {
                upstream.Leave();
            }
        }
        return last;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome> ExchangeAsync(ClientStream client, Upstream upstream, UpstreamStream stream, ClientFacts facts)
    {
        var request = client.Request;
        stream.WriteHead(request, facts);
        RequestPump? pump = null;
        if (request.HasBody)
        {
            client.Watch(stream.Transport);
            pump = new RequestPump(client, stream, limits);
            pump.Start();
        }
        else
        {
            stream.Transport.ReadBy = Environment.TickCount64 + limits.ResponseTime;
            if (!request.IsWebSocket) client.Watch(stream.Transport);
            await stream.FlushAsync(); // A failure shows when the answer is read: the upstream may have said why before it closed.
        }

        var verdict = await stream.ReadHeadAsync(request);
        stream.Transport.ReadBy = long.MaxValue;
        var against = default(Verdict);
        if (verdict.Passes)
        {
            upstream.Succeeded();
            stream.Response.Request = request;
            against = engine.Inspect(stream.Response, Needs.ResponseHead);
            if (!against.Passes) against = against with { Where = Part.Response };
            if (engine.Decide(against) == Decision.Refuse) verdict = against;
        }
        HeldAnswer? held = null;
        if (verdict.Passes && (engine.Needs & Needs.ResponseBody) != 0)
        {
            (held, var body) = await JudgeBodyAsync(stream);
            against = DecisionEngine.Worse(against, body);
            if (!body.Passes && engine.Decide(body) == Decision.Refuse) verdict = body;
        }
        if (pump?.ClientFailure is { } clients and not Reason.None) verdict = client.Streamed is { Verdict: var streamed } && streamed.Reason == clients ? streamed : new(clients, Part.Body, (int)Math.Min(pump.Bytes, int.MaxValue));
        if (!verdict.Passes)
        {
            if (held is not null) await held.StopAsync(stream);
            held?.Release();
            if (pump is not null)
            {
                // Said before the rest of the body is waited for.
                client.WriteRefusal(Reasons.Status(verdict), closes: true, Reasons.Location(verdict, client.Request.Inspection));
                await client.FlushAsync();
                await pump.StopAsync();
            }
            if (client.Unwatch() is not Reason.None and var ended && verdict.Reason == ended) verdict = new(Reason.ClientGone);
            stream.Release(reusable: false);
            if (verdict.Reason is Reason.UpstreamClosed or Reason.UpstreamTimedOut && !(stream.IsReused && verdict.At == 0)) upstream.Failed();
            return new(verdict, 0, false, upstream.Name, pump?.Bytes ?? 0, 0, IsRefused: pump is not null);
        }

        var status = stream.Response.Status;
        // While a request's body is still on its way, the next request cannot be found.
        client.WriteHead(stream.Response, closes: pump is { IsDone: false });
        if (stream.Response.Switches) return await TunnelAsync(client, upstream, stream);
        var failure = await CopyAnswerAsync(client, stream, held);
        var bytes = stream.BodyBytes;
        if (pump is not null)
        {
            await pump.StopAsync();
            if (pump.ClientFailure != Reason.None) failure = pump.ClientFailure;
        }
        var cut = client.Unwatch();
        if (cut != Reason.None && failure == cut) failure = Reason.ClientGone;
        if (failure == Reason.None && stream.HasSurplus) failure = Reason.UpstreamUnsolicited;
        stream.Release(reusable: failure == Reason.None && cut == Reason.None && pump is null or { HasSucceeded: true });
        return new(new(failure, failure == Reason.None ? Part.None : Part.Response), status, true, upstream.Name, pump?.Bytes ?? 0, bytes, Against: against);
    }

    /// <summary>Holds the beginning of an answer that is of a type that is read, and judges it.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<(HeldAnswer? Held, Verdict Verdict)> JudgeBodyAsync(UpstreamStream stream)
    {
        HeldAnswer? held = null;
        if (answers.IsRead(stream.Response))
        {
            held = new(answers);
            if (await held.ReadAsync(stream) is not Reason.None and var failure) return (held, new(failure, Part.Response));
            stream.Response.Body = held.Content;
            stream.Response.Request!.UnreadAnswer = held.Unread;
        }
        var verdict = engine.Inspect(stream.Response, Needs.ResponseBody);
        stream.Response.Body = default;
        held?.ForgetContent();
        if (held is { Unread: not UnreadAnswer.None } && answers.Options.FailsUnread) verdict = DecisionEngine.Worse(verdict, new(Reason.BodyNotInspected));
        return (held, verdict.Passes ? verdict : verdict with { Where = Part.Response });
    }

    /// <summary>Copies what has come before it waits for more, so that head and body leave together where they came together.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Reason> CopyAnswerAsync(ClientStream client, UpstreamStream stream, HeldAnswer? held)
    {
        if (held is not null && !await CopyHeldAsync(client, held))
        {
            await held.StopAsync(stream);
            return client.Failure;
        }
        if (stream.Response.HasBody && held is not { IsWhole: true })
        {
            while (true)
            {
                var reading = held is null ? stream.ReadBodyAsync() : held.NextAsync(stream);
                if (!reading.IsCompleted && !await client.FlushAsync()) return await GoneAsync(client, stream, reading);
                var piece = await reading;
                if (piece.Failure != Reason.None) return piece.Failure;
                if (!await client.WriteBodyAsync(piece.Bytes)) return client.Failure;
                if (piece.IsLast) break;
            }
        }
        client.End(stream.Trailers);
        return await client.FlushAsync() ? Reason.None : client.Failure;
    }

    /// <summary>Piece by piece, as it would have come: a client that is slow to read keeps what is held, and not a copy.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> CopyHeldAsync(ClientStream client, HeldAnswer held)
    {
        var isTaken = true;
        for (var rest = held.Bytes; isTaken && !rest.IsEmpty;)
        {
            var count = Math.Min(rest.Length, limits.PieceBytes);
            isTaken = await client.WriteBodyAsync(rest[..count]);
            rest = rest[count..];
        }
        held.Release();
        return isTaken;
    }

    private static async ValueTask<Reason> GoneAsync(ClientStream client, UpstreamStream stream, ValueTask<BodyPiece> reading)
    {
        stream.Transport.ShutdownRead();
        await reading;
        return client.Failure;
    }

    private async ValueTask<Outcome> TunnelAsync(ClientStream client, Upstream upstream, UpstreamStream stream)
    {
        var tunnel = new Tunnel(client, stream, limits);
        var (sent, received) = await client.FlushAsync() ? await tunnel.RunAsync() : (0, 0);
        stream.Release(reusable: false);
        return new(tunnel.Failure, 101, true, upstream.Name, sent, received);
    }
}
