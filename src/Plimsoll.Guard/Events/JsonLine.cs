using System.Text.Json;
using Plimsoll.Guard.Answers;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Egress;
using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Events;

/// <summary>An event as a line of JSON. Queries, values of fields, bodies and cookies are not in it; paths are masked.</summary>
/// <param name="container">Whose events of egress they are.</param>
internal sealed class JsonLine(string? container = null) : EventFormat
{
    public override byte Separator => (byte)'\n';

    public override void Write(Utf8JsonWriter json, in GuardEvent recorded, long dropped)
    {
        json.WriteStartObject();
        json.WriteString("time"u8, recorded.Time);
        json.WriteString("decision"u8, DecisionNames.Of(recorded.Decision));
        if (!recorded.Verdict.Passes)
        {
            json.WriteString("reason"u8, Reasons.Name(recorded.Verdict.Reason));
            if (recorded.Verdict.Where != Part.None) json.WriteString("where"u8, PartNames.Of(recorded.Verdict.Where));
            if (recorded.Verdict.At > 0) json.WriteNumber("at"u8, recorded.Verdict.At);
            if (recorded.Verdict.Rule > 0) json.WriteNumber("rule"u8, recorded.Verdict.Rule);
            if (recorded.Verdict.Ambiguity == Ambiguity.None)
            {
                json.WriteStartArray("exception"u8);
                foreach (var exception in Exceptions.Of(recorded)) json.WriteStringValue(exception);
                json.WriteEndArray();
            }
        }
        if (recorded.Request is { } judged) AmbiguityFields.Write(json, recorded.Verdict, judged);
        if (recorded.Request?.Inspection is { MatchedRules: > 0 } inspection) RuleFields.Write(json, inspection);
        Span<char> shape = stackalloc char[Masking.MostOfShape];
        if (!recorded.Verdict.Passes && Masking.Shape(recorded, shape) is var shaped and > 0) json.WriteString("what"u8, shape[..shaped]);
        if (recorded.Site is not null) json.WriteString("site"u8, recorded.Site);
        Span<char> text = stackalloc char[Masking.MostOfPath];
        if (recorded.Client.TryFormat(text, out var length)) json.WriteString("client"u8, text[..length]);
        if (recorded.Request is { } request && !request.Method.IsEmpty)
        {
            json.WriteString("method"u8, request[request.Method]);
            if (!request.Target.IsEmpty) json.WriteString("path"u8, text[..Masking.Path(request.Path, text)]);
            if (!request.Authority.IsEmpty) json.WriteString("host"u8, text[..Masking.Host(request[request.Authority], text)]);
        }
        recorded.Statement?.Write(json);
        if (recorded.Status > 0) json.WriteNumber("status"u8, recorded.Status);
        if (recorded.Upstream is not null) json.WriteString("upstream"u8, recorded.Upstream);
        if (recorded.RequestBytes > 0) json.WriteNumber("requestBytes"u8, recorded.RequestBytes);
        if (recorded.ResponseBytes > 0) json.WriteNumber("responseBytes"u8, recorded.ResponseBytes);
        if (recorded.Trailers > 0) json.WriteNumber("trailersLeftOut"u8, recorded.Trailers);
        if (recorded.Request is { UnreadAnswer: not UnreadAnswer.None and var unread }) json.WriteString("unreadAnswer"u8, UnreadAnswers.Name(unread));
        if (recorded.Elapsed > TimeSpan.Zero) json.WriteNumber("microseconds"u8, (long)recorded.Elapsed.TotalMicroseconds);
        if (dropped > 0) json.WriteNumber("droppedBefore"u8, dropped);
        json.WriteEndObject();
    }

    public override void Write(Utf8JsonWriter json, Notice notice, long dropped)
    {
        json.WriteStartObject();
        json.WriteString("time"u8, notice.Time);
        json.WriteString("event"u8, notice.Name);
        json.WriteNumber("generation"u8, notice.Generation);
        if (notice.Faults.Count > 0)
        {
            json.WriteStartArray("faults"u8);
            foreach (var fault in notice.Faults) json.WriteStringValue(fault);
            json.WriteEndArray();
        }
        if (dropped > 0) json.WriteNumber("droppedBefore"u8, dropped);
        json.WriteEndObject();
    }

    public override void Write(Utf8JsonWriter json, EgressEvent recorded, long dropped) => recorded.Write(json, container, dropped);
}
