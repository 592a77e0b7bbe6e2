using Plimsoll.Core.Versions;

namespace Plimsoll.Core.Tests.Versions;

public sealed class VersionSchemesTests
{
    [Theory]
    [InlineData("dpkg", "Debian:12", "Debian", "Ubuntu:22.04:LTS", "Ubuntu:Pro:18.04:LTS", "Echo")]
    [InlineData("apk", "Alpine:v3.20", "Wolfi", "Chainguard", "MinimOS", "Alpaquita:23", "BellSoft Hardened Containers:25")]
    [InlineData("rpm", "Red Hat:enterprise_linux:9::baseos", "Rocky Linux:9", "AlmaLinux:9", "SUSE:Linux Enterprise Server 15 SP5", "openSUSE:Tumbleweed", "openEuler:24.03-LTS", "Mageia:9", "Photon OS:5.0", "Azure Linux:3", "Mariner:2")]
    [InlineData("pacman", "Arch Linux")]
    [InlineData("npm", "npm", "VSCode")]
    [InlineData("go", "Go")]
    [InlineData("cargo", "crates.io")]
    [InlineData("pep440", "PyPI")]
    [InlineData("maven", "Maven", "Maven:https://repo.example.org/maven2")]
    [InlineData("nuget", "NuGet")]
    [InlineData("gem", "RubyGems")]
    [InlineData("composer", "Packagist", "Packagist:https://packages.example.org/8")]
    [InlineData("hex", "Hex")]
    [InlineData("pub", "Pub", "Julia")]
    [InlineData("cran", "CRAN", "Bioconductor:3.18")]
    [InlineData("hackage", "Hackage")]
    [InlineData("semver", "SwiftURL", "GitHub Actions", "GHC", "Kubernetes")]
    [InlineData("generic", "Bitnami", "ConanCenter", "Linux", "Linux:Kernel")]
    public void An_ecosystem_has_the_scheme_of_its_packages(string id, params string[] ecosystems) =>
        Assert.All(ecosystems, ecosystem => Assert.Equal(id, VersionSchemes.ForEcosystem(ecosystem)?.Id));

    [Theory, InlineData("GIT"), InlineData("OSS-Fuzz"), InlineData("Android"), InlineData("Android:12"), InlineData("opam"), InlineData("FreeBSD:pkg"), InlineData("debian"), InlineData("Unheard of"), InlineData(""), InlineData(":"), InlineData(":Debian")]
    public void What_is_not_known_has_none(string ecosystem) => Assert.Null(VersionSchemes.ForEcosystem(ecosystem));

    [Fact]
    public void Applications_are_ordered_as_semantic_versions_where_they_look_like_ones()
    {
        string[] previews = ["", "-alpha.#", "-beta.#", "-rc.#", "-alpha", "-beta", "-rc"];
        var random = new Random(31);
        var (generic, semver) = (VersionSchemes.Named("generic")!, VersionSchemes.Named("semver")!);
        for (var i = 0; i < 20_000; i++)
        {
            var (left, right) = (Version(), Version());
            Assert.True(semver.TryCompare(left, right, out var expected));
            Assert.True(generic.TryCompare(left, right, out var order));
            Assert.True(Math.Sign(order) == Math.Sign(expected), $"`{left}` and `{right}`: {order}, not {expected}");
            Assert.Equal(semver.IsStable(left), generic.IsStable(left));
        }

        string Version() => $"{random.Next(2)}.{random.Next(12)}.{random.Next(3)}{previews[random.Next(previews.Length)].Replace("#", random.Next(1, 12).ToString(), StringComparison.Ordinal)}";
    }
}
