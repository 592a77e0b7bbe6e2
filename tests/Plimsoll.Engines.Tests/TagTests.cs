using System.Text;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Http;
using Plimsoll.Engines.Registry;
using Plimsoll.Scan;

namespace Plimsoll.Engines.Tests;

/// <summary>Newer tags of images, asked of a real registry, and of one that lies.</summary>
public sealed class TagTests(TinyImage image)
{
    private static readonly string[] tags = ["1.25-slim", "1.26-slim", "1.27.3-slim", "1.27-slim", "2.0-slim", "2.1-slim-rc1", "2.1-alpine3.20", "2.2", "20240923-slim", "latest"];

    private static ScanResult Scan(string target, string cache, string? under = null) => Scanner.Scan(new ScanRequest
    {
        Target = Target.Parse(target),
        Base = under is null ? null : Target.Parse(under),
        Freshness = true,
        FreshnessTransport = new TransportOptions { Attempts = 2, Pause = TimeSpan.FromMilliseconds(1), Stall = TimeSpan.FromSeconds(20) },
        Environment = name => name switch { "XDG_CACHE_HOME" => cache, "npm_config_registry" => "none:", _ => null },
    });

    private static void Tag(string host, IEnumerable<string> names) => Tools.Bash("""
        python3 -c '
        import sys, urllib.request
        root, type = f"http://{sys.argv[1]}/v2/library/tiny/manifests/", "application/vnd.oci.image.manifest.v1+json"
        data = urllib.request.urlopen(urllib.request.Request(root + "1", headers={"Accept": type})).read()
        for tag in sys.argv[2].split():
            urllib.request.urlopen(urllib.request.Request(root + tag, data, {"Content-Type": type}, method="PUT"))' "$1" "$2"
        """, host, string.Join(' ', names));

    [Fact]
    public void A_base_named_by_an_annotation_has_newer_tags()
    {
        using var logins = new LoginFolder();
        using var registry = new RealRegistry(image);
        using var folder = new TemporaryFolder();
        Tag(registry.Host, tags);
        Tools.Bash("""cp -r "$2" "$1/oci"; umoci config --image "$1/oci:latest" --config.label "org.opencontainers.image.base.name=$3/library/tiny:1.25-slim" """, folder.Path, image.Layout, registry.Host);
        for (var time = 1; time <= 2; time++)
        {
            var found = Assert.Single(Scan($"oci:{folder.At("oci")}", folder.At("cache")).Freshness!.Images);
            Assert.Equal($"{registry.Host}/library/tiny:1.25-slim", found.Image);
            Assert.Equal((true, "1.25-slim", "2.0-slim", "1.27-slim", Standing.Behind, null), (found.IsBase, found.Tag, found.Newest, found.NewestOfMajor, found.Standing, found.Unknown));
            Tag(registry.Host, ["3.0-slim"]); // The second time the kept answer is used.
        }
    }

    [Fact]
    public void An_image_of_a_registry_and_its_base_by_option_are_both_asked_for()
    {
        using var logins = LoginFolder.For("127.0.0.1", RealRegistry.User, RealRegistry.Password);
        using var registry = new RealRegistry(image);
        using var folder = new TemporaryFolder();
        Tag(registry.Host, tags);
        var result = Scan($"registry:{registry.Host}/library/tiny:2.2", folder.At("cache"), under: $"registry:{registry.Host}/library/tiny:1.27-slim");
        Assert.Equal([(true, "2.0-slim", Standing.Behind), (false, "2.2", Standing.Current)], result.Freshness!.Images.Select(one => (one.IsBase, one.Newest!, one.Standing)));
        Assert.DoesNotContain(result.Problems, problem => problem.Unit == "refresh/tags");
    }

    [Fact]
    public void A_tag_without_a_version_and_a_base_without_a_name_are_said_to_be_unknown()
    {
        using var logins = new LoginFolder();
        using var registry = new RealRegistry(image);
        using var folder = new TemporaryFolder();
        Tag(registry.Host, ["latest"]);
        var freshness = Scan($"registry:{registry.Host}/library/tiny:latest", folder.At("cache")).Freshness!;
        Assert.Equal("its tag `latest` names no version", Assert.Single(freshness.Images).Unknown);
        Assert.Contains("Which image this one was built on is not known by a name, so nobody was asked for newer tags of it; `--base registry:NAME:TAG` says it.", freshness.Notes);
    }

    [Fact]
    public void A_registry_that_has_a_password_is_shown_it_and_one_that_refuses_is_a_problem()
    {
        using var folder = new TemporaryFolder();
        using var registry = new RealRegistry(image, hasPassword: true);
        Tools.Bash("""cp -r "$2" "$1/oci"; umoci config --image "$1/oci:latest" --config.label "org.opencontainers.image.base.name=$3/library/tiny:1" """, folder.Path, image.Layout, registry.Host);
        using (LoginFolder.For(registry.Host, RealRegistry.User, RealRegistry.Password))
            Assert.Equal((Standing.Current, "1"), Assert.Single(Scan($"oci:{folder.At("oci")}", folder.At("one")).Freshness!.Images) is var found ? (found.Standing, found.Newest) : default);
        using (new LoginFolder())
        {
            var result = Scan($"oci:{folder.At("oci")}", folder.At("two"));
            Assert.Equal(Completeness.Partial, result.Completeness);
            Assert.Contains(result.Problems, problem => problem.Where == $"{registry.Host}/library/tiny:1" && problem.Message.Contains("wants a name and a password for the tags of `library/tiny`", StringComparison.Ordinal));
        }
    }

    /// <summary>2,500 tags, n at a time.</summary>
    private static Response Page(Request request, Func<string, string> link)
    {
        var query = request.Path.Split('?').ElementAtOrDefault(1) ?? "";
        var last = query.Split('&').FirstOrDefault(part => part.StartsWith("last=", StringComparison.Ordinal))?[5..];
        var start = last is null ? 0 : int.Parse(last.Split('.')[1]) + 1;
        var names = Enumerable.Range(start, Math.Min(1000, 2500 - start)).Select(i => $"1.{i}").ToList();
        return Response.Text(200, $$"""{"name":"library/tiny","tags":[{{string.Join(',', names.Select(name => $"\"{name}\""))}}]}""") with { Headers = start + names.Count < 2500 ? [link(names[^1])] : [] };
    }

    private static IReadOnlyList<string> List(Func<Request, Response> answer)
    {
        using var server = new FakeServer(request => request.Path.Contains("/tags/list", StringComparison.Ordinal) ? answer(request) : Response.Text(404, "{}"));
        Assert.True(ImageReference.TryParse($"{server.Host}/library/tiny:1", out var reference, out _));
        using var client = new RegistryClient(reference!, RegistryOptions.Default with { PlainHttp = true, Attempts = 2, Pause = TimeSpan.FromMilliseconds(1), Stall = TimeSpan.FromSeconds(20) });
        return client.ListTags();
    }

    [Theory]
    [InlineData("</v2/library/tiny/tags/list?n=1000&last={0}>; rel=\"next\"")]
    [InlineData("<?last={0}>; rel=next")]
    [InlineData("</elsewhere>; rel=\"prev\", </v2/library/tiny/tags/list?last={0}>; rel=\"next\"")]
    public void Pages_are_followed_to_the_last(string link) =>
        Assert.Equal(Enumerable.Range(0, 2500).Select(i => $"1.{i}"), List(request => Page(request, last => $"Link: {string.Format(null, link, last)}")));

    [Theory]
    [InlineData("<https://evil.example.org/v2/library/tiny/tags/list?last={0}>; rel=\"next\"")]
    [InlineData("</v2/other/tags/list?last={0}>; rel=\"next\"")]
    [InlineData("</v2/library/tiny/tags/list?n=1000>; rel=\"next\"")]
    public void A_page_that_leads_elsewhere_or_to_itself_is_refused(string link)
    {
        var refused = Assert.Throws<PlimsollException>(() => List(request => Page(request, last => $"Link: {string.Format(null, link, last)}")));
        Assert.Equal("registry-lies", refused.Code);
    }

    [Fact]
    public void Pages_without_end_are_given_up()
    {
        var pages = 0;
        var refused = Assert.Throws<PlimsollException>(() => List(_ => Response.Text(200, """{"tags":[]}""") with { Headers = [$"Link: <?last={++pages}>; rel=\"next\""] }));
        Assert.EndsWith("does not give the tags of `library/tiny` whole: there are more than 1,000 pages of them.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Too_many_tags_are_given_up()
    {
        var page = new StringBuilder("{\"tags\":[").AppendJoin(',', Enumerable.Range(0, 100_001).Select(i => $"\"{i}\"")).Append("]}").ToString();
        var pages = 0;
        var refused = Assert.Throws<PlimsollException>(() => List(_ => Response.Text(200, page) with { Headers = [$"Link: <?last={++pages}>; rel=\"next\""] }));
        Assert.EndsWith("there are more than 200,000 of them.", refused.Message, StringComparison.Ordinal);
    }
}
