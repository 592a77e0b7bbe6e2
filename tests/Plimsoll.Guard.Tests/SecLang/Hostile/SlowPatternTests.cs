using System.Text;
using Plimsoll.Guard.SecLang.Evaluation;
using Plimsoll.Guard.SecLang.Operators;
using Plimsoll.Guard.SecLang.Prefilter;

namespace Plimsoll.Guard.Tests.SecLang.Hostile;

/// <summary>
/// For every pattern of both Core Rule Sets values are searched on which it is slow: on none it takes more than 5 ms of the thread's time, and no request
/// with them does, with all that a guard does for it.
/// </summary>
public sealed class SlowPatternTests(ITestOutputHelper output)
{
    private const double most = 5;

    private static readonly bool isFull = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };

    [Fact]
    public void No_value_that_a_search_finds_is_slow()
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        using var suite = CoreRuleSetSuite.Open();
        Assert.SkipWhen(suite is null, "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        var (found, unread, unknown) = (new List<(double Time, string Pattern, Recipe Recipe, int Length)>(), 0, 0);
        foreach (var pattern in SuiteValues.Patterns(suite!))
        {
            if (PatternParser.Read(pattern) is not { } tree)
            {
                unread++;
                continue;
            }
            var probe = PatternProbe.Compile(pattern, default, new())!;
            var values = new SlowValues(tree, seed: 1);
            foreach (var length in isFull ? (int[])[60, 250, 1_000, 4_000, 16_000, 64_000, 128_000] : [60, 2_000])
            {
                var (worst, recipe) = (0.0, values.New());
                for (var tries = 0; tries < (isFull ? 200 : 4); tries++)
                {
                    var next = tries % 2 == 0 ? values.New() : values.Changed(recipe);
                    var time = Time(probe, next.Value(length), out var answer);
                    if (answer == Answer.Unknown) unknown++;
                    if (time <= worst) continue;
                    (worst, recipe) = (time, next);
                }
                found.Add((worst, pattern, recipe, length));
            }
        }
        foreach (var (time, pattern, recipe, length) in found.OrderByDescending(one => one.Time).Take(20)) output.WriteLine($"{time,8:F2} ms {length,7} {Visible($"{recipe}  {pattern[..Math.Min(60, pattern.Length)]}")}");
        output.WriteLine($"{found.Count} searches, {unread} patterns not read, {unknown} values given up");
        Assert.True(unread < 10, $"{unread} patterns are not read");
        // What took long once may have been the compiler's or the machine's time: it has to again.
        Assert.All(found.Where(one => one.Time > most), one =>
        {
            var (probe, value) = (PatternProbe.Compile(one.Pattern, default, new())!, one.Recipe.Value(one.Length));
            Assert.InRange(Enumerable.Range(0, 20).Min(_ => Time(probe, value, out var _)), 0, most);
        });
        using var rules = new RuledRequest(suite!, paranoia: 4);
        var slowest = 0L;
        foreach (var (_, pattern, recipe, length) in found.Where(one => one.Time > 0.05))
        {
            foreach (var count in (int[])[1, Math.Max(1, SlowRequestTests.ShortBody / 3 / Math.Min(length, 2_600))])
            {
                var body = SlowRequestTests.Body(recipe, Math.Min(length, 2_600), count);
                if (body.Length > SlowRequestTests.ShortBody) continue;
                var took = rules.Post("application/x-www-form-urlencoded", body).Took;
                if (took >= SlowRequestTests.Most) took = rules.PostOften(body).Took;
                Assert.True(took < SlowRequestTests.Most, $"{took} ns: {count} of {length}, {Visible($"{recipe}  {pattern}")}");
                slowest = Math.Max(slowest, took);
            }
        }
        output.WriteLine($"the slowest request took {slowest / 1e6:F2} ms");
    }

    /// <summary>A file of results is XML, which has no control characters.</summary>
    private static string Visible(string text) => string.Concat(text.Select(letter => letter is < ' ' or > '~' ? $"\\x{(int)letter:x2}" : letter.ToString()));

    /// <summary>Milliseconds of the thread's time.</summary>
    private static double Time(PatternProbe probe, byte[] value, out Answer answer)
    {
        var before = Effort.ThreadNanoseconds();
        answer = probe.Ask(value, Bytes.Empty, null);
        return (Effort.ThreadNanoseconds() - before) / 1e6;
    }

    /// <summary>What is searched again with calls comes to what one search would have come to, with the same groups.</summary>
    [Theory]
    [InlineData("(a.*?b.*?c)x|(q)", 150, "abc", "q")]
    [InlineData("(?<=y)(\\w+)\\s*=", 3_000, "word ", "y1=")]
    [InlineData("^(?:(a)|b|ab)*$", 3_000, "ab", "")]
    [InlineData("(?:(x)|y)*z", 3_000, "xy", "z")]
    [InlineData("[\"'](.*?)[\"'].*?(union)", 900, "a\" ", "union")]
    public void A_watched_search_finds_what_there_is(string pattern, int length, string pump, string end)
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        var value = string.Concat(Enumerable.Repeat(pump, length / pump.Length)) + end;
        var (captures, match) = (new Captures(), System.Text.RegularExpressions.Regex.Match(value, pattern, System.Text.RegularExpressions.RegexOptions.Singleline, TimeSpan.FromMinutes(1)));
        Assert.Equal(Answer.Yes, PatternProbe.Compile(pattern, default, new())!.Ask(Encoding.Latin1.GetBytes(value), Bytes.Empty, captures));
        Assert.Equal((match.Index, match.Length), (captures[0].Start, captures[0].Length));
    }

    /// <summary>One budget is for all values: what the first have spent the last do not have.</summary>
    [Fact]
    public void Many_values_share_the_time_of_a_request()
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        var (probe, effort, value) = (PatternProbe.Compile("<[^a]*[^b]*[xyz]", default, new())!, new Effort(), Encoding.Latin1.GetBytes(new string('<', 40)));
        var answers = Enumerable.Range(0, 20_000).Select(_ => probe.Ask(value, Bytes.Empty, null, effort)).ToList();
        Assert.Equal(Answer.No, answers[0]);
        Assert.Equal(Answer.Unknown, answers[^1]);
        var spent = answers.IndexOf(Answer.Unknown);
        Assert.All(answers.Skip(spent), answer => Assert.Equal(Answer.Unknown, answer));
        effort.Renew();
        Assert.Equal(Answer.No, probe.Ask(value, Bytes.Empty, null, effort));
    }
}
