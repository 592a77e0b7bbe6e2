using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Forwarding;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Protocols.Http;
using Plimsoll.Guard.Protocols.Http1;
using Plimsoll.Guard.Sites;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard;

/// <summary>
/// One connection of a client from its first byte to its last. Each request goes through the numbered stages; whatever is
/// wrong with one is a <see cref="Verdict"/>, never an exception, and every verdict is recorded.
/// </summary>
internal sealed class Connection(Gateway gateway, Listener listener, Transport accepted)
{
    private readonly Arrivals arrivals = listener.Arrivals;
    private IClientProtocol? protocol;
    private IPAddress address = accepted.Remote.Address;

    /// <summary>Whom it came to.</summary>
    public Listener Listener => listener;

    public async Task ServeAsync()
    {
        // 1. Accept: who it is and which protocol it speaks.
        var arrival = await arrivals.AcceptAsync(accepted);
        if (arrival.Verdict.Passes)
        {
            address = arrival.Address;
            Volatile.Write(ref protocol, new Http1Protocol(arrival.Input, gateway.Limits));
            if (gateway.IsDraining || listener.IsClosed) protocol.Drain();
            // 2. Decode: the protocol reads one request after the other, and has each served.
            await protocol.ServeAsync(ExchangeAsync);
            arrival.Transport.WriteBy = Environment.TickCount64 + gateway.Limits.LingerTime;
            await arrival.Transport.ShutdownWriteAsync();
        }
        else if (arrival.Verdict.Reason != Reason.ClientGone) Record(default, Decision.Refuse, arrival.Verdict, null, address, null, 0, 0);
        arrival.Transport.Dispose();
    }

    /// <summary>Takes no more requests; those that run are completed.</summary>
    public void Drain() => Volatile.Read(ref protocol)?.Drain();

    public void Abort() => accepted.Abort();

    private async ValueTask ExchangeAsync(ClientStream client)
    {
        var started = Stopwatch.GetTimestamp();
        var running = gateway.Running;
        var site = client.Decoded.Passes ? running.Sites.Find(client.Request[client.Request.Authority]) : null;
        var verdict = client.Decoded.Passes && site is null ? new(Reason.SiteUnknown, Part.Field) : client.Decoded;
        var decision = Decision.Forward;
        var facts = ClientFacts.Of(client.Request, arrivals.Options.TrustedProxies, address, client.Transport.IsTls);
        var key = ClientTable.Key(facts.Address);
        var entered = 0u;

        if (verdict.Passes) verdict = site!.Load.Enter(key, client.Request.Path, out entered);
        // 3. Normalise, 4. Inspect.
        if (verdict.Passes) verdict = await JudgeAsync(client, site!.Engine);

        // 5. Decide.
        if (!verdict.Passes) decision = site is null ? Decision.Refuse : site.Engine.Decide(verdict);

        // 6. Forward, or refuse.
        var outcome = decision == Decision.Refuse ? new Outcome(verdict, 0, false, null, 0, 0) : await ForwardAsync(client, site!, facts);
        var status = outcome.Status;
        if (!outcome.Failure.Passes)
        {
            verdict = outcome.Failure;
            decision = verdict.Reason == Reason.UpstreamUnsolicited ? Decision.ForwardRecorded : Decision.Refuse;
            if (!outcome.HasBegun) status = await RefuseAsync(client, outcome);
            else if (decision == Decision.Refuse) client.Abort();
        }

        // 7. Record.
        Record(outcome, decision, verdict, site, facts.Address, client.Request, status, started);
        client.Inspected?.Release();
        site?.Load.Leave(key, entered);
    }

    /// <summary>The head, then as much of the body as somebody wants to see.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Verdict> JudgeAsync(ClientStream client, DecisionEngine engine)
    {
        var request = client.Request;
        var verdict = engine.Inspect(request, Needs.RequestHead);
        if (!request.HasBody || (engine.Needs & Needs.RequestBody) == 0 || !engine.GoesOnAfter(verdict)) return verdict;
        if (request.ExpectsContinue) await client.ContinueAsync();
        verdict = DecisionEngine.Worse(verdict, await (client.Inspected ??= new(gateway.Limits, gateway.InspectionBudget)).ReadAsync(client));
        return engine.GoesOnAfter(verdict) ? DecisionEngine.Worse(verdict, engine.Inspect(request, Needs.RequestBody)) : verdict;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<Outcome> ForwardAsync(ClientStream client, Site site, ClientFacts facts)
    {
        if (client.Request is { ExpectsContinue: true, Body.IsEmpty: true }) await client.ContinueAsync();
        return await site.Forwarder.ForwardAsync(client, facts);
    }

    private static async ValueTask<int> RefuseAsync(ClientStream client, Outcome outcome)
    {
        if (outcome.Failure.Reason == Reason.ClientGone)
        {
            client.Abort();
            return 0;
        }
        var status = Reasons.Status(outcome.Failure);
        if (outcome.IsRefused) return status;
        client.WriteRefusal(status, closes: !Reasons.KeepsConnection(outcome.Failure));
        await client.FlushAsync();
        return status;
    }

    private void Record(in Outcome outcome, Decision decision, Verdict verdict, Site? site, IPAddress client, HttpRequest? request, int status, long started)
    {
        gateway.Events.Record(new()
        {
            Time = gateway.Clock.GetUtcNow(),
            Decision = decision,
            Verdict = verdict,
            Site = site?.Options.Name,
            Client = client,
            Request = request,
            Status = status,
            Upstream = outcome.Upstream,
            RequestBytes = outcome.RequestBytes,
            ResponseBytes = outcome.ResponseBytes,
            Elapsed = started == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(started),
        });
    }
}
