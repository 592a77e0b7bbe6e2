using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Bills;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Reports;

namespace Plimsoll.Scan.Tests.Bills;

/// <summary>Bills of materials as text, and what is read of them.</summary>
internal static class BillBytes
{
    public static ScanResult Read(string json) => Read(Encoding.UTF8.GetBytes(json));

    public static ScanResult Read(ReadOnlyMemory<byte> json) => BillSource.Read(json, "bill.json", Limits.Default);

    /// <summary>A CycloneDX bill of another tool with these components and further members.</summary>
    public static ScanResult CycloneDx(string components, string more = "") =>
        Read($$"""{"bomFormat": "CycloneDX", "specVersion": "1.5", "components": [{{components}}]{{(more.Length > 0 ? ", " + more : "")}}}""");

    /// <summary>An SPDX bill of another tool.</summary>
    public static ScanResult Spdx(string packages, string more = "") =>
        Read($$"""{"spdxVersion": "SPDX-2.3", "packages": [{{packages}}]{{(more.Length > 0 ? ", " + more : "")}}}""");

    public static byte[] Write(string report, ScanResult result) =>
        Reports.GoldenTests.Write(Scan.Reports.All.Reports.Single(one => one.Id == report), result, Reports.Samples.Context);

    public static IEnumerable<string> Said(ScanResult result) => result.Problems.Select(problem => $"{problem.Kind}: {problem.Message}");
}
