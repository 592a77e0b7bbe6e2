using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Plans;
using Plimsoll.Scan.SavedReports;

namespace Plimsoll.Scan.Tests.Reports;

/// <summary>The kinds of weakness of a finding, where each format has a place for them.</summary>
public sealed class WeaknessTests
{
    [Theory]
    [InlineData("json", "\"weaknesses\": [\"CWE-79\", \"CWE-1333\"]")]
    [InlineData("sarif", "\"external/cwe/cwe-079\", \"external/cwe/cwe-1333\"")]
    [InlineData("cyclonedx", "\"cwes\": [79, 1333]")]
    [InlineData("gitlab", "{ \"type\": \"cwe\", \"name\": \"CWE-79\", \"value\": \"79\", \"url\": \"https://cwe.mitre.org/data/definitions/79.html\" }")]
    [InlineData("html", "<a href=\"https://cwe.mitre.org/data/definitions/1333.html\" rel=\"noreferrer\">CWE-1333</a>")]
    public void Are_in_every_format_that_has_a_place_for_them(string format, string expected) =>
        Assert.Contains(Flat(Encoding.UTF8.GetBytes(expected)), Flat(Write(format, JudgedSample.Result())), StringComparison.Ordinal);

    [Fact]
    public void Are_read_back_from_a_report()
    {
        var again = SavedReport.Parse(Write("json", JudgedSample.Result()), "saved.json");
        Assert.Equal([79, 1333], again.Vulnerabilities!.Value.Single(one => one.Id == "CVE-2024-2961").Weaknesses);
        var changed = Encoding.UTF8.GetString(Write("json", JudgedSample.Result())).Replace("CWE-1333", "CWE-x", StringComparison.Ordinal);
        Assert.Equal("report-malformed", Assert.Throws<PlimsollException>(() => SavedReport.Parse(Encoding.UTF8.GetBytes(changed), "saved.json")).Code);
    }

    [Fact]
    public void Are_explained()
    {
        var folder = Directory.CreateTempSubdirectory("plimsoll-weakness-");
        try
        {
            using var database = new AdvisoryDatabase(folder.FullName);
            using var to = new MemoryStream();
            Assert.True(Explanation.Write(JudgedSample.Result(), "CVE-2024-2961", Samples.Context, database, to));
            Assert.Contains("  weakness   CWE-79: https://cwe.mitre.org/data/definitions/79.html\n", Encoding.UTF8.GetString(to.ToArray()), StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Code scanning takes 20 tags of a rule.</summary>
    [Fact]
    public void Of_many_a_rule_of_sarif_has_ten()
    {
        var judged = JudgedSample.Result();
        var many = judged with { Vulnerabilities = [.. judged.Vulnerabilities!.Value.Select(one => one with { Weaknesses = [.. Enumerable.Range(1, 30)] })] };
        var written = Flat(Write("sarif", many with { Suppressed = [] }));
        Assert.Contains("external/cwe/cwe-010", written, StringComparison.Ordinal);
        Assert.DoesNotContain("external/cwe/cwe-011", written, StringComparison.Ordinal);
    }

    private static byte[] Write(string format, ScanResult result) => GoldenTests.Write(Scan.Reports.All.Reports.Single(report => report.Id == format), result, Samples.Context);

    private static string Flat(byte[] text) => string.Concat(Encoding.UTF8.GetString(text).Where(c => c is not (' ' or '\n')));
}
