using System.Text.Json;
using Plimsoll.Scan.Reports;

namespace Plimsoll.Scan.Tests.Reports;

/// <summary>What OpenVEX 0.2.0 demands of a statement beyond its fields (https://github.com/openvex/spec, "Status Requirements").</summary>
public sealed class OpenVexReportTests
{
    public static TheoryData<string> SampleNames => [.. Samples.All.Keys];

    [Theory, MemberData(nameof(SampleNames))]
    public void Every_finding_has_one_statement_with_what_its_status_demands(string sample)
    {
        var result = Samples.All[sample];
        using var document = JsonDocument.Parse(GoldenTests.Write(new OpenVexReport(), result, Samples.Context));
        var statements = document.RootElement.GetProperty("statements").EnumerateArray().ToList();
        Assert.Equal((result.Vulnerabilities?.Length ?? 0) + result.Suppressed.Length, statements.Count);
        foreach (var statement in statements)
        {
            Assert.Single(statement.GetProperty("products").EnumerateArray());
            var status = statement.GetProperty("status").GetString();
            if (status == "affected") Assert.NotEmpty(statement.GetProperty("action_statement").GetString()!);
            if (status == "not_affected") Assert.True(statement.TryGetProperty("justification", out _) != statement.TryGetProperty("impact_statement", out _));
        }
    }
}
