using Plimsoll.Core.Applications;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Matching;

namespace Plimsoll.Scan.Tests.Matching;

public sealed class LookupsTests
{
    [Theory]
    [InlineData("debian", "12", "bookworm", "deb", "Debian:12 source 2")]
    [InlineData("debian", null, "trixie", "deb", "Debian:13 source 2")]
    [InlineData("debian", null, "sid", "deb", "Debian:sid source 2")]
    [InlineData("ubuntu", "24.04", null, "deb", "Ubuntu:24.04:LTS source 2|Ubuntu:24.04 source 2")]
    [InlineData("ubuntu", "23.04", null, "deb", "Ubuntu:23.04 source 2")]
    [InlineData("alpine", "3.20.3", null, "apk", "Alpine:v3.20 source 2")]
    [InlineData("alpine", "3.21_alpha20240923", null, "apk", "Alpine:edge source 2")]
    [InlineData("wolfi", "20230201", null, "apk", "Wolfi source 2")]
    [InlineData("chainguard", "20230214", null, "apk", "Chainguard source 2")]
    [InlineData("rocky", "9.4", null, "rpm", "Rocky Linux:9 source 2")]
    [InlineData("almalinux", "9.4", null, "rpm", "AlmaLinux:9 binary 1")]
    [InlineData("opensuse-leap", "15.6", null, "rpm", "openSUSE:Leap 15.6 source 2")]
    [InlineData("opensuse-tumbleweed", "20240101", null, "rpm", "openSUSE:Tumbleweed source 2")]
    [InlineData("rhel", "9.4", null, "rpm", "Red Hat:enterprise_linux:9 binary 1|Red Hat:enterprise_linux:9 source 2|Red Hat:enterprise_linux:9::baseos binary 1|Red Hat:enterprise_linux:9::baseos source 2|Red Hat:enterprise_linux:9::appstream binary 1|Red Hat:enterprise_linux:9::appstream source 2|Red Hat:enterprise_linux:9::crb binary 1|Red Hat:enterprise_linux:9::crb source 2")]
    public void Packages_of_a_distribution_are_looked_up_in_its_release(string id, string? version, string? codename, string type, string expected)
    {
        var os = new OsRelease { Id = id, VersionId = version, VersionCodename = codename, Location = new Location("/etc/os-release") };
        var package = new Package { Purl = new PackageUrl(type, id, "binary", "1"), Name = "binary", Version = "1", SourceName = "source", SourceVersion = "2", FoundBy = "os" };
        Assert.Equal(expected, Line(new Lookups(os), package));
    }

    [Fact]
    public void Products_of_suse_have_their_service_pack()
    {
        var os = new OsRelease { Id = "sles", VersionId = "15.5", Location = new Location("/etc/os-release") };
        Assert.Contains("SUSE:Linux Enterprise Module for Basesystem 15 SP5 a 1", Line(new Lookups(os), Of("rpm", "suse", "a")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_package_of_a_module_is_looked_up_with_its_stream()
    {
        var os = new OsRelease { Id = "rhel", VersionId = "9.4", Location = new Location("/etc/os-release") };
        var package = Of("rpm", "redhat", "nodejs") with { Purl = new PackageUrl("rpm", "redhat", "nodejs", "1").With("rpmmod", "nodejs:18:9020020230327152102:rhel9") };
        Assert.StartsWith("Red Hat:enterprise_linux:9 nodejs:18/nodejs 1|", Line(new Lookups(os), package), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("npm", "@scope", "name", "npm @scope/name 1")]
    [InlineData("npm", "@scope", "@scope/name", "npm @scope/name 1")]
    [InlineData("pypi", null, "Django", "PyPI Django 1")]
    [InlineData("maven", "org.a", "b", "Maven org.a:b 1")]
    [InlineData("golang", null, "stdlib", "Go stdlib 1")]
    [InlineData("golang", "github.com/A", "github.com/A/b/v2", "Go github.com/A/b/v2 1")]
    [InlineData("cargo", null, "serde", "crates.io serde 1")]
    [InlineData("gem", null, "rails", "RubyGems rails 1")]
    [InlineData("composer", "symfony", "console", "Packagist symfony/console 1")]
    [InlineData("nuget", null, "Newtonsoft.Json", "NuGet Newtonsoft.Json 1")]
    [InlineData("generic", null, "what", "? packages of the type `generic`")]
    [InlineData("alpm", "arch", "pacman", "? packages of the type `alpm`")]
    public void Packages_of_a_language_are_looked_up_in_its_ecosystem(string type, string? space, string name, string expected) =>
        Assert.Equal(expected, Line(new Lookups(os: null), Of(type, space, name)));

    [Theory]
    [InlineData("debian-12", null, "Debian:12 a 1")]
    [InlineData("debian-12", "b@2", "Debian:12 b 2")]
    [InlineData("alpine-3.20.1", "b", "Alpine:v3.20 b 1")]
    [InlineData("arch", null, "? packages of arch")]
    public void A_bill_of_materials_says_distribution_and_source_in_the_purl(string distro, string? upstream, string expected) =>
        Assert.Equal(expected, Line(new Lookups(os: null), Of("deb", "debian", "a") with { Purl = new PackageUrl("deb", "debian", "a", "1").With("distro", distro).With("upstream", upstream) }));

    [Fact]
    public void A_program_known_by_its_bytes_is_looked_up_in_what_upstream_says()
    {
        var nginx = Of("generic", null, "nginx") with { Cpe = "cpe:2.3:a:f5:nginx:1:*:*:*:*:*:*:*" };
        Assert.Equal("Bitnami nginx 1|GIT github.com/nginx/nginx 1|CPE f5:nginx 1|CPE nginx:nginx 1|CPE igor_sysoev:nginx 1", Line(new Lookups(os: null), nginx));
    }

    [Theory]
    [InlineData("maven", null, "gson", true)]
    [InlineData("maven", null, "com.google.code.gson:gson", false)]
    [InlineData("maven", "com.google.code.gson", "gson", false)]
    [InlineData("npm", null, "gson", false)]
    public void A_jar_without_a_group_has_no_name_that_advisories_know(string type, string? space, string name, bool expected) =>
        Assert.Equal(expected, Lookups.IsNameless(Of(type, space, name)));

    private static Package Of(string type, string? space, string name) => new() { Purl = new PackageUrl(type, space, name.Split('/')[^1], "1"), Name = name, Version = "1", FoundBy = "test" };

    private static string Line(Lookups lookups, Package package) =>
        lookups.Of(package, out var unknown) is { IsEmpty: false } found ? string.Join('|', found.Select(lookup => $"{lookup.Ecosystem} {lookup.Name} {lookup.Version}")) : $"? {unknown}";
}
