using CsCheck;
using Plimsoll.Core.Packages;

namespace Plimsoll.Core.Tests;

public sealed class PackageUrlParserTests
{
    [Theory]
    [InlineData("pkg:npm/express@4.18.2", "pkg:npm/express@4.18.2")]
    [InlineData("PKG:NPM/express", "pkg:npm/express")]
    [InlineData("pkg://npm/express@1", "pkg:npm/express@1")]
    [InlineData("pkg:npm/%40babel/core@7.0.0", "pkg:npm/%40babel/core@7.0.0")]
    [InlineData("pkg:npm/@babel/core@7.0.0", "pkg:npm/%40babel/core@7.0.0")]
    [InlineData("pkg:npm/@babel/core", "pkg:npm/%40babel/core")]
    [InlineData("pkg:golang/github.com/x/y@v1.2.3#sub/dir", "pkg:golang/github.com/x/y@v1.2.3#sub/dir")]
    [InlineData("pkg:deb/debian/curl@7.50.3-1%2Bb1?distro=jessie&arch=i386", "pkg:deb/debian/curl@7.50.3-1%2Bb1?arch=i386&distro=jessie")]
    [InlineData("pkg:deb/debian/curl@7.50.3-1+b1?Arch=&distro=x", "pkg:deb/debian/curl@7.50.3-1%2Bb1?distro=x")]
    [InlineData("pkg:oci/web@sha256%3Aab?repository_url=r.example%2Fweb", "pkg:oci/web@sha256:ab?repository_url=r.example%2Fweb")]
    [InlineData("pkg:generic/a%C3%A9@1", "pkg:generic/a%C3%A9@1")]
    [InlineData("pkg:npm/express@", "pkg:npm/express")]
    public void Reads_and_writes_the_canonical_form(string text, string canonical)
    {
        Assert.True(PackageUrlParser.TryParse(text, out var purl));
        Assert.Equal(canonical, purl.ToString());
    }

    [Fact]
    public void Gives_the_parts()
    {
        Assert.True(PackageUrlParser.TryParse("pkg:Maven/org.x/a%2Fb@1%2F2?type=jar#p/q", out var purl));
        Assert.Equal(("maven", "org.x", "a/b", "1/2", "p/q"), (purl.Type, purl.Namespace, purl.Name, purl.Version, purl.Subpath));
        Assert.Equal("jar", purl.Qualifiers["type"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("npm/express@1")]
    [InlineData("pkg:")]
    [InlineData("pkg:npm")]
    [InlineData("pkg:npm/")]
    [InlineData("pkg:/express")]
    [InlineData("pkg:n pm/express")]
    [InlineData("pkg:npm/expr%zzess")]
    [InlineData("pkg:npm/express%4")]
    [InlineData("pkg:npm/express@%FF")]
    [InlineData("pkg:npm/express?arch")]
    public void Refuses_what_is_none(string text) => Assert.False(PackageUrlParser.TryParse(text, out _));

    [Fact]
    public void Gives_back_whatever_was_written() =>
        Gen.Select(Gen.Int[0, 2].Select(i => ((string[])["npm", "deb", "maven"])[i]), Gen.String, Gen.String, Gen.String, Gen.String, Gen.String).Sample((type, space, name, version, arch, subpath) =>
        {
            var purl = new PackageUrl(type, space, name + "n", version) { Subpath = subpath }.With("arch", arch);
            Assert.True(PackageUrlParser.TryParse(purl.ToString(), out var read), purl.ToString());
            Assert.Equal(purl.ToString(), read.ToString());
        });

    [Fact]
    public void Any_text_is_answered() => Gen.String.Sample(text => PackageUrlParser.TryParse("pkg:a/" + text, out var purl) == false || purl.Name.Length > 0);
}
