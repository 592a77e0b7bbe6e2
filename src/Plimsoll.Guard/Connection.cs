using System.Diagnostics;
using System.Net;
using System.Runtime.CompilerServices;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Forwarding;
using Plimsoll.Guard.Limits;
using Plimsoll.Guard.Normalisation;
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
            Volatile.Write(ref protocol, await ChooseAsync(arrival));
            if (gateway.IsDraining || listener.IsClosed) protocol.Drain();
            // 2. Decode: the protocol reads requests, and has each served.
            var verdict = await protocol.ServeAsync(ExchangeAsync);
            if (!verdict.Passes) Record(default, Decision.Refuse, verdict, null, address, null, 0, 0);
            arrival.Transport.WriteBy = Environment.TickCount64 + gateway.Limits.LingerTime;
            await arrival.Transport.ShutdownWriteAsync();
        }
        else if (arrival.Verdict.Reason != Reason.ClientGone) Record(default, Decision.Refuse, arrival.Verdict, null, address, null, 0, 0);
        arrival.Transport.Dispose();
    }

    /// <summary>Takes no more requests; those that run are completed.</summary>
    public void Drain() => Volatile.Read(ref protocol)?.Drain();

    public void Abort() => accepted.Abort();

    /// <summary>By what TLS agreed on; without TLS HTTP/1, and HTTP/2 only where it is allowed and the client begins with it.</summary>
    private async ValueTask<IClientProtocol> ChooseAsync(Arrival arrival)
    {
        var isHttp2 = arrival.Transport.IsHttp2 || (!arrival.Transport.IsTls && arrivals.Options.AllowsHttp2 && await Preface.BeginsAsync(arrival.Input, gateway.Limits));
        return isHttp2 ? new Http2Protocol(arrival.Input, gateway.Limits, gateway.Deadlines) : new Http1Protocol(arrival.Input, gateway.Limits);
    }

    private async ValueTask ExchangeAsync(ClientStream client)
    {
        var started = Stopwatch.GetTimestamp();
        var running = gateway.Running;
        var site = client.Decoded.Passes ? running.Sites.Find(client.Request[client.Request.Authority]) : null;
        var verdict = client.Decoded.Passes && site is null ? new(Reason.SiteUnknown, Part.Field) : client.Decoded;
        var trust = site?.Options.Trust ?? arrivals.Options.Tls?.Trust;
        // The handshake was for another name, as browsers do that use one connection for several sites, or TLS ended elsewhere.
        if (verdict.Passes && trust is not null && !trust.Equals(client.Transport.Trust)) verdict = new(Reason.ClientUnverified, Part.Connection);
        var decision = Decision.Forward;
        var facts = ClientFacts.Of(client.Request, arrivals.Options.TrustedProxies, address, client.Transport.IsTls);
        if (verdict.Passes && site!.CertificateFields is { } fields) facts = facts with { Fields = fields, Certificate = trust is null ? null : client.Transport.Certificate };
        var key = ClientTable.Key(facts.Address);
        client.Request.Client = facts.Address;
        client.Request.ClientPort = facts.Address.Equals(client.Transport.Remote.Address) ? client.Transport.Remote.Port : 0;
        client.Request.Server = client.Transport.Local;
        var entered = 0u;

        if (verdict.Passes) verdict = site!.Load.Enter(key, client.Request.Path, out entered);
        // 3. Normalise, 4. Inspect.
        if (verdict.Passes) verdict = await JudgeAsync(client, site!.Judge);

        // 5. Decide.
        if (!verdict.Passes) decision = site is null ? Decision.Refuse : site.Engine.Decide(verdict);

        // 6. Forward, or refuse; the head of the answer is inspected before it goes on to the client.
        var outcome = decision == Decision.Refuse ? new Outcome(verdict, 0, false, null, 0, 0) : await ForwardAsync(client, site!, facts);
        var status = outcome.Status;
        if (client.Streamed is { Verdict: { Passes: false } against })
        {
            (verdict, decision) = (against, site!.Engine.Decide(against));
            if (outcome.Failure.Reason == against.Reason) outcome = outcome with { Failure = against };
        }
        if (verdict.Passes && !outcome.Against.Passes) (verdict, decision) = (outcome.Against, Decision.ForwardRecorded);
        if (!outcome.Failure.Passes)
        {
            verdict = outcome.Failure;
            decision = verdict.Reason == Reason.UpstreamUnsolicited ? Decision.ForwardRecorded : Decision.Refuse;
            if (!outcome.HasBegun) status = await RefuseAsync(client, outcome);
            else if (decision == Decision.Refuse) client.Abort();
        }

        // 7. Record.
        site?.Engine.Inspect(client.Request, Needs.End);
        Record(outcome, decision, verdict, site, facts.Address, client.Request, status, started, client.Trailers);
        client.Inspected?.Release();
        client.Request.Inspection?.Release();
        client.Request.Inspection = null;
        client.Streamed?.Dispose();
        client.Streamed = null;
        site?.Load.Leave(key, entered);
    }

    /// <summary>The head, then the body when it is of a type that is read: as a whole, or of a long upload what is held. A long text is one value without structure: it passes as what is not read does.</summary>
    private ValueTask<Verdict> JudgeAsync(ClientStream client, RequestJudge judge)
    {
        var verdict = judge.Head(client.Request);
        return RequestJudge.IsBodyRead(client.Request) && judge.Engine.GoesOnAfter(verdict) ? JudgeBodyAsync(client, judge, verdict) : new(verdict);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Verdict> JudgeBodyAsync(ClientStream client, RequestJudge judge, Verdict head)
    {
        var request = client.Request;
        if (request.ExpectsContinue) await client.ContinueAsync();
        var isUpload = request.BodyKind is BodyKind.Multipart or BodyKind.Text or BodyKind.Opaque;
        var read = await (client.Inspected ??= new(gateway.InspectionBudget)).ReadAsync(client, isUpload ? gateway.Limits.HeldUploadBytes : gateway.Limits.InspectedBodyBytes);
        if (isUpload && read.Reason == Reason.BodyNotInspected)
        {
            if (request.BodyKind != BodyKind.Multipart) return DecisionEngine.Worse(head, judge.Unread(request));
            client.Streamed = StreamedBody.Begin(judge, request, gateway.InspectionBudget);
            return DecisionEngine.Worse(head, client.Streamed?.Verdict ?? new(Reason.TooManyAtOnce, Part.Body));
        }
        var verdict = DecisionEngine.Worse(head, read);
        return judge.Engine.GoesOnAfter(verdict) ? DecisionEngine.Worse(verdict, judge.Body(request)) : verdict;
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
        status = client.WriteRefusal(status, closes: !Reasons.KeepsConnection(outcome.Failure), Reasons.Location(outcome.Failure, client.Request.Inspection));
        await client.FlushAsync();
        return status;
    }

    private void Record(in Outcome outcome, Decision decision, Verdict verdict, Site? site, IPAddress client, HttpRequest? request, int status, long started, int trailers = 0)
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
            Trailers = trailers,
            Elapsed = started == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(started),
        });
    }
}
