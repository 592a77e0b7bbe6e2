using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// Stages 3 and 4 of a request: reads every value in it, judges what is ambiguous, then asks the inspectors, who see the values.
/// Holds a normaliser only while it judges. The head is read again with its body, so that nobody waits for a body with one in hand.
/// </summary>
internal sealed class RequestJudge(NormaliserPool normalisers, AmbiguityPolicy policy, DecisionEngine engine)
{
    public DecisionEngine Engine => engine;

    /// <summary>Judges the head, and says of a request with a body whether that is of a type that is read.</summary>
    public Verdict Head(HttpRequest request)
    {
        var normaliser = normalisers.Rent();
        Read(normaliser, request);
        request.BodyKind = normaliser.BodyKind;
        normaliser.Finish();
        var verdict = Judge(normaliser, request, Needs.RequestHead);
        normalisers.Return(normaliser);
        return verdict;
    }

    /// <summary>Judges the request with its body. One that is longer than what is held has no values.</summary>
    public Verdict Body(HttpRequest request)
    {
        var normaliser = normalisers.Rent();
        Read(normaliser, request);
        if (request.IsBodyWhole) normaliser.Body(request.Body.Span);
        normaliser.Finish();
        var verdict = Judge(normaliser, request, Needs.RequestBody);
        if (!request.IsBodyWhole) request.Unread |= AmbiguitySet.Of(Ambiguity.TooManyBytes);
        normalisers.Return(normaliser);
        return verdict;
    }

    /// <summary>Whether there is a body that somebody reads. A stream of gRPC messages has no end that could be waited for.</summary>
    public static bool IsBodyRead(HttpRequest request) => request.HasBody && (request.BodyKind != BodyKind.Opaque || (request.WantsBody && !request.IsGrpc));

    /// <summary>Of a body that is not read though its type would be.</summary>
    public Verdict Unread(HttpRequest request)
    {
        request.BodyKind = BodyKind.Opaque;
        var normaliser = normalisers.Rent();
        Read(normaliser, request);
        normaliser.Finish();
        var verdict = Judge(normaliser, request, Needs.RequestBody);
        normalisers.Return(normaliser);
        return verdict;
    }

    public static void Read(RequestNormaliser normaliser, HttpRequest request)
    {
        normaliser.Begin();
        var target = request[request.Target];
        if (target is not [(byte)'*']) normaliser.Target(target, request.Target.Start);
        foreach (ref readonly var field in request.Fields) normaliser.Header(request[field.Name], request[field.Value], field.Value.Start);
    }

    /// <summary>What a normaliser noted so far.</summary>
    public Verdict Noted(RequestNormaliser normaliser, HttpRequest request)
    {
        var isOpaque = request.HasBody && request.BodyKind == BodyKind.Opaque;
        request.Unread = normaliser.Ambiguities & AmbiguitySet.Unread;
        if (!request.HasBody) request.Unread -= AmbiguityPolicy.OfBodyFields;
        if (isOpaque) request.Unread |= AmbiguitySet.Of(Ambiguity.OpaqueBody);
        var first = policy.FirstRefused(normaliser.Marks, request.HasBody, isOpaque, out var all);
        request.Refused = all;
        return first.Kind == Ambiguity.None ? default : new(Reason.Ambiguous, PartOf(first), first.At, Ambiguity: first.Kind);
    }

    public Verdict Judge(RequestNormaliser normaliser, HttpRequest request, Needs stage)
    {
        var verdict = Noted(normaliser, request);
        if (!engine.GoesOnAfter(verdict)) return verdict;
        request.Values = normaliser.All;
        verdict = DecisionEngine.Worse(verdict, engine.Inspect(request, stage));
        // There is nothing more to come.
        if (stage == Needs.RequestHead && !IsBodyRead(request) && engine.GoesOnAfter(verdict)) verdict = DecisionEngine.Worse(verdict, engine.Inspect(request, Needs.RequestBody));
        request.Values = default;
        return verdict;
    }

    private static Part PartOf(AmbiguityMark mark) => mark.Origin switch
    {
        Origin.Path or Origin.Query => Part.Target,
        Origin.Header or Origin.Cookie => Part.Field,
        Origin.Coding when mark.Kind is Ambiguity.UnknownCoding or Ambiguity.StackedCoding or Ambiguity.TooManyCodings => Part.Field,
        _ => Part.Body,
    };
}
