using System.Text.Json;

namespace Plimsoll.EndToEnd.Tests;

/// <summary>What the JSON report says about a real image beyond its package sets: layers, owners, base, application.</summary>
public sealed class FactsTests(RealImages images)
{
    private JsonElement Scan(string image, string form, params string[] options) => images.Scan(image, form, options);

    private static JsonElement Package(JsonElement scan, string name) =>
        Assert.Single(scan.GetProperty("packages").EnumerateArray(), package => package.GetProperty("name").GetString() == name);

    private static int?[] LayersOf(JsonElement package) =>
        [.. package.GetProperty("locations").EnumerateArray().Select(location => location.GetProperty("layer").ValueKind == JsonValueKind.Null ? (int?)null : location.GetProperty("layer").GetInt32()).Distinct()];

    private static string?[] Strings(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString())];

    [Theory, InlineData("oci"), InlineData("docker.tar"), InlineData("oci-zstd")]
    public void A_package_names_the_layer_that_brought_it_and_the_layer_its_command(string form)
    {
        var scan = Scan("debian-node-app", form);
        Assert.Equal([3], LayersOf(Package(scan, "express")));
        var layers = scan.GetProperty("layers").EnumerateArray().ToArray();
        Assert.Equal(5, layers.Length);
        Assert.Equal("COPY . /srv/app # buildkit", layers[3].GetProperty("createdBy").GetString());
    }

    [Fact]
    public void What_a_layer_removed_is_marked_with_that_layer()
    {
        var scan = Scan("debian-node-app", "oci", "--all-layers");
        Assert.Equal(4, Package(scan, "left-pad").GetProperty("removedIn").GetInt32());
        Assert.Equal(JsonValueKind.Null, Package(scan, "express").GetProperty("removedIn").ValueKind);
    }

    /// <summary>The same package in two folders is one package with two places.</summary>
    [Fact]
    public void Copies_of_a_package_are_its_locations()
    {
        var root = Path.Combine(images.Rootfs("debian-node-app"), "srv/app");
        var copies = Run.Shell("cd \"$1\" && grep -rl --include=package.json '\"name\": \"ms\"' node_modules | grep '/ms/package.json$' | xargs grep -l '\"version\": \"2.0.0\"'", root).Expect(0).Lines;
        Assert.True(copies.Length > 1, "the application no longer holds ms 2.0.0 twice");
        var scan = Scan("debian-node-app", "rootfs");
        var package = Assert.Single(scan.GetProperty("packages").EnumerateArray(), package => package.GetProperty("purl").GetString() == "pkg:npm/ms@2.0.0");
        Assert.Equal(copies.Select(copy => $"/srv/app/{copy}").Order(StringComparer.Ordinal), package.GetProperty("locations").EnumerateArray().Select(location => location.GetProperty("path").GetString()));
    }

    /// <summary>Debian's nodejs depends on packages such as node-acorn that install npm packages: those are parts, not findings.</summary>
    [Fact]
    public void An_npm_package_that_a_Debian_package_installed_is_part_of_it()
    {
        var scan = Scan("debian-node-app", "oci");
        var parts = Package(scan, "node-acorn").GetProperty("contains");
        Assert.Contains(Strings(parts), part => part!.StartsWith("pkg:npm/acorn@", StringComparison.Ordinal));
    }

    [Fact]
    public void The_base_image_tells_its_packages_from_those_on_top()
    {
        var scan = Scan("debian-node-app", "oci", "--base", images.Target("debian-base", "oci"));
        Assert.Equal(1, scan.GetProperty("image").GetProperty("base").GetProperty("layerCount").GetInt32());
        Assert.Equal("base", scan.GetProperty("layers")[0].GetProperty("origin").GetString());
        Assert.Equal("base", Package(scan, "base-files").GetProperty("origin").GetString());
        Assert.Equal("added", Package(scan, "nodejs").GetProperty("origin").GetString());
        Assert.Equal("added", Package(scan, "express").GetProperty("origin").GetString());
    }

    [Fact]
    public void The_application_of_an_nginx_image_is_nginx()
    {
        var application = TheApplication("debian-nginx");
        Assert.Equal("nginx", application.GetProperty("name").GetString());
        Assert.StartsWith("1.22.1", application.GetProperty("version").GetString(), StringComparison.Ordinal);
        Assert.Equal("/usr/sbin/nginx", application.GetProperty("executable").GetProperty("path").GetString());
        Assert.StartsWith("pkg:deb/debian/nginx@", application.GetProperty("package").GetString(), StringComparison.Ordinal);
        Assert.Contains("80/tcp", Strings(application.GetProperty("ports")));
        Assert.Contains("/etc/nginx/nginx.conf", application.GetProperty("configFiles").EnumerateArray().Select(file => file.GetProperty("path").GetString()));
        Assert.NotEmpty(Strings(application.GetProperty("evidence")));
    }

    [Fact]
    public void The_application_of_a_PostgreSQL_image_is_PostgreSQL_as_the_user_that_gosu_becomes()
    {
        var application = TheApplication("debian-postgres");
        Assert.Contains("postgres", application.GetProperty("name").GetString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("/usr/lib/postgresql/15/bin/postgres", application.GetProperty("executable").GetProperty("path").GetString());
        Assert.StartsWith("pkg:deb/debian/postgresql-15@", application.GetProperty("package").GetString(), StringComparison.Ordinal);
        Assert.Equal("postgres", application.GetProperty("user").GetString());
        Assert.Contains("5432/tcp", Strings(application.GetProperty("ports")));
    }

    [Fact]
    public void The_application_of_a_Node_image_is_the_npm_project_that_node_runs()
    {
        var application = TheApplication("debian-node-app");
        Assert.Equal("harbour-board", application.GetProperty("name").GetString());
        Assert.Equal("1.4.2", application.GetProperty("version").GetString());
        Assert.Equal(JsonValueKind.Null, application.GetProperty("package").ValueKind); // No package manager installed it: it is the project itself.
        Assert.Equal("app", application.GetProperty("user").GetString());
        Assert.Contains("node", application.GetProperty("runtime").GetString(), StringComparison.Ordinal);
        Assert.Contains("8080/tcp", Strings(application.GetProperty("ports")));
    }

    private JsonElement TheApplication(string image) => Assert.Single(Scan(image, "oci").GetProperty("applications").EnumerateArray());
}
