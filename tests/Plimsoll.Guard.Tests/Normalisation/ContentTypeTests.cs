using Plimsoll.Guard.Normalisation;
using static Plimsoll.Guard.Normalisation.Ambiguity;

namespace Plimsoll.Guard.Tests.Normalisation;

public sealed class ContentTypeTests
{
    public static TheoryData<string, string, string> Examples => new()
    {
        { "application/json", "Json", "" },
        { "Application/JSON; charset=UTF-8", "Json", "" },
        { "application/problem+json", "Json", "" },
        { "application/x-www-form-urlencoded", "Form", "" },
        { "text/plain;charset=\"utf-8\"", "Text", "" },
        { "application/soap+xml", "Xml", "" },
        { "multipart/form-data; boundary=----x", "Multipart", "" },
        { "multipart/form-data; boundary=\"a b\"", "Multipart", "" },
        { "image/png", "Opaque", "" },
        { "application/json; charset=utf-7", "Json", "ForeignCharset" },
        { "text/plain; charset=utf-8; charset=utf-16", "Text", "RepeatedParameter ForeignCharset" },
        { "multipart/form-data; boundary=a; boundary=b", "Multipart", "RepeatedParameter" },
        { "multipart/form-data", "Multipart", "NoBoundary" },
        { "multipart/form-data; boundary=", "Multipart", "NoBoundary MalformedParameter" },
        { "multipart/form-data; boundary=a b", "Multipart", "MalformedParameter" },
        { "multipart/form-data; boundary=\"a\\b\"", "Multipart", "QuotedPair" },
        { "multipart/form-data; boundary=\"a", "Multipart", "MalformedParameter" },
        { "multipart/form-data; boundary=\"a\"b", "Multipart", "MalformedParameter" },
        { "multipart/form-data; boundary =a", "Multipart", "MalformedParameter" },
        { "multipart/form-data; boundary*=a", "Multipart", "ExtendedParameter NoBoundary" },
        { "multipart/form-data; boundary=\"a \"", "Multipart", "OddBoundary" },
        { "multipart/form-data; boundary=\"a@\"", "Multipart", "OddBoundary" },
        { "application/json, text/plain", "Opaque", "RepeatedContentType MalformedContentType" },
        { "multipart/mixed; boundary=a", "Multipart", "OtherMultipart" },
        { "multipart/form-data; boundary=a ; x=y", "Multipart", "MalformedParameter" },
        { "multipart/form-data; x=\"boundary=b\"; boundary=a", "Multipart", "RepeatedParameter" },
        { "multipart/form-data; Boundary=a; x=\"boundary=b\"", "Multipart", "RepeatedParameter" },
        { "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxkTrZu0gW", "Multipart", "" },
        { "text/plain;\tcharset=utf-8", "Text", "MalformedContentType" },
        { "json", "Opaque", "MalformedContentType" },
        { "application /json", "Opaque", "MalformedContentType" },
    };

    [Theory, MemberData(nameof(Examples))]
    public void A_reader_is_chosen(string field, string kind, string kinds)
    {
        using var normaliser = new RequestNormaliser(NormalisationLimits.Default);
        normaliser.Begin();
        normaliser.Header("content-type"u8, Reading.Bytes(field));
        Assert.Equal(kind, normaliser.BodyKind.ToString());
        Reading.AssertKinds(kinds, normaliser.Marks.ToArray().Select(mark => mark.Kind));
    }

    [Fact]
    public void Two_fields_are_noted() => Assert.Equal([RepeatedContentType], Reading.Of("/", [("Content-Type", "text/plain"), ("content-type", "application/json")], [], 0).Kinds);

    [Fact]
    public void A_body_without_type_is_noted_and_kept() => Reading.Of("/", [], "abc"u8.ToArray(), 0).Is(Origin.Body, ["=abc"], "NoContentType");

    [Fact]
    public void A_body_that_is_not_read_is_noted() => Reading.Body("image/png", "abc").Is(Origin.Body, [], "OpaqueBody");

    [Theory]
    [InlineData(70, false)]
    [InlineData(71, true)]
    [InlineData(5000, true)]
    public void Boundaries_have_70_bytes(int length, bool isNoted) =>
        Assert.Equal(isNoted, Reading.Body("multipart/form-data; boundary=" + new string('b', length), "").Kinds.Contains(OddBoundary));
}
