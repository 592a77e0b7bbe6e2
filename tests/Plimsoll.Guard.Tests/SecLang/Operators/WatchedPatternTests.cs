using Plimsoll.Guard.SecLang.Operators;

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
    [InlineData("a*?b++c{2,}+d?", "a*?(?C)b++(?C)c{2,}+(?C)d?(?C)")]
    [InlineData("(?i)(?:a+|b)*$", "(?i)(?:a+(?C)|b)*(?C)$")]
    [InlineData("a{2}{3}b", "a{2}{3}(?C)b")]
    [InlineData("\\d{2}\\p{L}[a]+", "\\d{2}(?C)\\p{L}[a]+(?C)")]
    [InlineData("a{,}b{x", "a{,}(?C)b{x")] // A call where nothing is repeated does no harm.
    public void Calls_stand_behind_repetitions(string pattern, string? watched) => Assert.Equal(watched, WatchedPattern.Write(pattern));

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
}
