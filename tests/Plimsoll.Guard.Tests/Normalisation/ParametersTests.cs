using Plimsoll.Guard.Normalisation;
using static Plimsoll.Guard.Normalisation.Ambiguity;

namespace Plimsoll.Guard.Tests.Normalisation;

public sealed class ParametersTests
{
    public static TheoryData<string, string[], string> Examples => new()
    {
        { "a=1&b=2", ["a=1", "b=2"], "" },
        { "a=b+c%20d%2Be", ["a=b c d+e"], "" },
        { "a&b=&&c", ["a=", "b=", "c="], "" },
        { "a==b=c", ["a==b=c"], "" },
        { "a=%C3%A9", ["a=Ã©"], "" },
        { "a=%", ["a=%"], "InvalidEscape" },
        { "a=%4&b=1", ["a=%4", "b=1"], "InvalidEscape" },
        { "a=%4z", ["a=%4z"], "InvalidEscape" },
        { "a=%%41", ["a=%A"], "InvalidEscape" },
        { "a=%u0041", ["a=%u0041", ], "InvalidEscape UnicodePercentEscape" },
        { "a=1;b=2", ["a=1;b=2"], "SemicolonSeparator" },
        { "=1", ["=1"], "MissingName" },
        { "a=1&a=2", ["a=1", "a=2"], "DuplicateName" },
        { "a=1&%61=2", ["a=1", "a=2"], "DuplicateName" },
        { "a=1&A=2", ["a=1", "A=2"], "NamesDifferInCase" },
        { "a[]=1", ["a[]=1"], "MangledName" },
        { "a.b=1", ["a.b=1"], "MangledName" },
        { "+a=1", [" a=1"], "MangledName" },
        { "a%00b=1", ["a\0b=1"], "NulByte" },
        { "a=%00", ["a=\0"], "NulByte" },
        { "a=%FF", ["a=ÿ"], "InvalidUtf8" },
        { "a=%C0%AF", ["a=À¯"], "InvalidUtf8 OverlongUtf8" },
        { "a=é", ["a=é"], "RawNonAscii InvalidUtf8" },
        { "_charset_=utf-7", ["_charset_=utf-7"], "CharsetField" },
    };

    [Theory, MemberData(nameof(Examples))]
    public void A_query_is_read(string query, string[] pairs, string kinds) => Reading.Target("/?" + query).Is(Origin.Query, pairs, kinds);

    [Theory, MemberData(nameof(Examples))]
    public void A_form_is_read_alike(string form, string[] pairs, string kinds) => Reading.Body("application/x-www-form-urlencoded", form).Is(Origin.Form, pairs, kinds);

    [Fact]
    public void The_same_name_in_query_and_form_is_noted() =>
        Assert.Equal([DuplicateAcrossSources], Reading.Of("/?a=1", [("content-type", "application/x-www-form-urlencoded")], "a=2"u8.ToArray(), 0).Kinds);

    [Theory]
    [InlineData("/?a#b", "Fragment")]
    [InlineData("/?a=1 b", "ControlByte")]
    [InlineData("/?a\x7f", "ControlByte")]
    public void Bytes_that_no_query_has_are_noted(string target, string kind) => Reading.AssertKinds(kind, Reading.Target(target).Kinds);
}
