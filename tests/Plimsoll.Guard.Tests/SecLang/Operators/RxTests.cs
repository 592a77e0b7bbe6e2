using System.Text;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.SecLang.Operators;

namespace Plimsoll.Guard.Tests.SecLang.Operators;

/// <summary>The word `@rx`, in both engines; that both answer alike on all patterns of the Core Rule Set is in PatternEngineTests.</summary>
public sealed class RxTests
{
    [Theory]
    [InlineData("abc", "xABCx", false)]
    [InlineData("(?i)abc", "xABCx", true)]
    [InlineData("^abc", "x\nabc", false)] // The beginning of the value, not of a line.
    [InlineData("abc$", "abc\nx", false)]
    [InlineData("abc$", "abc\n", false)] // The very end.
    [InlineData("a.c", "a\nc", true)]
    [InlineData("a\\x{e9}b", "a\xe9" + "b", true)] // A byte is a letter.
    [InlineData("^..$", "\xc3\xa9", true)]
    [InlineData("a\\x00b", "a\0b", true)]
    [InlineData("", "", true)]
    [InlineData("%{not.a_variable}", "%{not.a_variable}", true)] // What names no variable is text.
    public void Answers(string pattern, string value, bool matches)
    {
        foreach (var isManaged in (bool[])[true, false])
            Assert.Equal(matches ? Answer.Yes : Answer.No, PatternProbe.Compile(pattern, default, new(), isManaged)!.Ask(Encoding.Latin1.GetBytes(value), Bytes.Empty, null));
    }

    [Fact]
    public void Groups_are_told_up_to_nine()
    {
        foreach (var isManaged in (bool[])[true, false])
        {
            var captures = new Captures();
            Assert.Equal(Answer.Yes, PatternProbe.Compile("(a)(x)?(b)(c)(d)(e)(f)(g)(h)(i)(j)", default, new(), isManaged)!.Ask("_abcdefghij"u8, Bytes.Empty, captures));
            Assert.Equal(Captures.Most, captures.Count);
            Assert.Equal((1, 10), (captures[0].Start, captures[0].Length));
            Assert.Equal((1, 1), (captures[1].Start, captures[1].Length));
            Assert.Equal(0, captures[2].Length); // Took no part.
            Assert.Equal((8, 1), (captures[9].Start, captures[9].Length));
        }
    }

    /// <summary>A group around the pattern would end at a parenthesis too many.</summary>
    [Theory]
    [InlineData("a(b")]
    [InlineData("a)|(?:b")]
    [InlineData("[a")]
    [InlineData("a**")]
    [InlineData("(?R)")]
    [InlineData("(*ACCEPT)")]
    [InlineData("\\Qa")]
    public void What_is_no_pattern_is_refused_with_its_place(string pattern)
    {
        var faults = new RuleFaults();
        Assert.Null(PatternProbe.Compile(pattern, new("rules.conf", 7), faults));
        Assert.StartsWith("rules.conf:7: `" + pattern + "` is no pattern", Assert.Single(faults.Sentences), StringComparison.Ordinal);
    }

    [Fact]
    public void A_macro_is_part_of_the_pattern()
    {
        Assert.True(Rx.HasMacro("^%{tx.allowed}$"));
        Assert.False(Rx.HasMacro("^%{nothing.known}$"));
        var probe = Rx.Word.Compile("^(?:%{tx.allowed})$", default, hasMacro: true, new())!;
        Assert.Equal(Answer.Yes, probe.Ask("GET"u8, new("^(?:GET|POST)$"u8.ToArray()), null));
        Assert.Equal(Answer.No, probe.Ask("PUT"u8, new("^(?:GET|POST)$"u8.ToArray()), null));
        Assert.Equal(Answer.Yes, probe.Ask("PUT"u8, new("^(?:PUT)$"u8.ToArray()), null));
        Assert.Equal(Answer.Unknown, probe.Ask("PUT"u8, new("^(?:PUT$"u8.ToArray()), null)); // Made no pattern.
    }
}
