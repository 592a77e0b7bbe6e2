using System.Security.Cryptography;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;

namespace Plimsoll.Core.Tests;

public sealed class NounTests
{
    [Theory]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", true)]
    [InlineData("sha256:E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", false)]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85", false)]
    [InlineData("sha256:../../../../etc/passwd", false)]
    [InlineData("md5:d41d8cd98f00b204e9800998ecf8427e", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Only_registered_digests_parse(string? text, bool expected) => Assert.Equal(expected, Digest.TryParse(text, out _));

    [Fact]
    public void A_hash_and_its_text_are_the_same_digest()
    {
        Assert.True(Digest.TryParse("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", out var parsed));
        Assert.Equal(parsed, Digest.OfHash(SHA256.HashData([])));
        Assert.Equal("e3b0c44298fc", parsed.Short);
        Assert.Equal("sha512", Digest.OfHash(SHA512.HashData([])).Algorithm);
        Assert.Throws<ArgumentException>(() => Digest.OfHash(new byte[20]));
    }

    [Theory]
    [InlineData("linux/amd64", "linux/amd64", true)]
    [InlineData("linux/arm", "linux/arm/v7", true)]
    [InlineData("linux/arm/v6", "linux/arm/v7", false)]
    [InlineData("linux/arm64", "linux/amd64", false)]
    public void A_platform_without_a_variant_accepts_any(string wanted, string offered, bool expected)
    {
        Assert.True(Platform.TryParse(wanted, out var asked));
        Assert.True(Platform.TryParse(offered, out var given));
        Assert.Equal(expected, asked.Accepts(given));
    }

    [Theory, InlineData("linux"), InlineData("linux/"), InlineData("/amd64"), InlineData("linux/arm/v7/x"), InlineData("")]
    public void What_is_no_platform_does_not_parse(string text) => Assert.False(Platform.TryParse(text, out _));

    [Fact]
    public void Problems_of_layers_come_first_and_then_by_place()
    {
        var crash = new Problem(ProblemKind.Crashed, "os/dpkg", "/a", "x");
        var layer = new Problem(ProblemKind.Truncated, Problem.Layers, "layer 2", "x");
        var later = new Problem(ProblemKind.Malformed, "os/dpkg", "/b", "x");
        Assert.Equal([layer, crash, later], new[] { later, crash, layer }.Order());
    }

    [Fact]
    public void Locations_sort_by_path_layer_and_line()
    {
        Location[] sorted = [new("/a"), new("/a", 0), new("/a", 1), new("/a", 1, 3), new("/b", 0, 1)];
        Assert.Equal(sorted, sorted.Reverse().Order());
        Assert.Equal("/a:3", new Location("/a", 1, 3).ToString());
    }
}
