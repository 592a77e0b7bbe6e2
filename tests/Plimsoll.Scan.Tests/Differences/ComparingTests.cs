using System.Text;
using CsCheck;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Differences;
using Plimsoll.Scan.Reports;
using Plimsoll.Scan.SavedReports;
using Plimsoll.Scan.Tests.Reports;
using static Plimsoll.Scan.Tests.Plans.Findings;

namespace Plimsoll.Scan.Tests.Differences;

public sealed class ComparingTests
{
    [Fact]
    public void A_result_does_not_differ_from_itself_nor_from_its_saved_report() => Any.Sample(result =>
    {
        var judged = Judge(result);
        Assert.True(Comparing.Compare(judged, judged).IsEmpty);
        Assert.True(Comparing.Compare(judged, Saved(judged)).IsEmpty);
    }, iter: 100);

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Every_sample_is_read_back(string sample)
    {
        var result = Samples.All[sample];
        var saved = Saved(result);
        Assert.True(Comparing.Compare(result, saved).IsEmpty);
        Assert.Equal(result.Problems, saved.Problems);
        Assert.Equal(result.Plan?.Actions.Select(action => (action.Title, action.Why, action.Command, action.Fixes.Length)), saved.Plan?.Actions.Select(action => (action.Title, action.Why, action.Command, action.Fixes.Length)));
        Assert.Equal(result.Vulnerabilities?.Select(one => (one.Key, one.Priority, one.HighestScore)), saved.Vulnerabilities?.Select(one => (one.Key, one.Priority, one.HighestScore)));
        Assert.Equal(result.Suppressed.SelectMany(one => one.By), saved.Suppressed.SelectMany(one => one.By));
    }

    /// <summary>But the hostile one: half a surrogate pair is written as U+FFFD, so its names are not the same again.</summary>
    public static TheoryData<string> SampleNames => [.. Samples.All.Keys.Where(name => !name.StartsWith("hostile", StringComparison.Ordinal))];

    [Fact]
    public void Says_of_each_finding_why_it_is_gone()
    {
        var (upgraded, removed, same, added) = (Npm("upgraded", "1.0.0"), Npm("removed", "1.0.0"), Npm("same", "1.0.0"), Npm("added", "1.0.0"));
        var before = Judge(Result([upgraded, removed, same], Of(upgraded, "CVE-1"), Of(removed, "CVE-2"), Of(same, "CVE-3")));
        var after = Judge(Result([Npm("upgraded", "1.0.1"), same, added], Of(added, "CVE-4"), Of(same, "CVE-5")));
        var difference = Comparing.Compare(before, after);
        Assert.Equal(
            [(FindingChange.Came, "CVE-4"), (FindingChange.Came, "CVE-5"), (FindingChange.Fixed, "CVE-1"), (FindingChange.Went, "CVE-2"), (FindingChange.JudgedAnew, "CVE-3")],
            difference.Findings!.Value.Select(finding => (finding.Change, finding.Vulnerability.Id)));
        Assert.Equal(["pkg:npm/added:→1.0.0", "pkg:npm/removed:1.0.0→", "pkg:npm/upgraded:1.0.0→1.0.1"], difference.Packages.Select(package => $"{package.Name}:{string.Join(',', package.From)}→{string.Join(',', package.To)}"));
    }

    [Fact]
    public void The_text_names_packages_as_their_ecosystem_does()
    {
        var scoped = Npm("core", "1.0.0") with { Purl = new PackageUrl("npm", "@babel", "core", "1.0.0") };
        var system = Npm("iproute2", "6.1.0-3") with { Purl = new PackageUrl("deb", "debian", "iproute2", "6.1.0-3").With("arch", "amd64") };
        using var to = new MemoryStream();
        DifferenceReports.Write(Comparing.Compare(Judge(Result([])), Judge(Result([scoped, system]))), "text", new ReportContext { Now = DateTimeOffset.UnixEpoch, ToolVersion = "1" }, to);
        var rows = Encoding.UTF8.GetString(to.ToArray()).Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Superset(new HashSet<string> { "PACKAGE TYPE FROM TO", "iproute2 deb 6.1.0-3", "@babel/core npm 1.0.0" }, rows.ToHashSet());
    }

    [Fact]
    public void A_finding_that_another_version_of_the_package_still_has_is_not_fixed()
    {
        var difference = Comparing.Compare(Judge(Result([Npm("a", "1.0.0")], Of(Npm("a", "1.0.0"), "CVE-1"))), Judge(Result([Npm("a", "1.0.1")], Of(Npm("a", "1.0.1"), "CVE-1"))));
        Assert.Empty(difference.Findings!.Value);
        Assert.Single(difference.Packages);
    }

    [Fact]
    public void Without_findings_on_one_side_nothing_is_said_of_them() =>
        Assert.Null(Comparing.Compare(Result([]), Result([]) with { Vulnerabilities = null }).Findings);

    [Theory]
    [InlineData("text", "Findings     2 came, 1 fixed, 1 went with their packages, 1 judged anew")]
    [InlineData("markdown", "| Findings | 2 came, 1 fixed, 1 went with their packages, 1 judged anew |")]
    public void Formats_say_it(string format, string line)
    {
        var (upgraded, removed, same) = (Npm("upgraded", "1.0.0"), Npm("removed", "1.0.0"), Npm("same", "1.0.0"));
        var difference = Comparing.Compare(
            Judge(Result([upgraded, removed, same], Of(upgraded, "CVE-1"), Of(removed, "CVE-2"), Of(same, "CVE-3"))),
            Judge(Result([Npm("upgraded", "1.0.1"), same], Of(same, "CVE-4"), Of(same, "CVE-5"))));
        Assert.Contains(line, Encoding.UTF8.GetString(Write(difference, format)).Split('\n'));
    }

    [Fact]
    public void Json_is_valid_by_its_schema()
    {
        var difference = Comparing.Compare(Judge(Result([])), PlannedSample.Result());
        NodeValidator.AssertValid(Path.Combine(GoldenTests.Repository(), "docs/schema/diff-1.schema.json"), new Dictionary<string, byte[]>(StringComparer.Ordinal)
        {
            ["full"] = Write(difference, "json"),
            ["unknown"] = Write(difference with { Findings = null }, "json"),
        });
    }

    [Theory]
    [InlineData("{\"schema\": \"plimsoll/scan/2\"}", "report-unknown")]
    [InlineData("{\"schema\": \"plimsoll/scan/1\"", "report-malformed")]
    [InlineData("{\"schema\": \"plimsoll/scan/1\", \"packages\": [{\"purl\": \"x\"}]}", "report-malformed")]
    [InlineData("[]", "report-unknown")]
    public void What_is_no_report_is_refused(string json, string code) => Assert.Equal(code, Assert.Throws<PlimsollException>(() => SavedReport.Parse(Encoding.UTF8.GetBytes(json), "x.json")).Code);

    private static ScanResult Saved(ScanResult result) => SavedReport.Parse(GoldenTests.Write(new JsonReport(), result, Samples.Context), "saved.json");

    private static byte[] Write(Difference difference, string format)
    {
        using var to = new MemoryStream();
        DifferenceReports.Write(difference, format, Samples.Context, to);
        return to.ToArray();
    }
}
