using System.Globalization;
using System.Text.Json;
using Plimsoll.Guard.Answers;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Egress;
using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Events;

/// <summary>
/// An event as a LogRecord of OpenTelemetry's protocol in JSON (opentelemetry-proto, logs/v1), with the attribute names of its
/// semantic conventions where there are such. Masked as <see cref="JsonLine"/>.
/// </summary>
internal sealed class OtlpRecord : EventFormat
{
    private const int info = 9;
    private const int warn = 13;
    private const long nanosecondsOfTick = 100;

    public override byte Separator => (byte)',';

    public override void Write(Utf8JsonWriter json, in GuardEvent recorded, long dropped)
    {
        Begin(json, recorded.Time, recorded.Verdict.Passes, recorded.Verdict.Passes ? DecisionNames.Of(recorded.Decision) : Reasons.Name(recorded.Verdict.Reason));
        Text(json, "plimsoll.decision", DecisionNames.Of(recorded.Decision));
        if (!recorded.Verdict.Passes)
        {
            Text(json, "plimsoll.reason", Reasons.Name(recorded.Verdict.Reason));
            if (recorded.Verdict.Where != Part.None) Text(json, "plimsoll.where", PartNames.Of(recorded.Verdict.Where));
            if (recorded.Verdict.At > 0) Number(json, "plimsoll.at", recorded.Verdict.At);
            if (recorded.Verdict.Rule > 0) Number(json, "plimsoll.rule", recorded.Verdict.Rule);
            if (recorded.Verdict.Ambiguity != Ambiguity.None) Text(json, "plimsoll.ambiguity", AmbiguityNames.Of(recorded.Verdict.Ambiguity));
            Texts(json, "plimsoll.exception", AllExceptions(recorded));
            Span<char> shape = stackalloc char[Masking.MostOfShape];
            if (Masking.Shape(recorded, shape) is var shaped and > 0) Text(json, "plimsoll.what", shape[..shaped]);
        }
        if (recorded.Request?.Inspection is { MatchedRules: > 0 } inspection) Text(json, "plimsoll.rules", RuleFields.Ids(inspection));
        if (recorded.Site is not null) Text(json, "plimsoll.site", recorded.Site);
        Span<char> text = stackalloc char[Masking.MostOfPath];
        if (recorded.Client.TryFormat(text, out var length)) Text(json, "client.address", text[..length]);
        if (recorded.Request is { } request && !request.Method.IsEmpty)
        {
            for (var i = length = 0; i < Math.Min(request.Method.Length, text.Length); i++) text[length++] = (char)request[request.Method][i];
            Text(json, "http.request.method", text[..length]);
            if (!request.Target.IsEmpty) Text(json, "url.path", text[..Masking.Path(request.Path, text)]);
            if (!request.Authority.IsEmpty) Text(json, "server.address", text[..Masking.Host(request[request.Authority], text)]);
        }
        if (recorded.Statement is { } statement)
        {
            Text(json, "db.system.name", "postgresql");
            Text(json, "db.namespace", statement.Identity.Database);
            Text(json, "plimsoll.user", statement.Identity.User);
            Text(json, "plimsoll.application", statement.Identity.Application);
            if (statement.Shape is { } shaped)
            {
                Text(json, "plimsoll.shape", shaped.Id);
                Text(json, "db.query.text", statement.Shown);
                if (shaped.Bad.Count > 0) Text(json, "plimsoll.known_bad", string.Join(',', shaped.Bad));
                if (statement.Rows > 0) Number(json, "db.response.returned_rows", statement.Rows);
                if (statement.Accept is { } accept) Text(json, "plimsoll.accept", accept);
            }
        }
        if (recorded.Status > 0) Number(json, "http.response.status_code", recorded.Status);
        if (recorded.Upstream is not null) Text(json, "plimsoll.upstream", recorded.Upstream);
        if (recorded.RequestBytes > 0) Number(json, "http.request.body.size", recorded.RequestBytes);
        if (recorded.ResponseBytes > 0) Number(json, "http.response.body.size", recorded.ResponseBytes);
        if (recorded.Trailers > 0) Number(json, "plimsoll.trailers_left_out", recorded.Trailers);
        if (recorded.Request is { UnreadAnswer: not UnreadAnswer.None and var unread }) Text(json, "plimsoll.unread_answer", UnreadAnswers.Name(unread));
        if (recorded.Elapsed > TimeSpan.Zero) Number(json, "plimsoll.microseconds", (long)recorded.Elapsed.TotalMicroseconds);
        End(json, dropped);
    }

    public override void Write(Utf8JsonWriter json, Notice notice, long dropped)
    {
        Begin(json, notice.Time, notice.Faults.Count == 0, notice.Name);
        Number(json, "plimsoll.generation", notice.Generation);
        if (notice.Faults.Count > 0) Text(json, "plimsoll.faults", string.Join('\n', notice.Faults));
        End(json, dropped);
    }

    public override void Write(Utf8JsonWriter json, EgressEvent recorded, long dropped)
    {
        Begin(json, recorded.Time, recorded.IsPlain, recorded.Sentence());
        Text(json, "plimsoll.decision", DecisionNames.Of(recorded.Decision));
        if (!recorded.IsPlain) Text(json, "plimsoll.reason", recorded.Why);
        Text(json, "network.transport", recorded.Protocol);
        if (recorded.Name is not null) Text(json, "server.address", recorded.Name);
        if (recorded.To is not null)
        {
            Text(json, "network.peer.address", recorded.To.Address.ToString());
            if (recorded.To.Port > 0) Number(json, "network.peer.port", recorded.To.Port);
        }
        if (recorded.Count > 1) Number(json, "plimsoll.count", recorded.Count);
        End(json, dropped);
    }

    private static void Begin(Utf8JsonWriter json, DateTimeOffset time, bool isGood, string body)
    {
        json.WriteStartObject();
        // 64-bit integers are strings in protobuf's JSON.
        json.WriteString("timeUnixNano"u8, ((time - DateTimeOffset.UnixEpoch).Ticks * nanosecondsOfTick).ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("severityNumber"u8, isGood ? info : warn);
        json.WriteString("severityText"u8, isGood ? "INFO"u8 : "WARN"u8);
        json.WriteStartObject("body"u8);
        json.WriteString("stringValue"u8, body);
        json.WriteEndObject();
        json.WriteStartArray("attributes"u8);
    }

    private static void End(Utf8JsonWriter json, long dropped)
    {
        if (dropped > 0) Number(json, "plimsoll.dropped_before", dropped);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static IEnumerable<string> AllExceptions(in GuardEvent recorded) =>
        recorded.Verdict.Ambiguity != Ambiguity.None && recorded.Request is { } request ? AmbiguityFields.Exceptions(request) : Exceptions.Of(recorded);

    /// <summary>An arrayValue, also of none.</summary>
    private static void Texts(Utf8JsonWriter json, string key, IEnumerable<string> values)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, key);
        json.WriteStartObject("value"u8);
        json.WriteStartObject("arrayValue"u8);
        json.WriteStartArray("values"u8);
        foreach (var value in values)
        {
            json.WriteStartObject();
            json.WriteString("stringValue"u8, value);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string key, ReadOnlySpan<char> value)
    {
        json.WriteStartObject();
        json.WriteString("key"u8, key);
        json.WriteStartObject("value"u8);
        json.WriteString("stringValue"u8, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Number(Utf8JsonWriter json, string key, long value)
    {
        Span<char> digits = stackalloc char[20];
        value.TryFormat(digits, out var length, provider: CultureInfo.InvariantCulture);
        json.WriteStartObject();
        json.WriteString("key"u8, key);
        json.WriteStartObject("value"u8);
        json.WriteString("intValue"u8, digits[..length]);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
