using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports;
using Plimsoll.Scan.Reports.Sarif;

namespace Plimsoll.Scan.Tests.Reports;

public sealed class SarifReportTests
{
    [Fact]
    public void Is_valid_by_the_official_schema_and_keeps_the_rules_of_code_scanning() =>
        NodeValidator.AssertValid(NodeValidator.Sarif, Samples.All.ToDictionary(sample => sample.Key, sample => Write(sample.Value), StringComparer.Ordinal));

    /// <summary>By the official schema and GitHub's rules, below its limit on results and above.</summary>
    [Theory]
    [InlineData(2500)]
    [InlineData(30_000)]
    public void A_log_of_many_findings_is_valid_too(int count)
    {
        Assert.SkipWhen(count > 25_000 && Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null, "the validators take minutes for it: only with --full");
        NodeValidator.AssertValid(NodeValidator.Sarif, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["many"] = Write(ManyFindings.Of(count)) });
    }

    [Theory]
    [InlineData("\"version\": \"2.1.0\"", "\"version\": \"2.2.0\"", "official schema")]
    [InlineData("\"fullDescription\"", "\"messageStrings\"", "multitool")]
    public void Validator_refuses_what_is_not_of_the_format(string from, string to, string complaint)
    {
        var text = Encoding.UTF8.GetString(Write(JudgedSample.Result()));
        Assert.Contains(from, text, StringComparison.Ordinal);
        Assert.Contains(complaint, NodeValidator.Complaint(NodeValidator.Sarif, Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    /// <summary>GitHub refuses a log with more than 25,000 results or rules, 1,000 locations of a result, 20 tags of a rule, or 10 MB as gzip.</summary>
    [Fact]
    public void The_largest_log_is_within_what_code_scanning_takes()
    {
        var many = ManyFindings.Of(30_000);
        var everywhere = Enumerable.Range(0, 1500).Select(i => new Location($"/srv/{i}/package.json", 2));
        many = many with { Packages = [.. many.Packages.Select((package, i) => i == 0 ? package with { Locations = [.. everywhere] } : package)] };
        var bytes = Write(many);
        using var log = JsonDocument.Parse(bytes);
        var run = Assert.Single(log.RootElement.GetProperty("runs").EnumerateArray());
        Assert.False(run.GetProperty("tool").TryGetProperty("extensions", out _));
        var results = run.GetProperty("results");
        var rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules");
        Assert.Equal(25_000, results.GetArrayLength());
        Assert.InRange(rules.GetArrayLength(), 1, 25_000);
        Assert.Equal(100, results.EnumerateArray().Max(result => result.GetProperty("locations").GetArrayLength()));
        Assert.All(rules.EnumerateArray(), rule => Assert.InRange(rule.GetProperty("properties").GetProperty("tags").GetArrayLength(), 1, 10));
        Assert.Contains("5,001 findings of the lowest priority left out", run.GetProperty("invocations")[0].GetProperty("toolExecutionNotifications")[0].GetProperty("message").GetProperty("text").GetString(), StringComparison.Ordinal);
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) gzip.Write(bytes);
        Assert.InRange(packed.Length, 1, 10_000_000);
    }

    [Fact]
    public void Each_result_has_its_rule_a_usable_place_and_a_fingerprint_of_its_own()
    {
        foreach (var sample in Samples.All.Values.Append(ManyFindings.Of(500)))
        {
            using var log = JsonDocument.Parse(Write(sample));
            var run = log.RootElement.GetProperty("runs")[0];
            var rules = run.GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray().Select(rule => rule.GetProperty("id").GetString()).ToList();
            Assert.Equal(rules.Distinct(), rules);
            var prints = new HashSet<string>();
            foreach (var result in run.GetProperty("results").EnumerateArray())
            {
                Assert.Equal(rules[result.GetProperty("ruleIndex").GetInt32()], result.GetProperty("ruleId").GetString());
                Assert.True(prints.Add(result.GetProperty("partialFingerprints").GetProperty("primaryLocationLineHash").GetString()!));
                foreach (var location in result.GetProperty("locations").EnumerateArray())
                {
                    var place = location.GetProperty("physicalLocation");
                    var uri = place.GetProperty("artifactLocation").GetProperty("uri").GetString()!;
                    Assert.True(Uri.IsWellFormedUriString(uri, UriKind.Relative), uri);
                    Assert.DoesNotContain("..", uri, StringComparison.Ordinal);
                    Assert.Equal("1 1 1 1", string.Join(' ', place.GetProperty("region").EnumerateObject().Select(part => part.Value.GetInt32())));
                }
            }
        }
    }

    [Theory]
    [InlineData("registry.example.org:5000/shop/web:1.4", "build/oci", "plimsoll/registry.example.org:5000/shop/web/")]
    [InlineData("latest", "build/web", "plimsoll/web/")]
    [InlineData("latest", "/srv/web.tar", "plimsoll/web.tar/")]
    [InlineData(null, "build/root", "plimsoll/build/root/")]
    public void The_log_of_one_image_is_not_taken_for_that_of_another(string? name, string reference, string id)
    {
        var sample = Samples.All["judged"];
        using var log = JsonDocument.Parse(Write(sample with { Image = sample.Image with { Names = name is null ? [] : [name], Reference = reference } }));
        Assert.Equal(id, log.RootElement.GetProperty("runs")[0].GetProperty("automationDetails").GetProperty("id").GetString());
    }

    [Fact]
    public void A_fingerprint_outlives_an_update_of_its_package_and_a_move_within_its_file()
    {
        var judged = JudgedSample.Result();
        var iconv = judged.Vulnerabilities!.Value.First();
        var moved = judged with
        {
            Packages = [.. judged.Packages.Select(package => package.Name != "libc6" ? package : package with { Version = "2.36-9+deb12u5", Purl = package.Purl with { Version = "2.36-9+deb12u5" }, Locations = [new Location("/var/lib/dpkg/status", 1, 7)] })],
        };
        var key = moved.Packages.Single(package => package.Name == "libc6").Key;
        moved = moved with { Vulnerabilities = [iconv with { PackageKey = key, Version = "2.36-9+deb12u5" }] };
        Assert.Equal(Print(judged, iconv.Id), Print(moved, iconv.Id));
    }

    [Fact]
    public void Severity_is_a_text_that_agrees_with_the_rating()
    {
        using var log = JsonDocument.Parse(Write(JudgedSample.Result()));
        var rules = log.RootElement.GetProperty("runs")[0].GetProperty("tool").GetProperty("driver").GetProperty("rules").EnumerateArray()
            .ToDictionary(rule => rule.GetProperty("id").GetString()!, rule => rule.GetProperty("properties").TryGetProperty("security-severity", out var score) ? score.GetString() : null);
        Assert.Equal("7.8", rules["CVE-2024-2961"]);
        Assert.Equal("9.8", rules["CVE-2022-25647"]);
        Assert.Equal("5.5", rules["GHSA-rv95-896h-c2vc"]); // Rated medium without a vector.
        Assert.Null(rules["CVE-2024-33599"]); // Nobody rated it.
        Assert.Null(rules["CVE-2019-1010022"]);
        Assert.Null(rules["end-of-life"]);
    }

    [Fact]
    public void Suppressed_results_say_who_did_it_and_all_others_that_nobody_did()
    {
        using var log = JsonDocument.Parse(Write(JudgedSample.Result()));
        var results = log.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray().ToLookup(result => result.GetProperty("ruleId").GetString()!, result => result.GetProperty("suppressions"));
        Assert.Equal("vex/web.json, statement 3, not affected: nscd is not in the image (vulnerable_code_not_present)", results["CVE-2024-33599"].Single()[0].GetProperty("justification").GetString());
        Assert.Equal(".plimsoll.yaml, line 12, until 2026-09-30: not a boundary for us", results["CVE-2019-1010022"].Single()[0].GetProperty("justification").GetString());
        Assert.Equal(2, results.SelectMany(group => group).Count(list => list.GetArrayLength() > 0));
    }

    [Fact]
    public void What_could_not_be_read_is_a_notification()
    {
        using var log = JsonDocument.Parse(Write(Samples.Partial()));
        var said = log.RootElement.GetProperty("runs")[0].GetProperty("invocations")[0].GetProperty("toolExecutionNotifications").EnumerateArray().Select(note => note.GetProperty("message").GetProperty("text").GetString()!).ToList();
        Assert.Equal(8, said.Count);
        Assert.Contains("Nobody looked for vulnerabilities", said[0], StringComparison.Ordinal);
        Assert.All(Samples.Partial().Problems, problem => Assert.Contains(said, text => text.Contains(problem.Where, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("a {0} b", "a {{0}} b")]
    [InlineData("see [this](javascript:x)", @"see \[this\](javascript:x)")]
    [InlineData("two\nlines", "two lines")]
    [InlineData("a\e[1m", @"a\x1b\[1m")]
    public void Message_is_text_and_nothing_else(string text, string expected) => Assert.Equal(expected, SarifText.Message(text));

    [Theory]
    [InlineData("/var/lib/dpkg/status", "var/lib/dpkg/status")]
    [InlineData("/srv/../a:b/ä x?#", "srv/%2E/a%3Ab/%C3%A4%20x%3F%23")]
    [InlineData("/app.jar!/lib/@x.jar", "app.jar%21/lib/%40x.jar")]
    [InlineData("", ".")]
    public void Path_becomes_a_relative_reference(string path, string expected) => Assert.Equal(expected, SarifText.Uri(path));

    private static string? Print(ScanResult result, string rule)
    {
        using var log = JsonDocument.Parse(Write(result));
        return log.RootElement.GetProperty("runs")[0].GetProperty("results").EnumerateArray().Single(one => one.GetProperty("ruleId").GetString() == rule).GetProperty("partialFingerprints").GetProperty("primaryLocationLineHash").GetString();
    }

    private static byte[] Write(ScanResult result) => GoldenTests.Write(new SarifReport(), result, Samples.Context);
}
