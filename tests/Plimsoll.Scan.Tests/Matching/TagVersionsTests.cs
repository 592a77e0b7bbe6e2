using Plimsoll.Core.Advisories;
using Plimsoll.Core.Versions;
using Plimsoll.Scan.Catalogers.Binary;
using Plimsoll.Scan.Matching;

namespace Plimsoll.Scan.Tests.Matching;

public sealed class TagVersionsTests
{
    [Theory]
    [InlineData("github.com/apache/httpd", "2.4.57", "2.4.57")]
    [InlineData("github.com/nginx/nginx", "release-1.25.3", "1.25.3")]
    [InlineData("github.com/mirror/busybox", "1_36_1", "1.36.1")]
    [InlineData("git.savannah.gnu.org/git/bash", "bash-5.2", "5.2")]
    [InlineData("github.com/haproxy/haproxy", "v2.8.0", "2.8.0")]
    [InlineData("github.com/curl/curl", "curl-8_1_0", "8.1.0")]
    [InlineData("github.com/mariadb/server", "mariadb-10.11.4", "10.11.4")]
    [InlineData("github.com/memcached/memcached", "1.6.21", "1.6.21")]
    [InlineData("github.com/nodejs/node", "v18.0.0", "18.0.0")]
    [InlineData("github.com/openssl/openssl", "openssl-3.0.1", "3.0.1")]
    [InlineData("github.com/openssl/openssl", "OpenSSL_1_1_1k", "1.1.1k")]
    [InlineData("github.com/perl/perl5", "v5.36.0", "5.36.0")]
    [InlineData("github.com/perl/perl5", "perl-5.8.9", "5.8.9")]
    [InlineData("github.com/php/php-src", "php-8.1.2", "8.1.2")]
    [InlineData("github.com/postgres/postgres", "REL_15_2", "15.2")]
    [InlineData("github.com/postgres/postgres", "REL9_6_24", "9.6.24")]
    [InlineData("github.com/python/cpython", "v3.11.4", "3.11.4")]
    [InlineData("github.com/redis/redis", "7.0.11", "7.0.11")]
    [InlineData("github.com/ruby/ruby", "v3_2_2", "3.2.2")]
    [InlineData("github.com/sqlite/sqlite", "version-3.42.0", "3.42.0")]
    [InlineData("github.com/madler/zlib", "v1.2.13", "1.2.13")]
    public void A_tag_is_the_version_that_the_program_says(string repository, string tag, string version)
    {
        var read = TagVersions.Parse(tag, TagVersions.Words(repository))!;
        Assert.True(VersionSchemes.Named("generic")!.TryCompare(version, read, out var order) && order == 0, read);
    }

    [Theory]
    [InlineData("master-test-2015-11-19-1")]
    [InlineData("support-protocol-v7")]
    [InlineData("tiny-curl-7_72_0")]
    [InlineData("latest")]
    [InlineData("v")]
    [InlineData("")]
    [InlineData("curl")]
    [InlineData("vision-1.0")]
    public void What_names_no_release_is_none(string tag) => Assert.Null(TagVersions.Parse(tag, TagVersions.Words("github.com/curl/curl")));

    [Theory]
    [InlineData("github.com/postgres/postgres", "REL_16_BETA1", "16.0")]
    [InlineData("github.com/php/php-src", "php-8.1.2RC1", "8.1.2")]
    [InlineData("github.com/openssl/openssl", "openssl-3.0.0-alpha1", "3.0.0")]
    public void A_preview_is_not_its_release(string repository, string tag, string version) =>
        Assert.True(VersionSchemes.Named("generic")!.TryCompare(TagVersions.Parse(tag, TagVersions.Words(repository))!, version, out var order) && order < 0);

    [Fact]
    public void Every_program_but_Java_is_looked_up_in_a_repository_or_at_Bitnami() =>
        Assert.Equal(["openjdk"], NativePrograms.All.Where(program => !UpstreamNames.Of(program.CpeOf("1.0"), "1.0").Any(lookup => lookup.Ecosystem == UpstreamNames.Git)).Select(program => program.Name));

    [Fact]
    public void Only_entries_on_repositories_are_changed()
    {
        var npm = new AffectedPackage { Ecosystem = "npm", Name = "curl", Versions = ["v1"] };
        Assert.Same(npm, TagVersions.Resolve(npm));
        Assert.Equal(["1.2"], TagVersions.Resolve(npm with { Ecosystem = "GIT", Name = "https://github.com/Curl/curl.git", Versions = ["curl-1_2", "nonsense"] }).Versions);
    }
}
