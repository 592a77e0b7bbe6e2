using CsCheck;
using Plimsoll.Core.Packages;

namespace Plimsoll.Core.Tests;

public sealed class PackageUrlTests
{
    [Theory]
    [InlineData("deb", "debian", "nginx", "1.22.1-9+deb12u2", "pkg:deb/debian/nginx@1.22.1-9%2Bdeb12u2")]
    [InlineData("deb", "debian", "bsdutils", "1:2.38.1-5", "pkg:deb/debian/bsdutils@1:2.38.1-5")]
    [InlineData("npm", "@babel", "core", "7.20.5", "pkg:npm/%40babel/core@7.20.5")]
    [InlineData("golang", "github.com/a/b", "c", null, "pkg:golang/github.com/a/b/c")]
    [InlineData("generic", null, "näme", "1 2", "pkg:generic/n%C3%A4me@1%202")]
    public void Writes_the_canonical_form(string type, string? @namespace, string name, string? version, string expected) =>
        Assert.Equal(expected, new PackageUrl(type, @namespace, name, version).ToString());

    [Fact]
    public void Qualifiers_are_sorted_and_empty_ones_left_out() =>
        Assert.Equal("pkg:deb/debian/a@1?arch=amd64&distro=debian-12", new PackageUrl("deb", "debian", "a", "1").With("distro", "debian-12").With("epoch", "").With("arch", "amd64").ToString());

    [Fact]
    public void A_copy_with_another_part_has_another_text()
    {
        var purl = new PackageUrl("npm", null, "a", "1");
        Assert.Equal("pkg:npm/a@1", purl.ToString());
        Assert.Equal("pkg:npm/b@1", (purl with { Name = "b" }).ToString());
        Assert.NotEqual(purl, purl with { Version = "2" });
    }

    [Fact]
    public void Any_name_and_version_come_back_by_percent_decoding() =>
        Gen.Select(Gen.String.Where(IsText), Gen.String.Where(IsText)).Sample((name, version) =>
        {
            var text = new PackageUrl("generic", null, name, version).ToString();
            Assert.DoesNotContain(text, c => c is ' ' or '?' or '#' or > '~' or < '!');
            var parts = text["pkg:generic/".Length..].Split('@');
            Assert.Equal([name, version], parts.Select(Uri.UnescapeDataString));
        });

    private static bool IsText(string text) => text.Length > 0 && text.EnumerateRunes().All(rune => rune != System.Text.Rune.ReplacementChar) && !text.Any(char.IsSurrogate);
}
