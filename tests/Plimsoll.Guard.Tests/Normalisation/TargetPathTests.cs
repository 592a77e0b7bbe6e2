using Plimsoll.Guard.Normalisation;
using static Plimsoll.Guard.Normalisation.Ambiguity;

namespace Plimsoll.Guard.Tests.Normalisation;

public sealed class TargetPathTests
{
    public static TheoryData<string, string, string> Examples => new()
    {
        { "/", "/", "" },
        { "/index.html", "/index.html", "" },
        { "/a/b-c_d~e/f.g.h/", "/a/b-c_d~e/f.g.h/", "" },
        { "/.well-known/x", "/.well-known/x", "" },
        { "/a%20b/%E2%82%AC", "/a b/â\u0082¬", "" },
        { "/100%25", "/100%", "" },
        { "/a/../b", "/b", "DotSegment" },
        { "/a/./b", "/a/b", "DotSegment" },
        { "/../../b", "/b", "DotSegment" },
        { "/a/..", "/", "DotSegment" },
        { "/a/.", "/a/", "DotSegment" },
        { "/a/%2e%2E/b", "/b", "DotSegment EncodedUnreserved" },
        { "/a%2f..%2Fb", "/b", "DotSegment EncodedSlash" },
        { "/a/..;x=1/b", "/a/..;x=1/b", "DotSegment PathParameter" },
        { "/a;jsessionid=1/b", "/a;jsessionid=1/b", "PathParameter" },
        { "/a%3bx/b", "/a;x/b", "PathParameter" },
        { "//a///b", "/a/b", "RepeatedSlash" },
        { "/a\\b", "/a\\b", "Backslash" },
        { "/a%5c..%5Cb", "/a\\..\\b", "Backslash" },
        { "/%61dmin", "/admin", "EncodedUnreserved" },
        { "/%2561dmin", "/%61dmin", "DoubleEncoding" },
        { "/%25%36%31", "/%61", "DoubleEncoding EncodedUnreserved" },
        { "/%", "/%", "InvalidEscape" },
        { "/%4", "/%4", "InvalidEscape" },
        { "/%zz", "/%zz", "InvalidEscape" },
        { "/%u0061", "/%u0061", "InvalidEscape UnicodePercentEscape DoubleEncoding" },
        { "/a%00.php", "/a\0.php", "NulByte" },
        { "/a%0d%0ab", "/a\r\nb", "ControlByte" },
        { "/a b", "/a b", "ControlByte" },
        { "/%c0%af", "/À¯", "InvalidUtf8 OverlongUtf8" },
        { "/%e0%80%af", "/à\u0080¯", "InvalidUtf8 OverlongUtf8" },
        { "/%ff", "/ÿ", "InvalidUtf8" },
        { "/%ed%a0%80", "/í\u00a0\u0080", "InvalidUtf8" },
        { "/Ã©", "/Ã©", "RawNonAscii" },
        { "/a./b", "/a./b", "TrailingDot" },
        { "/a/b%20", "/a/b ", "TrailingDot" },
        { "/...", "/...", "TrailingDot" },
        { "/%ef%bc%8e%ef%bc%8e/", "/ï¼\u008eï¼\u008e/", "LookalikeDelimiter" },
        { "/a%3fb", "/a?b", "EncodedDelimiter" },
        { "/a%23b", "/a#b", "EncodedDelimiter" },
        { "/a#b", "/a#b", "Fragment" },
        { "*", "*", "NotOriginForm" },
        { "http://h/a", "http:/h/a", "NotOriginForm RepeatedSlash" },
        { "", "", "NotOriginForm" },
    };

    [Theory, MemberData(nameof(Examples))]
    public void A_path_is_read(string target, string path, string kinds) => Reading.Target(target).Is(Origin.Path, ["=" + path], kinds);

    [Fact]
    public void The_query_is_not_of_the_path() => Reading.Target("/a?/b//c").Is(Origin.Path, ["=/a"]);

    [Fact]
    public void A_canonical_path_without_a_note_stays_as_it_is_when_read_again()
    {
        var random = new Random(7);
        for (var i = 0; i < 20_000; i++)
        {
            var target = Inputs.Path(random);
            var once = Reading.Target(target);
            if (!once.Ambiguities.IsEmpty) continue;
            var path = once.Values[0].Content;
            var escaped = string.Concat(path.Select(letter => letter is <= ' ' or >= '\x7f' or '%' ? $"%{(int)letter:x2}" : letter.ToString()));
            Assert.Equal(path, Reading.Target(escaped).Values[0].Content);
        }
    }
}
