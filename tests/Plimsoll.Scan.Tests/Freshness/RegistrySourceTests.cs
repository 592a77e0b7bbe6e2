using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Tests;

namespace Plimsoll.Scan.Tests.Freshness;

/// <summary>Answers of registries, written down from their specifications and served on loopback.</summary>
public sealed class RegistrySourceTests : IDisposable
{
    private const string NpmDocument = """
        {"name":"left-pad","dist-tags":{"latest":"1.3.0","next":"2.0.0-rc.1"},"versions":{
          "0.9.0":{"name":"left-pad","version":"0.9.0"},
          "1.2.0":{"name":"left-pad","version":"1.2.0","deprecated":"use String.prototype.padStart()"},
          "1.3.0":{"name":"left-pad","version":"1.3.0","deprecated":""},
          "2.0.0-rc.1":{"name":"left-pad","version":"2.0.0-rc.1"}}}
        """;

    private const string NuGetIndex = """{"version":"3.0.0","resources":[{"@id":"http://HOST/nuget/other/","@type":"SearchQueryService"},{"@id":"http://HOST/nuget/flat/","@type":"PackageBaseAddress/3.0.0"}]}""";

    private const string PyPiDocument = """
        {"meta":{"api-version":"1.1"},"name":"my-package","versions":["1.0","1.1","2.0","2.1rc1","3.0"],"files":[
          {"filename":"my-package-1.0.tar.gz","url":"x","hashes":{},"yanked":false},
          {"filename":"my_package-1.1-py3-none-any.whl","url":"x","hashes":{},"yanked":"broken"},
          {"filename":"my-package-1.1.tar.gz","url":"x","hashes":{},"yanked":true},
          {"filename":"my_package-2.0-py3-none-any.whl","url":"x","hashes":{}},
          {"filename":"my_package-3.0-py3-none-any.whl","url":"x","hashes":{},"yanked":""},
          {"filename":"my_package-3.0.tar.gz","url":"x","hashes":{},"yanked":true}]}
        """;

    private const string MavenDocument = """
        <?xml version="1.0" encoding="UTF-8"?>
        <metadata><groupId>com.example</groupId><artifactId>lib</artifactId><versioning><latest>1.9.1</latest><release>1.9.1</release>
        <versions><version>1.9.0</version><version>2.0.0</version><version>2.1.0-RC1</version><version>1.9.1</version></versions><lastUpdated>20260101000000</lastUpdated></versioning></metadata>
        """;

    private const string PackagistDocument = """{"minified":"composer/2.0","packages":{"acme/lib":[{"name":"acme/lib","version":"v3.1.0","version_normalized":"3.1.0.0","abandoned":"acme/new"},{"version":"3.0.0-beta1"},{"version":"2.8.0"}]}}""";

    private readonly RegistryLab lab = new();

    public static TheoryData<string> Registries => ["npm", "nuget", "pypi", "cargo", "gem", "composer", "maven", "golang"];

    [Theory]
    [InlineData("v0.0.0-20230101000000-0123456789ab", Standing.Behind)]
    [InlineData("v0.0.0-20260101000000-0123456789ab", Standing.Current)]
    public void A_module_without_releases_has_a_newest_commit(string installed, Standing standing)
    {
        lab.Put("go/example.org/m/@v/list", "");
        lab.Put("go/example.org/m/@latest", """{"Version":"v0.0.0-20260101000000-0123456789ab","Time":"2026-01-01T00:00:00Z"}""");
        Assert.Equal((standing, "v0.0.0-20260101000000-0123456789ab"), RegistryLab.Only(lab.Ask([RegistryLab.Package("golang", "example.org/m", installed)])) is var one ? (one.Standing, one.Newest) : default);
    }

    [Fact]
    public void A_gem_for_Java_only_is_no_newer_one()
    {
        lab.Put("gems/api/v1/versions/nokogiri.json", """[{"number":"1.16.1","platform":"java"},{"number":"1.16.0","platform":"x86_64-linux"},{"number":"1.16.0","platform":"java"},{"number":"1.15.0","platform":"ruby"}]""");
        Assert.Equal("1.16.0", RegistryLab.Only(lab.Ask([RegistryLab.Package("gem", "nokogiri", "1.15.0")])).Newest);
    }

    [Fact]
    public void A_Python_project_that_is_archived_is_warned_of()
    {
        lab.Put("pypi/simple/old/", """{"meta":{"api-version":"1.4"},"name":"old","project-status":{"status":"archived","reason":"use new"},"versions":["1.0"],"files":[]}""");
        Assert.Equal("archived", RegistryLab.Only(lab.Ask([RegistryLab.Package("pypi", "old", "1.0")])).Warning);
    }

    [Theory]
    [InlineData("^1.0.0", "1.3.0")] // What `latest` names.
    [InlineData("~1.2.0 || 0.9.0", "0.9.0")] // 1.2.0 is deprecated.
    [InlineData("~1.2.0", "1.2.0")]
    [InlineData("^1.0.0|~1.2.0", "1.2.0")] // Two packages ask.
    [InlineData("npm:left-pad@0.x", "0.9.0")]
    [InlineData("^2.0.0-rc.0", "2.0.0-rc.1")]
    [InlineData("^7.0.0", null)]
    [InlineData("git+https://example.org/left-pad.git", null)]
    [InlineData("^1.0.0|next", null)]
    [InlineData(null, null)]
    public void Npm_s_newest_allowed_is_what_all_that_depend_on_it_ask_for(string? ranges, string? expected)
    {
        lab.Put("npm/left-pad", NpmDocument);
        const string Path = "/app/node_modules/left-pad/package.json";
        var asked = RegistryLab.Package("npm", "left-pad", "1.2.0") with { Locations = [new Location(Path)] };
        var asking = (ranges?.Split('|') is { } all && !ranges.Contains("||", StringComparison.Ordinal) ? all : ranges is null ? [] : [ranges])
            .Select((range, i) => RegistryLab.Package("npm", $"user{i}", "1.0.0") with { Requires = [new Requirement(Path, ByLocation: true, range)] });
        Assert.Equal(expected, lab.Ask([asked, .. asking]).Packages.Single(package => package.Name == "left-pad").NewestAllowed);
    }

    [Theory]
    [InlineData("npm", "1.2.0", "1.3.0", "1.3.0", Standing.Behind, "deprecated: use String.prototype.padStart()")]
    [InlineData("npm", "1.3.0", "1.3.0", "1.3.0", Standing.Current, null)]
    [InlineData("npm", "0.8.0", "1.3.0", "0.9.0", Standing.Behind, null)]
    [InlineData("npm", "2.0.0-rc.1", "1.3.0", null, Standing.Current, null)]
    [InlineData("npm", "latest", "1.3.0", null, Standing.Unknown, null)]
    [InlineData("nuget", "12.0.1", "13.0.3", "12.0.3", Standing.Behind, null)]
    [InlineData("nuget", "13.0.3", "13.0.3", "13.0.3", Standing.Current, null)]
    [InlineData("pypi", "1.0", "2.0", "1.0", Standing.Behind, null)]
    [InlineData("pypi", "1.1", "2.0", "1.0", Standing.Behind, "yanked")]
    [InlineData("pypi", "3.0", "2.0", null, Standing.Current, "yanked")]
    [InlineData("cargo", "0.8.2", "1.0.9", "0.8.3", Standing.Behind, null)]
    [InlineData("cargo", "1.0.10", "1.0.9", "1.0.9", Standing.Current, "yanked")]
    [InlineData("gem", "6.1.7", "7.0.8", "6.1.7.6", Standing.Behind, null)]
    [InlineData("composer", "v2.7.0", "v3.1.0", "2.8.0", Standing.Behind, "abandoned in favour of acme/new")]
    [InlineData("maven", "1.8", "2.0.0", "1.9.1", Standing.Behind, null)]
    [InlineData("golang", "v1.2.0", "v1.4.1", null, Standing.Behind, null)]
    [InlineData("golang", "v1.4.1", "v1.4.1", null, Standing.Current, null)]
    public void Says_what_is_newest(string type, string installed, string newest, string? ofMajor, Standing standing, string? warning)
    {
        Publish();
        var found = RegistryLab.Only(lab.Ask([Package(type, installed)]));
        Assert.Equal((newest, ofMajor, standing, warning), (found.Newest, found.NewestOfMajor, found.Standing, found.Warning));
        Assert.Equal((type, lab.Host, installed), (found.Source, found.From, found.Installed));
        Assert.Empty(lab.Problems);
    }

    [Theory]
    [MemberData(nameof(Registries))]
    public void An_unknown_package_is_said_to_be_and_is_no_failure(string type)
    {
        Publish();
        lab.Behave = (path, _) => path == "nuget/index.json" ? null : Response.Text(404, "not here");
        var freshness = lab.Ask([Package(type, "1.0.0")]);
        Assert.Empty(freshness.Packages);
        var missing = Assert.Single(freshness.Unanswered);
        Assert.Equal((type, lab.Host, "404 X"), (missing.Source, missing.From, missing.Reason));
        Assert.Empty(lab.Problems);
    }

    [Theory]
    [MemberData(nameof(Registries))]
    public void What_is_no_document_is_a_problem(string type)
    {
        Publish();
        foreach (var wrong in (string[])["<html>sign in</html>", "", "[]", "{}", "null", "\"1.0.0\"", "<metadata/>", "{\"versions\":5,\"files\":{}}"])
        {
            lab.Behave = (path, _) => path == "nuget/index.json" ? null : Response.Text(200, wrong);
            var freshness = lab.Ask([Package(type, "1.0.0")]);
            Assert.Empty(freshness.Packages);
            Assert.Equal("it answers with something that is no document of its kind", Assert.Single(freshness.Unanswered).Reason);
            var problem = Assert.Single(lab.Problems);
            Assert.Equal(($"refresh/{type}", lab.Host), (problem.Unit, problem.Where));
            Directory.Delete(Path.Combine(lab.Folder, "plimsoll"), recursive: true);
        }
    }

    [Theory]
    [MemberData(nameof(Registries))]
    public void A_cut_document_is_never_half_read(string type)
    {
        Publish();
        var whole = RegistryLab.Only(lab.Ask([Package(type, "1.0.0")]));
        Directory.Delete(Path.Combine(lab.Folder, "plimsoll"), recursive: true);
        lab.Behave = (path, request) => path == "nuget/index.json" || request["range"] is not null ? null : lab.Files.TryGetValue(path, out var body) ? new Response(200, body) { Cut = body.Length / 2, Headers = ["ETag: \"1\""] } : null;
        var freshness = lab.Ask([Package(type, "1.0.0")]);
        Assert.True(freshness.Packages.SequenceEqual([whole]) || (freshness.Packages.IsEmpty && lab.Problems.Count == 1));
    }

    [Fact]
    public void Asks_once_for_several_places_of_a_package_and_says_one_failure_once()
    {
        lab.Behave = (_, _) => Response.Text(500, "");
        var freshness = lab.Ask(Enumerable.Range(0, 20).Select(i => RegistryLab.Package("npm", $"p{i:00}", "1.0.0")));
        Assert.Empty(freshness.Packages);
        Assert.Equal(20, freshness.Unanswered.Sum(missing => missing.Packages.Length));
        Assert.InRange(lab.Requests.Count, 3 * 2, 7 * 2); // Three failures, and those that were on their way; each is tried twice.
        Assert.Contains(lab.Problems, problem => problem.Message.EndsWith("the server failed 3 times in a row and was not asked again", StringComparison.Ordinal));
        Publish();
        lab.Behave = null;
        lab.Ask([Package("npm", "1.2.0"), Package("npm", "1.3.0")]);
        Assert.Single(lab.Requests);
    }

    [Fact]
    public void A_scoped_name_is_one_segment()
    {
        lab.Put("npm/@babel%2Fcore", NpmDocument);
        var package = new Package { Purl = new PackageUrl("npm", "@babel", "core", "1.2.0"), Name = "@babel/core", Version = "1.2.0", FoundBy = "test" };
        Assert.Equal("1.3.0", RegistryLab.Only(lab.Ask([package])).Newest);
        Assert.StartsWith("application/vnd.npm.install-v1+json", Assert.Single(lab.Requests)["accept"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("off")]
    [InlineData("direct")]
    [InlineData("file:///srv/go")]
    public void Without_a_proxy_go_is_not_asked(string proxy)
    {
        lab.Variables["GOPROXY"] = proxy;
        Assert.Contains("GOPROXY", Assert.Single(lab.Ask([Package("golang", "v1.0.0")]).Unanswered).Reason, StringComparison.Ordinal);
        Assert.Empty(lab.Requests);
    }

    [Fact]
    public void Removed_packages_and_those_of_no_registry_are_not_asked_for()
    {
        var freshness = lab.Ask([Package("npm", "1.2.0") with { RemovedIn = 1 }, RegistryLab.Package("generic", "nginx", "1.25.3"), RegistryLab.Package("golang", "stdlib", "1.20.5")]);
        Assert.Empty(lab.Requests);
        Assert.Equal(["generic", "golang"], freshness.Unanswered.Select(missing => missing.Source));
    }

    public void Dispose() => lab.Dispose();

    private void Publish()
    {
        lab.Put("npm/left-pad", NpmDocument);
        lab.Put("nuget/index.json", NuGetIndex.Replace("HOST", lab.Host, StringComparison.Ordinal));
        lab.Put("nuget/flat/newtonsoft.json/index.json", """{"versions":["12.0.1","12.0.3","13.0.3","13.0.4-beta1"]}""");
        lab.Put("pypi/simple/my-package/", PyPiDocument);
        lab.Put("crates/ra/nd/rand", Crate(("0.8.2", false), ("0.8.3", false), ("1.0.9", false), ("1.0.10", true), ("2.0.0-alpha.1", false)));
        lab.Put("gems/api/v1/versions/rails.json", """[{"number":"7.1.0.beta1","prerelease":true},{"number":"7.0.8","prerelease":false},{"number":"6.1.7.6","prerelease":false}]""");
        lab.Put("packagist/p2/acme/lib.json", PackagistDocument);
        lab.Put("maven2/com/example/lib/maven-metadata.xml", MavenDocument);
        lab.Put("go/github.com/!burnt!sushi/toml/@v/list", "v1.3.0\nv1.4.1\nv1.5.0-rc.1\nv1.2.0\n");
    }

    private static string Crate(params (string Version, bool IsYanked)[] versions) =>
        string.Concat(versions.Select(one => $$"""{"name":"rand","vers":"{{one.Version}}","deps":[],"cksum":"0","features":{},"yanked":{{(one.IsYanked ? "true" : "false")}}}""" + "\n"));

    private static Package Package(string type, string version) => type switch
    {
        "npm" => RegistryLab.Package(type, "left-pad", version),
        "nuget" => RegistryLab.Package(type, "Newtonsoft.Json", version),
        "pypi" => RegistryLab.Package(type, "My_Package", version),
        "cargo" => RegistryLab.Package(type, "rand", version),
        "gem" => RegistryLab.Package(type, "rails", version),
        "composer" => RegistryLab.Package(type, "acme/lib", version, "acme"),
        "maven" => RegistryLab.Package(type, "com.example:lib", version, "com.example"),
        _ => RegistryLab.Package(type, "github.com/BurntSushi/toml", version, "github.com/burntsushi"),
    };
}
