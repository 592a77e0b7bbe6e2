using CsCheck;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class ConditionTests
{
    private static readonly Origin origin = Origin.Argument("test");

    [Theory]
    [InlineData("a == 1", true)]
    [InlineData("a == 01", false)]
    [InlineData("number(a) == 01", true)]
    [InlineData("b == ON", true)]
    [InlineData("b == [off, on]", true)]
    [InlineData("b != [off, on]", false)]
    [InlineData("missing == x", false)]
    [InlineData("missing != x", true)]
    [InlineData("missing", false)]
    [InlineData("not missing", true)]
    [InlineData("c has two and not c has tw", true)]
    [InlineData("c[1] == two and c[9] == x", false)]
    [InlineData("c contains 'ne tw'", true)]
    [InlineData("c starts one and c ends three", true)]
    [InlineData("c matches '^one .* three$'", true)]
    [InlineData("size(d) <= 10m", true)]
    [InlineData("size(d) > 10485760", false)]
    [InlineData("time(e) == 90s", true)]
    [InlineData("count(f) == 2", true)]
    [InlineData("any(f, it == y)", true)]
    [InlineData("all(f, it == y)", false)]
    [InlineData("none(f, it == z)", true)]
    [InlineData("any(block, inner == 1)", true)]
    [InlineData("all(missing, it == 1)", true)]
    [InlineData("version >= 1.9 and version < 1.10", true)]
    [InlineData("unknown == 1", null)]
    [InlineData("unknown == 1 and a == 2", false)]
    [InlineData("unknown == 1 and a == 1", null)]
    [InlineData("unknown == 1 or a == 1", true)]
    [InlineData("not unknown == 1", null)]
    [InlineData("size(b) > 1", null)]
    [InlineData("(a == 2 or a == 1) and b == on", true)]
    public void Comes_to(string condition, bool? expected)
    {
        var parsed = ConditionParser.Parse(condition, out var error);
        Assert.True(parsed is not null, error);
        Assert.Equal(expected, parsed.Evaluate(Situation()).Truth);
    }

    [Theory]
    [InlineData("", "column 1: expected a setting, found the end")]
    [InlineData("a ==", "column 5: expected a value, found the end")]
    [InlineData("a == 'x", "column 6: expected the end of a quoted text, found `'x`")]
    [InlineData("a b", "column 3: expected the end, `and` or `or`, found `b`")]
    [InlineData("any(a)", "column 6: expected `,`, found `)`")]
    [InlineData("a[x] == 1", "column 4: expected the number of an argument, the first is 0, found `] == 1`")]
    [InlineData("size(a) < big", "`big` is no size")]
    [InlineData("a matches '('", "the pattern `(` cannot be used: *")]
    public void Says_what_is_wrong(string condition, string expected)
    {
        Assert.Null(ConditionParser.Parse(condition, out var error));
        if (expected.EndsWith('*')) Assert.StartsWith(expected[..^1], error, StringComparison.Ordinal);
        else Assert.Equal(expected, error);
    }

    [Fact]
    public void Deep_nesting_is_refused() => Assert.Null(ConditionParser.Parse(new string('(', 100_000) + "a" + new string(')', 100_000), out _));

    [Fact]
    public void Any_text_is_parsed_or_refused() => Gen.String[Gen.Char["ab(),[]'<>=!. notandorhy0"], 0, 40].Sample(text =>
    {
        if (ConditionParser.Parse(text, out var error) is { } parsed) parsed.Evaluate(Situation());
        else Assert.NotEmpty(error);
    });

    private static Situation Situation()
    {
        var configuration = new Configuration
        {
            Application = "redis",
            Version = "1.9.3",
            Settings =
            [
                Of("a", "1"), Of("b", "on"), Of("c", "one", "two", "three"), Of("d", "10m"), Of("e", "1m", "30s"), Of("f", "x"), Of("f", "y"),
                Of("unknown", "$X") with { Needs = "the value of $X" }, Setting.Block("block", [], origin, [Of("inner", "1")]),
            ],
        };
        var judged = new Judged(new Redis(), configuration);
        return new Situation(judged, judged.Root);
    }

    private static Setting Of(string key, params string[] arguments) => new(key, [.. arguments], origin);
}
