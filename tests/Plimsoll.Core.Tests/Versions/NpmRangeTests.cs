using CsCheck;
using Plimsoll.Core.Versions;

namespace Plimsoll.Core.Tests.Versions;

public sealed class NpmRangeTests
{
    [Theory]
    [InlineData("<= 1.2.3", "0.0.1 1.2.3", "1.2.4 1.2.3-beta")]
    [InlineData(">= 1.0.0, < 2.0.0", "1.0.0 1.99.99", "0.9.9 2.0.0 1.5.0-rc.1")]
    [InlineData("1.2.7 || >=1.2.9 <2.0.0", "1.2.7 1.2.9 1.4.6", "1.2.8 2.0.0")]
    [InlineData(">1.2.3-alpha.3", "1.2.3-alpha.7 3.4.5", "1.2.3-alpha.3 3.4.5-alpha.9")]
    [InlineData("1.2.3 - 2.3", "1.2.3 2.3.9", "1.2.2 2.4.0")]
    [InlineData("1.2 - 2.3.4", "1.2.0 2.3.4", "1.1.9 2.3.5")]
    [InlineData("~1.2.3", "1.2.3 1.2.9", "1.2.2 1.3.0")]
    [InlineData("~>1", "1.0.0 1.9.9", "0.9.9 2.0.0")]
    [InlineData("^0.2.3", "0.2.3 0.2.9", "0.2.2 0.3.0")]
    [InlineData("^0.0.3", "0.0.3", "0.0.4")]
    [InlineData("^1.2.3-beta.2", "1.2.3-beta.4 1.9.0", "1.2.4-beta.2 2.0.0")]
    [InlineData("1.x", "1.0.0 v1.9.9", "0.9.9 2.0.0 2.0.0-0")]
    [InlineData("", "0.0.0 99.0.0", "1.0.0-alpha latest")]
    [InlineData("> 9", "10.0.0", "9.9.9 9.0.0")]
    [InlineData("<=99999999999999999999", "99999999999999999999.9.9", "100000000000000000000.0.0")]
    public void Holds_what_its_grammar_says(string text, string inside, string outside)
    {
        Assert.True(NpmRange.TryParse(text, out var range));
        Assert.All(inside.Split(' '), version => Assert.True(range.Contains(version), version));
        Assert.All(outside.Split(' '), version => Assert.False(range.Contains(version), version));
    }

    [Theory]
    [InlineData("< 2.0.0", "1.5.0-rc.1 2.0.0-rc.1", "2.0.0")]
    [InlineData("1.x", "1.0.0-alpha 1.5.0-rc.1", "2.0.0-alpha 0.9.0")]
    [InlineData("^1.2", "1.2.0-alpha", "2.0.0-alpha")]
    [InlineData("^1.2.3", "1.3.0-alpha", "1.2.3-alpha 2.0.0-alpha")]
    public void With_previews_they_are_as_other_versions(string text, string inside, string outside)
    {
        Assert.True(NpmRange.TryParse(text, out var range, previews: true));
        Assert.All(inside.Split(' '), version => Assert.True(range.Contains(version), version));
        Assert.All(outside.Split(' '), version => Assert.False(range.Contains(version), version));
    }

    [Theory]
    [InlineData("latest"), InlineData(">"), InlineData("^"), InlineData("1.2.3 -"), InlineData("- 1.2.3"), InlineData("1.2.3.4"), InlineData("1..2"), InlineData("1.x.3"), InlineData("1.2-beta"), InlineData(">>1")]
    [InlineData("1.2.3 || latest"), InlineData("!1.2.3"), InlineData("git+https://example.org/a.git"), InlineData("1.2.3-a_b"), InlineData("1.2.3 - 2.3.4 - 3"), InlineData("=>1")]
    public void What_is_not_understood_is_no_range(string text) => Assert.False(NpmRange.TryParse(text, out _));

    [Fact]
    public void A_range_has_a_longest_text()
    {
        var text = "1.2.3".PadRight(NpmRange.MaxLength);
        Assert.True(NpmRange.TryParse(text, out var range));
        Assert.True(range.Contains("1.2.3"));
        Assert.False(NpmRange.TryParse(text + " ", out _));
        Assert.True(NpmRange.TryParse("<=" + new string('9', 256), out var long256));
        Assert.True(long256.Contains("1.2.3"));
        Assert.False(NpmRange.TryParse("<=" + new string('9', 257), out _));
        Assert.True(NpmRange.TryParse(new string('|', NpmRange.MaxLength), out var any));
        Assert.True(any.Contains("1.2.3"));
    }

    [Fact]
    public void Any_text_is_answered()
    {
        var text = Gen.OneOf(Gen.String, Gen.Char["0129.-+xX*<>=~^|, va"].Array[0, 20].Select(chars => new string(chars)));
        Gen.Select(text, text).Sample((one, version) => !NpmRange.TryParse(one, out var range) || !range.Contains(version) || VersionSchemes.Named("npm")!.TryCompare(version, version, out _), iter: 20_000);
    }
}
