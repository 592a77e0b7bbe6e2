using Plimsoll.Guard.Normalisation;

namespace Plimsoll.Guard.Tests.Normalisation;

public sealed class JsonReaderTests
{
    public static TheoryData<string, string[], string> Examples => new()
    {
        { "{\"a\":1,\"b\":[true,null,\"x\"],\"c\":{\"d\":-1.5e3}}", ["/a=1", "/b/0=true", "/b/1=null", "/b/2=x", "/c/d=-1.5e3"], "" },
        { " \"x\" ", ["=x"], "" },
        { "12", ["=12"], "" },
        { "{}", ["="], "" },
        { "{\"a\":{},\"b\":[]}", ["/a=", "/b="], "" },
        { "{\"a/b\":1,\"a~b\":2,\"\":3}", ["/a~1b=1", "/a~0b=2", "/=3"], "" },
        { "\"\\u0041\\n\\\"\\\\\\/\\ud83d\\ude00\\u00e9\"", ["=A\n\"\\/ð\u009f\u0098\u0080Ã©"], "" },
        { "[[1],[[2]]]", ["/0/0=1", "/1/0/0=2"], "" },
        { "{\"a\":1,\"a\":2}", ["/a=1", "/a=2"], "DuplicateName" },
        { "{\"a\":1,\"\\u0061\":2}", ["/a=1", "/a=2"], "DuplicateName" },
        { "{\"a\":{\"a\":1},\"b\":{\"a\":1}}", ["/a/a=1", "/b/a=1"], "" },
        { "{\"a\":1,\"A\":2}", ["/a=1", "/A=2"], "NamesDifferInCase" },
        { "12345678901234567890", ["=12345678901234567890"], "ImpreciseNumber" },
        { "1e999", ["=1e999"], "ImpreciseNumber" },
        { "-0", ["=-0"], "ImpreciseNumber" },
        { "[01,.5,1.,+1,NaN,-Infinity,0x1F]", ["/0=01", "/1=.5", "/2=1.", "/3=+1", "/4=NaN", "/5=-Infinity", "/6=0x1F"], "OddNumber" },
        { "\"\\x\"", ["=x"], "JsonEscape" },
        { "\"\\u00g0\"", ["=g0"], "JsonEscape" },
        { "\"\\ud800\"", ["=í\u00a0\u0080"], "LoneSurrogate InvalidUtf8" },
        { "\"\\ud800\\u0041\"", ["=í\u00a0\u0080A"], "LoneSurrogate InvalidUtf8" },
        { "\"\\udc00\"", ["=í°\u0080"], "LoneSurrogate InvalidUtf8" },
        { "\"ÿ\"", ["=ÿ"], "InvalidUtf8" },
        { "\"\\u0000\"", ["=\0"], "NulByte" },
        { "\"a\tb\"", ["=a\tb"], "ControlByte" },
        { "\u00ef\u00bb\u00bf1", ["=1"], "ByteOrderMark" },
        { "[1]//x", ["/0=1"], "JsonComment" },
        { "/*x*/1", [], "JsonComment" },
        { "[1,]", ["/0=1"], "JsonTrailingComma" },
        { "{\"a\":1,}", ["/a=1"], "JsonTrailingComma" },
        { "1 2", ["=1"], "JsonTrailingBytes" },
        { "{}x", ["="], "JsonTrailingBytes" },
        { "[1}", ["/0=1"], "JsonSyntax" },
        { "{'a':1}", [], "JsonSyntax" },
        { "{a:1}", [], "JsonSyntax" },
        { "True", [], "JsonSyntax" },
        { "[1 2]", ["/0=1"], "JsonSyntax" },
        { "[,1]", [], "JsonSyntax" },
        { "{\"a\"}", [], "JsonSyntax" },
        { "{\"a\":}", [], "JsonSyntax" },
        { "[\"a\":1]", ["/0=a"], "JsonSyntax" },
        { "[1", ["/0=1"], "JsonIncomplete" },
        { "\"a", [], "JsonIncomplete" },
        { " ", [], "JsonIncomplete" },
        { "1-2", [], "JsonSyntax" },
        { "1e", [], "JsonSyntax" },
        { "\u00ef\u00bb1", [], "JsonSyntax" },
    };

    [Theory, MemberData(nameof(Examples))]
    public void Json_is_read(string text, string[] pairs, string kinds) => Reading.Body("application/json", text).Is(Origin.Json, pairs, kinds);
}
