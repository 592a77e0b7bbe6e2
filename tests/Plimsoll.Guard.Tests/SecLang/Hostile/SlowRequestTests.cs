using System.Text;
using Plimsoll.Guard.SecLang.Operators;

namespace Plimsoll.Guard.Tests.SecLang.Hostile;

/// <summary>
/// Requests made of the worst values that searches found: patterns are stopped within a millisecond of the end of their time, and what is cut short is told.
/// </summary>
public sealed class SlowRequestTests(ITestOutputHelper output)
{
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

    [Fact]
    public void No_request_of_the_worst_values_is_slow()
    {
        Assert.SkipUnless(Pcre2.IsThere, "libpcre2-8 is not installed");
        using var suite = CoreRuleSetSuite.Open();
        Assert.SkipWhen(suite is null, "PLIMSOLL_SUITES has no suites/waf/crs-regression.tar.xz");
        using var rules = new RuledRequest(suite!, paranoia: 4);
        var (worstLeft, failed) = (long.MaxValue, 0);
        foreach (var recipe in worst)
        {
            foreach (var length in (int[])[60, 1_000, 8_000, 40_000])
            {
                // One value, or as many as a form may have.
                var body = Encoding.ASCII.GetBytes(string.Join('&', Enumerable.Range(0, Math.Min(900, 120_000 / (length * 3))).Select(i => $"p{i}=" + Uri.EscapeDataString(Encoding.Latin1.GetString(recipe.Value(length))))));
                var (isIncomplete, left) = rules.Post("application/x-www-form-urlencoded"u8, body);
                // Pages and caches that were cold are not the request's.
                for (var tries = 0; tries < 5 && left < -mostOver; tries++) left = Math.Max(left, rules.Post("application/x-www-form-urlencoded"u8, body).Left);
                Assert.True(left >= -mostOver, $"{-left} ns too long: {recipe}, {length} bytes each");
                if (isIncomplete) failed++;
                worstLeft = Math.Min(worstLeft, left);
            }
        }
        output.WriteLine($"the slowest ended {worstLeft / 1e6:F2} ms before its time; {failed} were given up");
        Assert.True(failed > 5, "nothing was slow enough to be given up");
    }
}
