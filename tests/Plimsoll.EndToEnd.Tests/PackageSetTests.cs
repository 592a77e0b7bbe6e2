namespace Plimsoll.EndToEnd.Tests;

/// <summary>Real images against what their own package managers say.</summary>
public sealed class PackageSetTests(RealImages images)
{
    private const string App = "srv/app";

    public static TheoryData<string> Images => ["debian-base", "debian-nginx", "debian-postgres", "debian-node-app"];

    public static MatrixTheoryData<string, string> Packed =>
        new(["debian-nginx", "debian-postgres", "debian-node-app"], ["docker.tar", "docker.tar.gz", "docker.tar.zst", "oci", "oci:latest", "oci-zstd", "oci.tar"]);

    private string[] Purls(string image, string form, params string[] options) =>
        Run.Plimsoll(["scan", images.Target(image, form), "--format", "purls", .. options]).Expect(0).Lines;

    [Theory, MemberData(nameof(Images))]
    public void Debian_packages_are_those_of_dpkg_query(string image) =>
        Assert.Equal(Oracles.Dpkg(images.Rootfs(image)), Oracles.Named(Purls(image, "rootfs"), "deb"));

    [Fact]
    public void Npm_packages_are_those_of_npm_query()
    {
        var expected = Oracles.Npm(Path.Combine(images.Rootfs("debian-node-app"), App));
        Assert.True(expected.Length > 300, $"npm query knows only {expected.Length}");
        Assert.Equal(expected, Oracles.Named(Purls("debian-node-app", "rootfs"), "npm").Where(IsNotTheApp));
    }

    [Fact]
    public void Npm_packages_are_those_of_npm_ls()
    {
        var expected = Oracles.NpmTree(Path.Combine(images.Rootfs("debian-node-app"), App));
        Assert.Equal(expected, Oracles.Named(Purls("debian-node-app", "rootfs"), "npm").Where(IsNotTheApp));
    }

    [Fact]
    public void The_application_itself_is_a_package() =>
        Assert.Contains("pkg:npm/harbour-board@1.4.2", Purls("debian-node-app", "oci"));

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

    [Theory, InlineData("oci"), InlineData("docker.tar")]
    public void What_the_last_layer_deletes_is_reported_with_all_layers_only(string form)
    {
        const string deleted = "pkg:npm/left-pad@1.3.0";
        var installed = Purls("debian-node-app", form);
        Assert.DoesNotContain(deleted, installed);
        Assert.Equal([deleted], Purls("debian-node-app", form, "--all-layers").Where(purl => purl.StartsWith("pkg:npm/", StringComparison.Ordinal)).Except(installed));
    }

    [Fact]
    public void Only_one_cataloger_gives_its_packages_only()
    {
        var all = Purls("debian-node-app", "rootfs");
        var npm = Purls("debian-node-app", "rootfs", "--only", "javascript/npm-installed");
        Assert.Equal(all.Where(purl => purl.StartsWith("pkg:npm/", StringComparison.Ordinal)), npm.Where(purl => !purl.StartsWith("pkg:generic/", StringComparison.Ordinal)));
    }

    private static bool IsNotTheApp(string name) => !name.StartsWith("harbour-board ", StringComparison.Ordinal);
}
