using System.Text;
using Plimsoll.Guard.SecLang.Operators;

namespace Plimsoll.Guard.Tests.SecLang.Hostile;

/// <summary>
/// Requests made of the worst values that searches found: none with a body of at most 8 KiB takes 5 ms of the thread's time, in longer ones patterns are
/// stopped within a millisecond of the end of their time, and what is cut short is told.
/// </summary>
public sealed class SlowRequestTests(ITestOutputHelper output)
{
    /// <summary>Bytes of a body, and nanoseconds that no request with such a one takes.</summary>
    internal const int ShortBody = 8 << 10;
    internal const long Most = 5_000_000;

    private const long mostOver = 1_000_000;

    /// <summary>Each was the slowest of some pattern; the first takes 5 s of a matcher that nothing bounds.</summary>
    private static readonly Recipe[] worst =
    [
        new("<{):-@p]a", "<", "?", " ", 0),
        new("<$B:\\/m&a]r q(u", "<", "#", " ", 5),
        new("for/fa %", "%", "a", "a", 2),
        new("@}i*m;p@o|r+t^/*", ":", "'", " ", 2),
        new("& Ku=$a   \"'re\"p'l\\a", " ", "\"", "\x01", 3),
        new("w[a\"t\"c$[9h'& '\"", "\"", "q", "!", 3),
        new("select", "'", "[", " ", 1),
        new("` like ", "a", "@", "!", 3),
        new("*/V ; charset=\"utf-8; , TB/Hx", " ", " ", "!", 0),
        new("&& $a   ", "'", " ", " ", 0),
        new("select(from", ".", "(", "a", 1),
        new("t$i\\me&", "\"", ".", ")", 1),
        new("|| ,", "\"", "^", "a", 2),
        new("bytes=41-9,-  -7212-", "3", "0", "\x01", 0),
        new("; if (", " ", " ", ")", 3),
        new("create function ", " ", " ", "", 2),
        new("' and ", " ", " ", "", 0),
        new("like l", "7", "1", "\x01", 4),
        new("\"", "\"", "'", " ", 1),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void No_request_of_the_worst_values_is_slow(int paranoia)
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        using var suite = CoreRuleSetSuite.Open();
        Assert.SkipWhen(suite is null, "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        using var rules = new RuledRequest(suite!, paranoia);
        var (worstLeft, worstTook, failed) = (long.MaxValue, 0L, 0);
        foreach (var recipe in worst)
        {
            foreach (var (length, count) in ((int, int)[])[(60, 1), (60, 40), (250, 1), (250, 10), (1_000, 1), (1_000, 3), (2_600, 1), (60, 600), (1_000, 40), (8_000, 5), (40_000, 1)])
            {
                var body = Body(recipe, length, count);
                var outcome = rules.PostOften(body);
                Assert.True(outcome.Left >= -mostOver, $"{-outcome.Left} ns too long: {recipe}, {length} bytes each");
                if (outcome.IsIncomplete) failed++;
                worstLeft = Math.Min(worstLeft, outcome.Left);
                if (body.Length > ShortBody) continue;
                Assert.True(outcome.Took < Most, $"{outcome.Took} ns: {recipe}, {count} of {length} bytes");
                worstTook = Math.Max(worstTook, outcome.Took);
            }
        }
        output.WriteLine($"level {paranoia}: the slowest of at most {ShortBody} bytes took {worstTook / 1e6:F2} ms; patterns of any ended {worstLeft / 1e6:F2} ms before their time; {failed} were given up");
        Assert.True(failed > 5, "nothing was slow enough to be given up");
    }

    /// <summary>A form of some fields of the same value.</summary>
    internal static string Body(Recipe recipe, int length, int count)
    {
        var value = Uri.EscapeDataString(Encoding.Latin1.GetString(recipe.Value(length)));
        return string.Join('&', Enumerable.Range(0, count).Select(i => $"p{i}={value}"));
    }
}
