using System.Text;
using Plimsoll.Guard.SecLang.Operators;
using Plimsoll.Guard.SecLang.Prefilter;
using Plimsoll.Guard.Tests.SecLang.Prefilter;

namespace Plimsoll.Guard.Tests.SecLang.Operators;

public sealed class WatchedPatternTests
{
    [Theory]
    [InlineData("abc", null)]
    [InlineData("(?:a|b)", null)]
    [InlineData("[*+]\\*\\x{2a}(?#a*)", null)]
    [InlineData("[]*+]", null)]
    [InlineData("[^]*][[:digit:]*]", null)]
    [InlineData("a*b", "a*(?C)b")]
    [InlineData("a*b*", "a*(?C)(?C)b*")]
    [InlineData("a*?b++c{2,}+d?", "a*?(?C)(?C)b++(?C)c{2,}+d?")]
    [InlineData("(?i)(?:a+|b)*$", "(?i)(?:a+(?C)|b)*(?C)$")]
    [InlineData("a+(?:b+|c+)d+|e+", "a+(?C)(?:(?C)b+|(?C)c+)(?C)d+|e+(?C)")]
    [InlineData("(a|b+)c+(?=d+|e)(?:f)g+", "(a|b+(?C))(?C)c+(?=(?C)d+|e)(?:f)(?C)g+")]
    [InlineData("\\(a+\\|[|(]b+", "\\(a+(?C)\\|[|(](?C)b+")]
    [InlineData("a?b?c?d?e", "a?b?c?d?(?C)e")]
    [InlineData("a?b?(?:c)?x+(?:d)?e", "a?b?(?:c)?x+(?C)(?:d)?e")]
    [InlineData("a{2}{3}b", null)]
    [InlineData("a{2}{3,}b", "a{2}{3,}(?C)b")]
    [InlineData("\\d{2}\\p{L}[a]+", "\\d{2}\\p{L}[a]+(?C)")]
    [InlineData("(?#(a*)b+\\p{L}+", "(?#(a*)b+(?C)(?C)\\p{L}+")]
    [InlineData("x+\\x41*\\x{2c}?\\10*\\pL+", "x+(?C)(?C)\\x41*\\x{2c}?(?C)\\10*(?C)\\pL+")]
    [InlineData("(?<n>x+)\\g-1*\\g{1}+\\k<n>*\\cA+\\", "(?<n>x+(?C))(?C)\\g-1*(?C)\\g{1}+(?C)\\k<n>*(?C)\\cA+\\")]
    [InlineData("a{,}b{x", "a{,}(?C)b{x")] // A call where nothing is repeated does no harm.
    public void Calls_stand_where_a_match_may_become_long(string pattern, string? watched) => Assert.Equal(watched, WatchedPattern.Write(pattern));

    /// <summary>None of the Core Rule Sets' patterns becomes too large, or another.</summary>
    [Fact]
    public void Every_pattern_of_the_core_rule_set_takes_calls()
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        using var suite = CoreRuleSetSuite.Open();
        Assert.SkipWhen(suite is null, "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        var patterns = SuiteValues.Patterns(suite!);
        Assert.InRange(patterns.Count, 300, int.MaxValue);
        foreach (var pattern in patterns)
        {
            using var code = Pcre2.Compile(pattern, out var fault);
            Assert.True(code?.Watched is not null, $"{fault}: {pattern}");
            Assert.Equal(WatchedPattern.Write(pattern) is null, code.Watched == code);
        }
    }

    /// <summary>Calls change neither what matches nor its groups.</summary>
    [Fact]
    public void A_pattern_with_calls_matches_as_it_does_without()
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        using var suite = CoreRuleSetSuite.Open();
        Assert.SkipWhen(suite is null, "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        var (random, matched) = (new Random(5), 0);
        string[] others = ["(\\w+)\\x41*\\1?b{2,}(?:c|d?)*", "(?:(a)|\\x{62}+?|c{1,3})+?\\1*[^\\x61]", "(?<=a)(b*)(?:c*|d+)*(?=a?)"];
        foreach (var pattern in SuiteValues.Patterns(suite!).Concat(others))
        {
            if (PatternParser.Read(pattern) is not { } tree) continue;
            using var code = Pcre2.Compile(pattern, out _)!;
            if (code.Watched is not { } watched || watched == code) continue;
            var strings = new PatternStrings(random);
            for (var tries = 0; tries < 6; tries++)
            {
                var value = Encoding.Latin1.GetBytes(string.Concat(Enumerable.Range(0, tries / 2).Select(_ => strings.Next(tree))) + "abc \"'=1(");
                if (tries > 3) value[random.Next(value.Length)] ^= 1;
                var expected = Groups(code, value);
                Assert.True(expected == Groups(watched, value), $"{pattern}\n{Convert.ToHexString(value)}");
                if (expected[0] != '-') matched++;
            }
        }
        Assert.InRange(matched, 1_000, int.MaxValue);
    }

    /// <summary>How many groups there are, and where they are.</summary>
    private static unsafe string Groups(Pcre2.Code code, byte[] value)
    {
        var thread = Pcre2Thread.Current;
        thread.Begin(null, value.Length);
        fixed (byte* bytes = value)
        {
            var groups = thread.Match(code, bytes, (nuint)value.Length, 0, nuint.MaxValue, isWatched: true);
            return string.Join(' ', Enumerable.Range(0, 2 * Math.Max(0, groups)).Select(i => $"{thread.Places[i]}").Prepend($"{groups}"));
        }
    }
}
