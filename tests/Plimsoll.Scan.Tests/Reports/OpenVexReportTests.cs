using System.Text;
using System.Text.Json;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports;

namespace Plimsoll.Scan.Tests.Reports;

/// <summary>What OpenVEX 0.2.0 demands (https://github.com/openvex/spec): its schema, and "Status Requirements" of its text.</summary>
public sealed class OpenVexReportTests
{
    private static readonly string Schema = Path.Combine(GoldenTests.Repository(), "tests/Plimsoll.Scan.Tests/Reports/openvex-0.2.0.schema.json");

    public static TheoryData<string> SampleNames => [.. Samples.All.Keys];

    [Theory, MemberData(nameof(SampleNames))]
    public void Every_finding_has_one_statement_with_what_its_status_demands(string sample)
    {
        var result = Samples.All[sample];
        var findings = (result.Vulnerabilities?.Length ?? 0) + result.Suppressed.Length;
        var written = Write(result);
        Assert.Equal(findings == 0, written.Length == 0);
        Assert.Equal(findings == 0, new OpenVexReport().HasNone(result) is not null);
        if (findings == 0) return;
        using var document = JsonDocument.Parse(written);
        var statements = document.RootElement.GetProperty("statements").EnumerateArray().ToList();
        Assert.Equal(findings, statements.Count);
        foreach (var statement in statements)
        {
            Assert.Single(statement.GetProperty("products").EnumerateArray());
            var (status, has) = (statement.GetProperty("status").GetString(), statement.EnumerateObject().Select(field => field.Name).ToHashSet());
            Assert.Equal(status == "affected", has.Contains("action_statement"));
            Assert.Equal(status == "not_affected", has.Contains("justification") != has.Contains("impact_statement"));
            Assert.False(has.Contains("justification") && has.Contains("impact_statement"));
        }
    }

    [Fact]
    public void Is_valid_by_its_schema() =>
        NodeValidator.AssertValid(Schema, Samples.All.Append(new("many", ManyFindings.Of(500))).Where(sample => new OpenVexReport().HasNone(sample.Value) is null)
            .ToDictionary(sample => sample.Key, sample => Write(sample.Value), StringComparer.Ordinal));

    [Theory]
    [InlineData("\"status\": \"affected\"", "\"status\": \"exploitable\"")]
    [InlineData("\"action_statement\"", "\"status_notes\"")]
    [InlineData("\"justification\": \"vulnerable_code_not_in_execute_path\",", "")]
    [InlineData("\"version\": 1", "\"version\": 0")]
    [InlineData("\"@id\": \"pkg:", "\"@id\": \"")]
    [InlineData("\"author\"", "\"autor\"")]
    public void Its_schema_refuses_what_is_not_of_the_format(string from, string to)
    {
        var text = Encoding.UTF8.GetString(Write(PlannedSample.Result()));
        Assert.Contains(from, text, StringComparison.Ordinal);
        Assert.Contains("document.json: ", NodeValidator.Complaint(Schema, Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_without_a_statement_is_none() =>
        Assert.Contains("must NOT have fewer than 1 items", NodeValidator.Complaint(Schema, """{"@context": "https://openvex.dev/ns/v0.2.0", "@id": "urn:x:y", "author": "a", "timestamp": "2026-01-01T00:00:00Z", "version": 1, "statements": []}"""u8.ToArray()), StringComparison.Ordinal);

    private static byte[] Write(ScanResult result) => GoldenTests.Write(new OpenVexReport(), result, Samples.Context);
}
