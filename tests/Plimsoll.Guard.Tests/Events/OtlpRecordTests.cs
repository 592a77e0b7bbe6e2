using System.Buffers;
using System.Net;
using System.Text;
using System.Text.Json;
using Plimsoll.Guard.Answers;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Events;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Tests.Events;

/// <summary>A record for a collector says as much as a line of JSON.</summary>
public sealed class OtlpRecordTests
{
    private static JsonElement Written(EventFormat format, in GuardEvent recorded)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer)) format.Write(json, recorded, 0);
        return JsonDocument.Parse(buffer.WrittenMemory).RootElement.Clone();
    }

    private static JsonElement Attribute(JsonElement record, string key) => record.GetProperty("attributes").EnumerateArray().Single(attribute => attribute.GetProperty("key").GetString() == key).GetProperty("value");

    private static string[] Exceptions(JsonElement record) => [.. Attribute(record, "plimsoll.exception").GetProperty("arrayValue").GetProperty("values").EnumerateArray().Select(value => value.GetProperty("stringValue").GetString()!)];

    [Fact]
    public void It_has_the_exception_that_the_line_has()
    {
        var some = 0;
        foreach (var reason in Enum.GetValues<Reason>().Where(reason => reason is not (Reason.None or Reason.Ambiguous)))
            foreach (var where in (Part[])[Part.None, Part.Connection, Part.Body, Part.Response])
            {
                var recorded = new GuardEvent { Time = DateTimeOffset.UnixEpoch, Decision = Decision.Refuse, Verdict = new(reason, where), Client = IPAddress.Loopback };
                var line = Written(new JsonLine(), recorded).GetProperty("exception").EnumerateArray().Select(value => value.GetString()!).ToList();
                Assert.Equal(line, Exceptions(Written(new OtlpRecord(), recorded)));
                some += line.Count;
            }
        Assert.True(some > 50);
    }

    [Fact]
    public void It_has_the_exceptions_of_ambiguities_and_what_was_left_out()
    {
        var request = new HttpRequest { Refused = AmbiguitySet.Of(Ambiguity.DoubleEncoding) | AmbiguitySet.Of(Ambiguity.NulByte), UnreadAnswer = UnreadAnswer.TooLong };
        request.Method = request.Append(Encoding.ASCII.GetBytes("GET"));
        request.Target = request.Append(Encoding.ASCII.GetBytes("/a%2500"));
        var recorded = new GuardEvent { Time = DateTimeOffset.UnixEpoch, Decision = Decision.Refuse, Verdict = new(Reason.Ambiguous, Part.Target, 5, Ambiguity: Ambiguity.DoubleEncoding), Client = IPAddress.Loopback, Request = request, Trailers = 2 };
        var (line, record) = (Written(new JsonLine(), recorded), Written(new OtlpRecord(), recorded));
        Assert.Equal(["site: ambiguities allow double-encoding", "site: ambiguities allow nul-byte"], Exceptions(record).Order(StringComparer.Ordinal));
        Assert.Equal(line.GetProperty("exception").EnumerateArray().Select(value => value.GetString()!), Exceptions(record));
        Assert.Equal(("too-long", 2), (line.GetProperty("unreadAnswer").GetString(), line.GetProperty("trailersLeftOut").GetInt32()));
        Assert.Equal("too-long", Attribute(record, "plimsoll.unread_answer").GetProperty("stringValue").GetString());
        Assert.Equal("2", Attribute(record, "plimsoll.trailers_left_out").GetProperty("intValue").GetString());
    }
}
