using Plimsoll.Guard.Decisions;
using static Plimsoll.Guard.Decisions.Reason;

namespace Plimsoll.Guard.Events;

/// <summary>
/// What would let a message pass that was refused: keys of the configuration, those of a site as `site: key`. None where nothing
/// should, because the message has no single reading or the other side is at fault. Ambiguities have their own, and rules lines of their language.
/// </summary>
internal static class Exceptions
{
    private static readonly string[] none = [];
    private static readonly string[][] all = [.. Enum.GetValues<Reason>().Select(List)];
    private static readonly string[] handshake = ["limits: handshake-time"];
    private static readonly string[] inspected = ["limits: inspection-bytes"];
    private static readonly string[] answers = ["site: answer-bodies bytes", "site: answer-bodies time", "site: answer-bodies unread", "site: fail open"];

    public static string[] Of(Verdict verdict) => verdict switch
    {
        { Reason: SlowHead, Where: Part.Connection } => handshake,
        { Reason: TooManyAtOnce, Where: Part.Body } => inspected,
        { Reason: BodyNotInspected, Where: Part.Response } => answers,
        _ => all[(int)verdict.Reason],
    };

    public static IReadOnlyList<string> Of(in GuardEvent recorded) =>
        recorded.Verdict.Reason == RuleMatched && recorded.Request?.Inspection is { } inspection ? RuleFields.Exceptions(inspection) : Of(recorded.Verdict);

    private static string[] List(Reason reason) => reason switch
    {
        TooManyConnections => ["limits: connections"],
        TooManyConnectionsOfClient => ["limits: connections-of-client"],
        SlowHead => ["limits: head-time"],
        SlowBody => ["limits: body-time", "limits: body-rate", "limits: body-grace"],
        SlowReader => ["limits: write-time", "limits: reader-rate"],
        HeadTooLarge => ["limits: head-bytes"],
        TargetTooLong => ["limits: target-bytes"],
        FieldTooLong => ["limits: field-bytes"],
        TooManyFields => ["limits: fields"],
        BodyTooLarge => ["limits: body-bytes"],
        MessageTooLarge => ["limits: message-bytes", "limits: body-bytes"],
        StreamFlood => ["limits: streams"],
        SiteUnknown => ["site: hosts"],
        ClientRevocationUnknown => ["site: client-revocations"],
        RateLimited => ["site: load per-second", "site: load burst"],
        TooManyAtOnce => ["site: load at-once"],
        BodyNotInspected => ["limits: inspected-body-bytes", "site: fail open"],
        InspectorFailed => ["site: fail open"],
        AnswerType => ["site: answer-types"],
        UpstreamUnreachable => ["limits: connect-time"],
        UpstreamTimedOut => ["limits: response-time", "limits: response-body-time"],
        _ => none,
    };
}
