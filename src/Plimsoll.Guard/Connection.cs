using System.Diagnostics;
using System.Net;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Forwarding;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http1;
using Plimsoll.Guard.Protocols.Http2;
using Plimsoll.Guard.Sites;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard;

/// <summary>
/// One connection of a client from its first byte to its last. Each request goes through the numbered stages; whatever is
/// wrong with one is a <see cref="Verdict"/>, never an exception, and every verdict is recorded.
/// </summary>
internal sealed class Connection(Gateway gateway, ListenerOptions listener, Transport accepted)
{
    private IClientProtocol? protocol;
    private IPAddress address = accepted.Remote.Address;

    public async Task ServeAsync()
    {
        // 1. Accept: who it is and which protocol it speaks.
        var arrival = await gateway.Arrival.AcceptAsync(accepted);
        if (arrival.Verdict.Passes)
        {
            address = arrival.Address;
            Volatile.Write(ref protocol, await ChooseAsync(arrival));
            if (gateway.IsDraining) protocol.Drain();
            // 2. Decode: the protocol reads requests, and has each served.
            var verdict = await protocol.ServeAsync(ExchangeAsync);
            if (!verdict.Passes) Record(default, Decision.Refuse, verdict, null, null, 0, 0);
        }
        else Record(default, Decision.Refuse, arrival.Verdict, null, null, 0, 0);
        arrival.Transport.Dispose();
    }

    /// <summary>Takes no more requests; those that run are completed.</summary>
    public void Drain() => Volatile.Read(ref protocol)?.Drain();

    public void Abort() => accepted.Abort();

    /// <summary>By what TLS agreed on; without TLS HTTP/1, and HTTP/2 only where it is allowed and the client begins with it.</summary>
    private async ValueTask<IClientProtocol> ChooseAsync(Arrival arrival)
    {
        var isHttp2 = arrival.Transport.IsHttp2 || (!arrival.Transport.IsTls && listener.AllowsHttp2 && await Preface.BeginsAsync(arrival.Input, gateway.Limits));
        return isHttp2 ? new Http2Protocol(arrival.Input, gateway.Limits, gateway.Deadlines) : new Http1Protocol(arrival.Input, gateway.Limits);
    }

    private async ValueTask ExchangeAsync(ClientStream client)
    {
        var started = Stopwatch.GetTimestamp();
        var running = gateway.Running;
        var site = client.Decoded.Passes ? running.Sites.Find(client.Request[client.Request.Authority]) : null;
        var verdict = client.Decoded.Passes && site is null ? new(Reason.SiteUnknown, Part.Field) : client.Decoded;
        var decision = Decision.Forward;

        if (verdict.Passes)
        {
            // 3. Normalise, 4. Inspect: the head, then as much of the body as somebody wants to see.
            verdict = Judge(client.Request, site!, Needs.RequestHead);
            if (verdict.Passes && client.Request.HasBody)
            {
                if (client.Request.ExpectsContinue) await client.ContinueAsync();
                if ((site!.Engine.Needs & Needs.RequestBody) != 0)
                {
                    verdict = await (client.Inspected ??= new(gateway.Limits, gateway.InspectionBudget)).ReadAsync(client);
                    if (verdict.Passes) verdict = Judge(client.Request, site, Needs.RequestBody);
                }
            }
        }

        // 5. Decide.
        if (!verdict.Passes) decision = site is null ? Decision.Refuse : site.Engine.Decide(verdict);

        // 6. Forward, or refuse.
        var outcome = decision == Decision.Refuse
            ? new Outcome(verdict, 0, false, null, 0, 0)
            : await site!.Forwarder.ForwardAsync(client, new(address, client.Transport.IsTls, default));
        var status = outcome.Status;
        if (!outcome.Failure.Passes)
        {
            (decision, verdict) = (Decision.Refuse, outcome.Failure);
            if (outcome.HasBegun)
            {
                if (verdict.Reason != Reason.UpstreamUnsolicited) client.Abort();
            }
            else status = await RefuseAsync(client, outcome);
        }

        // 7. Record.
        Record(outcome, decision, verdict, site, client.Request, status, started);
        client.Inspected?.Release();
    }

    private static Verdict Judge(HttpRequest request, Site site, Needs stage) => site.Engine.Inspect(request, stage);

    private static async ValueTask<int> RefuseAsync(ClientStream client, Outcome outcome)
    {
        if (outcome.Failure.Reason == Reason.ClientGone)
        {
            client.Abort();
            return 0;
        }
        var status = Reasons.Status(outcome.Failure);
        if (outcome.IsRefused) return status;
        status = client.WriteRefusal(status, closes: !Reasons.KeepsConnection(outcome.Failure));
        await client.FlushAsync();
        return status;
    }

    private void Record(in Outcome outcome, Decision decision, Verdict verdict, Site? site, HttpRequest? request, int status, long started)
    {
        gateway.Events.Record(new()
        {
            Time = gateway.Clock.GetUtcNow(),
            Decision = decision,
            Verdict = verdict,
            Site = site?.Options.Name,
            Client = address,
            Request = request,
            Status = status,
            Upstream = outcome.Upstream,
            RequestBytes = outcome.RequestBytes,
            ResponseBytes = outcome.ResponseBytes,
            Elapsed = started == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(started),
        });
    }
}
