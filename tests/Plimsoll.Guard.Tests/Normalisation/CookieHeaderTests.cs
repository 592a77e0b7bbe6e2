using Plimsoll.Guard.Normalisation;
using static Plimsoll.Guard.Normalisation.Ambiguity;

namespace Plimsoll.Guard.Tests.Normalisation;

public sealed class CookieHeaderTests
{
    public static TheoryData<string, string[], string> Examples => new()
    {
        { "a=1; b=2", ["a=1", "b=2"], "" },
        { "a=1;b=2;", ["a=1", "b=2"], "" },
        { "a=b=c", ["a=b=c"], "" },
        { "a=", ["a="], "EmptyCookie" },
        { "a=1; a=2", ["a=1", "a=2"], "DuplicateName" },
        { "a=\"1\"", ["a=\"1\""], "QuotedCookie" },
        { "a=\"1; b=2\"", ["a=\"1", "b=2\""], "QuotedCookie SemicolonInQuotes" },
        { "$Version=1; a=1; $Path=/", ["$Version=1", "a=1", "$Path=/"], "ObsoleteCookie" },
        { "a=1,b=2", ["a=1,b=2"], "CommaInCookie" },
        { "a=%41", ["a=%41"], "EncodedCookie" },
        { "a", ["=a"], "NamelessCookie" },
        { "=a", ["=a"], "NamelessCookie" },
        { "a b=1", ["a b=1"], "MalformedCookie MangledName" },
        { "a =1", ["a =1"], "MalformedCookie MangledName" },
        { "a=1 2", ["a=1 2"], "MalformedCookie" },
        { "path=/x", ["path=/x"], "AttributeCookie" },
        { "a=1 ; b=2", ["a=1", "b=2"], "MalformedCookie" },
        { "; a=1", ["a=1"], "MalformedCookie" },
        { "a=1\t; b=2", ["a=1", "b=2"], "MalformedCookie" },
        { "a=\x01", ["a=\x01"], "ControlByte" },
        { "a=Ã©", ["a=Ã©"], "RawNonAscii" },
        { "a.b=1", ["a.b=1"], "MangledName" },
    };

    [Theory, MemberData(nameof(Examples))]
    public void Cookies_are_read(string field, string[] pairs, string kinds)
    {
        var reading = Reading.Cookie(field);
        Assert.Equal(pairs, reading.Pairs(Origin.Cookie));
        Reading.AssertKinds(kinds, reading.Marks.Where(mark => mark.Origin == Origin.Cookie).Select(mark => mark.Kind));
    }

    [Fact]
    public void A_second_field_is_noted() => Assert.Contains(RepeatedCookieHeader, Reading.Of("/", [("Cookie", "a=1"), ("cookie", "b=2")], [], 0).Kinds);

    [Fact]
    public void What_is_encoded_is_a_layer() => Assert.Contains((Origin.Cookie, "a", "<b>", ValueEncoding.Percent), Reading.Cookie("a=%3Cb%3E").Values);
}
