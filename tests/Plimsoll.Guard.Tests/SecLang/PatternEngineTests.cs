using System.Text;
using Plimsoll.Guard.SecLang;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.SecLang.Operators;

namespace Plimsoll.Guard.Tests.SecLang;

/// <summary>.NET's engine and libpcre2 give the same answer with the same groups, on the patterns and the requests of the Core Rule Set.</summary>
public sealed class PatternEngineTests(ITestOutputHelper output)
{
    private static readonly int values = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 1_500 : 40_000;

    [Fact]
    public void Both_engines_answer_alike()
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        using var suite = CoreRuleSetSuite.Open();
        Assert.SkipWhen(suite is null, "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        var patterns = SuiteValues.Patterns(suite!);
        var faults = new RuleFaults();
        var probes = patterns.ConvertAll(pattern => (Pattern: pattern, Native: Compile(pattern, false), Managed: Compile(pattern, true)));
        Assert.Empty(faults.Sentences);
        var mutated = new SuiteValues(suite!, seed: 5);
        // .NET's engine gives up by the clock, and on a busy machine sooner: only libpcre2's steps are bounded here.
        var (matches, unknown, late) = (0, 0, 0);
        for (var i = 0; i < values; i++)
        {
            var text = mutated.Next();
            var bytes = Encoding.Latin1.GetBytes(text);
            foreach (var (pattern, native, managed) in probes)
            {
                var (left, right) = (new Captures(), new Captures());
                var (one, other) = (native.Ask(bytes, Bytes.Empty, left), managed.Ask(bytes, Bytes.Empty, right));
                if (one == Answer.Unknown) unknown++;
                else if (other == Answer.Unknown) late++;
                else Assert.True(one == other && (one == Answer.No || Told(left) == Told(right)), $"{pattern}\n{text}\nlibpcre2 {one} {Told(left)}, .NET {other} {Told(right)}");
                if (one == Answer.Yes) matches++;
            }
        }
        output.WriteLine($"{patterns.Count} patterns, {values} values, {matches} matches, {unknown} given up by libpcre2, {late} more by .NET");
        Assert.InRange(matches, values, int.MaxValue);
        Assert.InRange(unknown, 0, values / 100);

        PatternProbe Compile(string pattern, bool isManaged) => PatternProbe.Compile(pattern, default, faults, isManaged)!;
    }

    /// <summary>A long value is searched in stretches; what stands across their borders, or looks back over them, is found where it is.</summary>
    [Theory]
    [InlineData("b", true)]
    [InlineData("(a+)(b)", true)]
    [InlineData("(?<=a{40})b", true)]
    [InlineData("^ab", false)]
    [InlineData("^a+b", true)]
    [InlineData("\\Gb", false)]
    [InlineData("\\Ga+b", true)]
    [InlineData("b$", true)]
    [InlineData("$", true)]
    [InlineData("c", false)]
    public void Long_values_are_searched_whole(string pattern, bool matches)
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        var faults = new RuleFaults();
        var (native, managed) = (PatternProbe.Compile(pattern, default, faults)!, PatternProbe.Compile(pattern, default, faults, isManaged: true)!);
        foreach (var length in (int[])[62, 63, 64, 65, 127, 2047, 2048, 5000, 70_000])
        {
            var value = Encoding.Latin1.GetBytes(new string('a', length) + "b");
            var (left, right) = (new Captures(), new Captures());
            Assert.Equal(matches ? Answer.Yes : Answer.No, native.Ask(value, Bytes.Empty, left));
            Assert.Equal(matches ? Answer.Yes : Answer.No, managed.Ask(value, Bytes.Empty, right));
            if (matches) Assert.Equal(Told(right), Told(left));
        }
    }

    /// <summary>Each place takes a millisecond, which is below the limit of steps, and there are 4,096: seconds for one value, were nobody to look at the time.</summary>
    [Fact]
    public void Slow_places_are_given_up_together()
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        var probe = PatternProbe.Compile("<[^a]*[^b]*[^c]*[^d]*[xyz]", default, new())!;
        Assert.Equal(Answer.Unknown, probe.Ask(Encoding.Latin1.GetBytes(new string('<', 4096)), Bytes.Empty, null));
        Assert.Equal(Answer.No, probe.Ask("<<<<<<<<"u8, Bytes.Empty, null));
    }

    [Theory]
    [InlineData("a.b", "a\nb", true)]
    [InlineData("^ab$", "ab\n", false)]
    [InlineData("^ab$", "x\nab", false)]
    [InlineData("[$]$", "$", true)]
    [InlineData("", "", true)]
    [InlineData("^$", "", true)]
    [InlineData("\\xe9", "\xe9", true)]
    [InlineData("^\\v[\\v]$", "\x85\n", true)]
    [InlineData("^\\V\\H\\N$", "abc", true)]
    [InlineData("^\\V", "\f", false)]
    [InlineData("^\\R.$", "\r\n", false)]
    [InlineData("^\\N", "\n", false)]
    public void Meaning_of_signs(string pattern, string value, bool matches)
    {
        foreach (var isManaged in (bool[])[true, false])
            Assert.Equal(matches ? Answer.Yes : Answer.No, PatternProbe.Compile(pattern, default, new(), isManaged)!.Ask(Encoding.Latin1.GetBytes(value), Bytes.Empty, null));
    }

    /// <summary>What libpcre2 takes and no other engine understands: rules mean the same wherever they are loaded.</summary>
    [Theory]
    [InlineData("a(?R)?b")]
    [InlineData("(a(?1)?b)")]
    [InlineData("(*COMMIT)a")]
    [InlineData("a\\Kb")]
    [InlineData("(?|(a)|(b))")]
    public void Recursion_and_verbs_are_refused(string pattern)
    {
        foreach (var isManaged in (bool[])[true, false])
        {
            var faults = new RuleFaults();
            Assert.Null(PatternProbe.Compile(pattern, default, faults, isManaged));
            Assert.Contains("Write it as PCRE without recursion and verbs.", Assert.Single(faults.Sentences), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_never_ends_is_given_up()
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        Assert.Equal(Answer.Unknown, PatternProbe.Compile("^(?:a+)+$", default, new())!.Ask(Encoding.Latin1.GetBytes(new string('a', 64) + "!"), Bytes.Empty, null));
    }

    private static string Told(Captures captures) => string.Join(' ', Enumerable.Range(0, captures.Count).Select(group => $"{captures[group].Start}+{captures[group].Length}"));
}
