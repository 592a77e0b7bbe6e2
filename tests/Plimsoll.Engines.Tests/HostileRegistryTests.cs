using System.Diagnostics;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Engines.Registry;
using Plimsoll.Scan;

namespace Plimsoll.Engines.Tests;

/// <summary>A registry that cuts, lies, loops, stalls and asks to wait.</summary>
public sealed class HostileRegistryTests(TinyImage image)
{
    private static readonly RegistryOptions quick = new() { Attempts = 3, Pause = TimeSpan.FromMilliseconds(1), Stall = TimeSpan.FromSeconds(20) };

    private static ScanResult Scan(FakeRegistry registry, RegistryOptions? options = null) =>
        Scanner.Scan(new ScanRequest { Target = Target.Parse(registry.Target), Registry = options ?? quick });

    private static PlimsollException Refusal(FakeRegistry registry) => Assert.Throws<PlimsollException>(() => Scan(registry));

    private static void HasProblem(ScanResult result, ProblemKind kind, string part)
    {
        Assert.Equal(Completeness.Partial, result.Completeness);
        Assert.Contains(result.Problems, problem => problem.Kind == kind && problem.Message.Contains(part, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_blob_that_is_cut_again_and_again_is_resumed(bool knowsRanges)
    {
        FakeRegistry registry = null!;
        var cut = 0;
        using (registry = new FakeRegistry(image, request =>
        {
            if (!image.HasLayer(request)) return null;
            var honest = registry.Honest(request, knowsRanges);
            // Without ranges, each connection must get further than the one before.
            return honest with { Cut = knowsRanges ? 300_000 : 300_000 * Interlocked.Increment(ref cut) };
        }))
        {
            using var logins = new LoginFolder();
            image.Check(Scan(registry));
            Assert.True(registry.Requests.Count(request => image.HasLayer(request) && request.From > 0) > 5);
        }
    }

    [Fact]
    public void A_blob_that_does_not_get_further_is_given_up_and_the_rest_is_read()
    {
        FakeRegistry registry = null!;
        var second = image.Parts().Layers[1].Digest;
        using (registry = new FakeRegistry(image, request => request.Path.EndsWith(second, StringComparison.Ordinal) ? registry.Honest(request) with { Cut = request.From == 0 ? 1000 : 0 } : null))
        {
            using var logins = new LoginFolder();
            var result = Scan(registry);
            HasProblem(result, ProblemKind.Unreadable, $"only 1,000 of its {image.Parts().Layers[1].Size:N0} bytes were received");
            HasProblem(result, ProblemKind.Unreadable, "tried 4 times; what is behind was not read");
            Assert.Equal(["base-files 12.4", "left-pad 1.3.0"], TinyImage.Packages(result));
        }
    }

    [Fact]
    public void A_missing_blob_is_a_problem()
    {
        var second = image.Parts().Layers[1].Digest;
        using var registry = new FakeRegistry(image, request => request.Path.EndsWith(second, StringComparison.Ordinal) ? Response.Text(404, "") : null);
        using var logins = new LoginFolder();
        HasProblem(Scan(registry), ProblemKind.Unreadable, "answers 404");
    }

    [Theory]
    [InlineData("longer header", " are offered; what is behind was not read")]
    [InlineData("shorter header", " are offered; what is behind was not read")]
    [InlineData("more sent", "but more are sent")]
    [InlineData("other range", "and sends it from byte 7")]
    public void A_lie_about_sizes_is_a_problem(string lie, string part)
    {
        FakeRegistry registry = null!;
        using (registry = new FakeRegistry(image, request =>
        {
            if (!image.HasLayer(request)) return null;
            var honest = registry.Honest(request);
            return lie switch
            {
                "longer header" => honest with { Length = honest.Body.Length + 1 },
                "shorter header" => honest with { Length = honest.Body.Length - 1 },
                "more sent" => honest with { Length = -1, Body = [.. honest.Body, 1] },
                _ => request.From == 0 ? honest with { Cut = 1000 } : honest with { Headers = ["Content-Range: bytes 7-8/9"] },
            };
        }))
        {
            using var logins = new LoginFolder();
            HasProblem(Scan(registry), ProblemKind.Unreadable, part);
        }
    }

    [Fact]
    public void Wrong_bytes_of_a_layer_are_a_problem_that_names_both_digests()
    {
        FakeRegistry registry = null!;
        var second = image.Parts().Layers[1].Digest;
        using (registry = new FakeRegistry(image, request =>
        {
            if (!request.Path.EndsWith(second, StringComparison.Ordinal)) return null;
            var honest = registry.Honest(request);
            honest.Body[^20] ^= 1;
            return honest;
        }))
        {
            using var logins = new LoginFolder();
            HasProblem(Scan(registry), ProblemKind.Mismatch, $"its blob is declared as {second}, but the bytes are sha256:");
        }
    }

    [Fact]
    public void A_wrong_manifest_or_configuration_ends_the_scan()
    {
        FakeRegistry registry = null!;
        var isManifest = true;
        using (registry = new FakeRegistry(image, request =>
        {
            if (isManifest ? !request.Path.EndsWith("/1", StringComparison.Ordinal) : !request.Path.EndsWith(image.Parts().Config, StringComparison.Ordinal)) return null;
            var honest = registry.Honest(request);
            honest.Body[^3] ^= 1;
            return honest with { Headers = [$"Docker-Content-Digest: {image.Parts().Manifest}"] };
        }))
        {
            using var logins = new LoginFolder();
            Assert.StartsWith($"The registry {registry.Host} contradicts itself: the manifest `library/tiny:1` is declared as {image.Parts().Manifest}, but its bytes are sha256:", Refusal(registry).Message, StringComparison.Ordinal);
            isManifest = false;
            Assert.Contains($"is declared as {image.Parts().Config}, but the bytes are sha256:", Refusal(registry).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Manifests_and_tokens_without_end_are_not_read_to_it()
    {
        using var registry = new FakeRegistry(image, request => request.Path.Contains("/manifests/", StringComparison.Ordinal) ? new Response(200, new byte[5 << 20]) : null);
        using var logins = new LoginFolder();
        Assert.Equal($"What the registry {registry.Host} gives as the manifest `library/tiny:1` has more than the 4,194,304 bytes that are read of its kind.", Refusal(registry).Message);
    }

    [Fact]
    public void Redirects_in_a_loop_end()
    {
        using var registry = new FakeRegistry(image, request => request.Path.Length > 4 ? Response.Text(307, "", $"Location: {request.Path}x") : null);
        using var logins = new LoginFolder();
        Assert.Equal($"The registry {registry.Host} does not give the manifest `library/tiny:1`: it redirects more than 5 times.", Refusal(registry).Message);
        Assert.Equal(6, registry.Requests.Count(request => request.Path.Length > 4));
    }

    [Fact]
    public void A_redirect_without_TLS_to_another_machine_is_not_followed()
    {
        using var registry = new FakeRegistry(image, request => request.Path.Length > 4 ? Response.Text(302, "", "Location: http://192.0.2.1/secret?token=1") : null);
        using var logins = new LoginFolder();
        Assert.Equal($"The registry {registry.Host} does not give the manifest `library/tiny:1`: it redirects to http://192.0.2.1, which is not reached by TLS.", Refusal(registry).Message);
    }

    [Fact]
    public void A_password_is_not_shown_to_where_a_redirect_leads()
    {
        using var store = new FakeRegistry(image, _ => null);
        using var registry = new FakeRegistry(image, request =>
            !request.Headers.ContainsKey("authorization") ? Response.Text(401, "", "WWW-Authenticate: Basic realm=x")
            : request.Path.Contains("/blobs/", StringComparison.Ordinal) ? Response.Text(307, "", $"Location: http://{store.Host}{request.Path}") : null);
        using var logins = LoginFolder.For(registry.Host, "captain", "secret");
        image.Check(Scan(registry));
        Assert.Equal(3, store.Requests.Count);
        Assert.DoesNotContain(store.Requests, request => request.Headers.ContainsKey("authorization"));
        Assert.Contains(registry.Requests, request => request.Headers.GetValueOrDefault("authorization") == "Basic " + Convert.ToBase64String("captain:secret"u8));
    }

    [Fact]
    public void A_token_is_fetched_where_the_registry_says_and_used()
    {
        using var tokens = new FakeRegistry(image, request => request.Headers.ContainsKey("authorization") ? Response.Text(200, """{"token":"good"}""") : Response.Text(401, ""));
        var given = 0;
        using var registry = new FakeRegistry(image, request =>
            request.Path.Length > 4 && (request.Headers.GetValueOrDefault("authorization") != "Bearer good" || Interlocked.Increment(ref given) == 3) // The third time the token has expired.
                ? Response.Text(401, "", $"WWW-Authenticate: Bearer realm=\"http://{tokens.Host}/token?x=1\",service=\"a b\",scope=\"repository:other:push\"") : null);
        using (LoginFolder.For(registry.Host, "captain", "secret")) image.Check(Scan(registry));
        Assert.Equal(2, tokens.Requests.Count);
        Assert.All(tokens.Requests, request => Assert.Equal("/token?x=1&scope=repository%3Alibrary%2Ftiny%3Apull&service=a%20b", request.Path));
        using var anonymous = new LoginFolder();
        Assert.Equal($"{tokens.Host} gives no token for `library/tiny` to the anonymous: it answers 401 X.", Refusal(registry).Message);
    }

    [Fact]
    public void An_identity_token_buys_a_token()
    {
        using var tokens = new FakeRegistry(image, request => request.Method == "POST" ? Response.Text(200, """{"access_token":"good"}""") : Response.Text(401, ""));
        using var registry = new FakeRegistry(image, request => request.Path.Length > 4 && request.Headers.GetValueOrDefault("authorization") != "Bearer good" ? Response.Text(401, "", $"WWW-Authenticate: Bearer realm=\"http://{tokens.Host}/token\",service=s") : null);
        using var logins = new LoginFolder($$$"""{"auths":{"{{{registry.Host}}}":{"identitytoken":"long/lived"} } }""");
        image.Check(Scan(registry));
        Assert.Equal("grant_type=refresh_token&client_id=plimsoll&service=s&scope=repository%3Alibrary%2Ftiny%3Apull&refresh_token=long%2Flived", Assert.Single(tokens.Requests).Body);
    }

    [Fact]
    public void A_token_is_not_fetched_without_TLS_from_another_machine()
    {
        using var registry = new FakeRegistry(image, request => request.Path.Length > 4 ? Response.Text(401, "", "WWW-Authenticate: Bearer realm=\"http://192.0.2.1/token\"") : null);
        using var logins = new LoginFolder();
        Assert.Equal($"The registry {registry.Host} cannot be asked for `library/tiny`: it sends to `http://192.0.2.1/token` for a token, which is no address with TLS.", Refusal(registry).Message);
    }

    [Fact]
    public void What_asks_to_wait_a_little_is_waited_for()
    {
        var asked = 0;
        using var registry = new FakeRegistry(image, request => request.Path.Length > 4 && Interlocked.Increment(ref asked) % 2 == 1 ? Response.Text(429, "", "Retry-After: 1") : null);
        using var logins = new LoginFolder();
        var watch = Stopwatch.StartNew();
        image.Check(Scan(registry));
        Assert.True(watch.Elapsed > TimeSpan.FromSeconds(2), $"asked again after {watch.Elapsed}");
    }

    [Theory]
    [InlineData(429, "Retry-After: 3600", "registry-busy", "does not give the manifest `library/tiny:1` now: it answers 429 X, and asks to wait 3,600 seconds.")]
    [InlineData(429, "X: y", "registry-unreachable", "does not give the manifest `library/tiny:1`: it answers 429 X; tried 3 times.")]
    [InlineData(503, "X: y", "registry-unreachable", "does not give the manifest `library/tiny:1`: it answers 503 X; tried 3 times.")]
    [InlineData(418, "X: y", "registry-refused", "does not give the manifest `library/tiny:1`: it answers 418 X.")]
    [InlineData(302, "X: y", "registry-refused", "does not give the manifest `library/tiny:1`: it redirects to nowhere.")]
    [InlineData(401, "X: y", "registry-denied", "does not give the manifest `library/tiny:1`: it wants to know who asks, but in no way that is understood (Basic and Bearer are).")]
    [InlineData(403, "X: y", "registry-denied", "does not give the manifest `library/tiny:1` to who asks: it answers 403 X.")]
    public void What_a_registry_refuses_is_said(int status, string header, string code, string end)
    {
        using var registry = new FakeRegistry(image, request => request.Path.Length > 4 ? Response.Text(status, "", header) : null);
        using var logins = new LoginFolder();
        var refused = Refusal(registry);
        Assert.Equal((code, $"The registry {registry.Host} {end}"), (refused.Code, refused.Message));
    }

    [Fact]
    public void What_a_registry_says_is_quoted_without_control_characters()
    {
        using var registry = new FakeRegistry(image, request => request.Path.Length > 4 ? Response.Text(404, """{"errors":[{"message":"no\u001b[31m such\nthing"}]}""") : null);
        using var logins = new LoginFolder();
        Assert.EndsWith("it answers 404 X: no [31m such thing.", Refusal(registry).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_registry_that_stalls_is_given_up()
    {
        using var registry = new FakeRegistry(image, request => request.Path.Length > 4 ? Response.Text(200, "") with { Wait = TimeSpan.FromSeconds(120) } : null);
        using var logins = new LoginFolder();
        var watch = Stopwatch.StartNew();
        Assert.Equal("registry-unreachable", Assert.Throws<PlimsollException>(() => Scan(registry, quick with { Stall = TimeSpan.FromSeconds(1) })).Code);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"gave up after {watch.Elapsed}");
    }

    /// <summary>Byte by byte, each well before the wait for a piece is over.</summary>
    [Theory]
    [InlineData("layer", 2)]
    [InlineData("manifest", 20)]
    public void A_registry_that_drips_is_given_up(string what, int milliseconds)
    {
        var dripping = quick with { Window = TimeSpan.FromSeconds(2), WindowBytes = 100_000 };
        FakeRegistry registry = null!;
        using (registry = new FakeRegistry(image, request => what == "layer" && !request.IsLayer(image) ? null : registry.Honest(request) with { Trickle = TimeSpan.FromMilliseconds(milliseconds) }))
        {
            using var logins = new LoginFolder();
            var watch = Stopwatch.StartNew();
            if (what == "layer") HasProblem(Scan(registry, dripping), ProblemKind.Unreadable, " bytes in 2 seconds, fewer than the 100,000 that are waited for; what is behind was not read");
            else Assert.EndsWith(" bytes in 2 seconds, fewer than the 100,000 that are waited for.", Assert.Throws<PlimsollException>(() => Scan(registry, dripping)).Message, StringComparison.Ordinal);
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(60), $"gave up after {watch.Elapsed}");
        }
    }

    [Theory]
    [InlineData("""{"schemaVersion":1,"fsLayers":[]}""", "manifest-unsupported")]
    [InlineData("no json", "image-broken")]
    [InlineData("{}", "image-broken")]
    [InlineData("""{"config":{"digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","size":9999999999}}""", "image-broken")]
    [InlineData("""{"config":{"digest":"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","size":-1}}""", "image-broken")]
    [InlineData("""{"manifests":[]}""", "image-broken")]
    public void Odd_manifests_are_refused(string manifest, string code)
    {
        using var registry = new FakeRegistry(image, request => request.Path.EndsWith("/1", StringComparison.Ordinal) ? Response.Text(200, manifest) : null);
        using var logins = new LoginFolder();
        Assert.Equal(code, Refusal(registry).Code);
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(long.MaxValue)]
    public void Odd_sizes_of_layers_are_refused(long size)
    {
        var parts = image.Parts();
        var manifest = Encoding.UTF8.GetString(image.Blob(parts.Manifest)).Replace($"\"size\":{parts.Layers[1].Size}", $"\"size\":{size}", StringComparison.Ordinal);
        using var registry = new FakeRegistry(image, request => request.Path.EndsWith("/1", StringComparison.Ordinal) ? Response.Text(200, manifest) : null);
        using var logins = new LoginFolder();
        Assert.Equal(size > 0 ? "target-too-large" : "image-broken", Refusal(registry).Code);
    }

    [Fact]
    public void Nobody_who_listens_is_said()
    {
        using var logins = new LoginFolder();
        var port = Tools.FreePort();
        var refused = Assert.Throws<PlimsollException>(() => Scanner.Scan(new ScanRequest { Target = Target.Parse($"registry:127.0.0.1:{port}/tiny"), Registry = quick }));
        Assert.Equal($"The registry 127.0.0.1:{port} does not give the manifest `tiny:latest`: Connection refused; tried 3 times.", refused.Message);
    }
}
