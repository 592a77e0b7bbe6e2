namespace Plimsoll.EndToEnd.Tests;

/// <summary>Real images against what their own package managers say.</summary>
public sealed class PackageSetTests(RealImages images)
{
    private const string App = "srv/app";
    private const string Deleted = "pkg:npm/left-pad@1.3.0";

    public static TheoryData<string> Images => ["debian-base", "debian-nginx", "debian-postgres", "debian-node-app"];

    public static MatrixTheoryData<string, string> Packed =>
        new(["debian-nginx", "debian-postgres", "debian-node-app"], ["docker.tar", "docker.tar.gz", "docker.tar.zst", "oci", "oci:latest", "oci-zstd", "oci.tar"]);

    private string[] Purls(string image, string form, params string[] options) => images.Purls(image, form, options);

    [Theory, MemberData(nameof(Images))]
    public void Debian_packages_are_those_of_dpkg_query(string image) =>
        Assert.Equal(Oracles.Dpkg(images.Rootfs(image)), Oracles.Named(Purls(image, "rootfs"), "deb"));

    [Fact]
    public void Npm_packages_are_those_of_npm_query()
    {
        var expected = Oracles.Npm(Path.Combine(images.Rootfs("debian-node-app"), App));
        Assert.True(expected.Length > 300, $"npm query knows only {expected.Length}");
        Assert.Equal(expected, Oracles.Named(Purls("debian-node-app", "rootfs"), "npm"));
    }

    [Fact]
    public void Npm_packages_are_those_of_npm_ls() =>
        Assert.Equal(Oracles.NpmTree(Path.Combine(images.Rootfs("debian-node-app"), App)), Oracles.Named(Purls("debian-node-app", "rootfs"), "npm"));

    [Theory, MemberData(nameof(Images))]
    public void There_is_nothing_but_Debian_and_npm_packages(string image) =>
        Assert.All(Purls(image, "oci"), purl => Assert.True(purl.StartsWith("pkg:deb/debian/", StringComparison.Ordinal) || purl.StartsWith("pkg:npm/", StringComparison.Ordinal), purl));

    [Theory, MemberData(nameof(Packed))]
    public void Every_form_of_an_image_has_the_packages_of_its_root(string image, string form) =>
        Assert.Equal(Purls(image, "rootfs"), Purls(image, form));

    [Theory, MemberData(nameof(Images))]
    public void No_package_is_listed_twice(string image)
    {
        var purls = Purls(image, "oci");
        Assert.NotEmpty(purls);
        Assert.Equal(purls.Distinct(), purls);
    }

    [Theory, MemberData(nameof(Images))]
    public void The_purls_format_lists_the_same_packages(string image) =>
        Assert.Equal(Purls(image, "oci").Order(StringComparer.Ordinal), Run.Plimsoll("scan", images.Target(image, "oci"), "--format", "purls").Expect(0).Lines);

    [Theory, InlineData("oci"), InlineData("docker.tar")]
    public void What_the_last_layer_deletes_is_reported_with_all_layers_only(string form)
    {
        var installed = Purls("debian-node-app", form);
        Assert.DoesNotContain(Deleted, installed);
        Assert.Contains(Deleted, Purls("debian-node-app", form, "--all-layers"));
        Assert.Empty(installed.Except(Purls("debian-node-app", form, "--all-layers")));
    }

    [Fact]
    public void Only_one_cataloger_gives_its_packages_only() =>
        Assert.Equal(
            Purls("debian-node-app", "rootfs").Where(purl => purl.StartsWith("pkg:deb/", StringComparison.Ordinal)),
            Purls("debian-node-app", "rootfs", "--only", "os/dpkg"));
}
