using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Plans;
using Plimsoll.Scan.Policies;
using Plimsoll.Scan.Vex;

namespace Plimsoll.Scan.Tests.Reports;

/// <summary>The vulnerable sample after it was judged, with a policy and a VEX statement.</summary>
internal static class PlannedSample
{
    private const string Policy = """
        version: 1
        fail:
          severity: high
          kev: true
          fixable-only: true
        ignore:
          - vulnerability: CVE-2024-33599
            reason: nscd does not run in this container
            expires: 2026-12-31
          - package: gson
            vulnerability: CVE-2022-25647
            reason: waiting for the new framework
            expires: 2026-02-01
        """;

    private const string Vex = """
        {
          "@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/vex-1", "author": "shop", "timestamp": "2026-02-01T00:00:00Z", "version": 1,
          "statements": [
            { "vulnerability": { "name": "CVE-2022-25647" }, "products": [{ "@id": "pkg:maven/com.google.code.gson/gson" }], "status": "affected", "action_statement": "Deserialise nothing that users send.", "status_notes": "Only the importer uses it." },
            { "vulnerability": { "name": "CVE-2019-1010022" }, "products": [{ "@id": "pkg:deb/debian/libc6" }], "status": "under_investigation" },
            { "vulnerability": { "name": "GHSA-rv95-896h-c2vc" }, "products": [{ "@id": "pkg:npm/express" }], "status": "not_affected", "justification": "vulnerable_code_not_in_execute_path" }
          ]
        }
        """;

    public static ScanResult Result() => Judgement.Judge(VulnerableSample.Result(), files: null, new ScanRequest
    {
        Target = new Target(Core.Images.SourceKind.Archive, "web.tar"),
        Now = Samples.Context.Now!.Value,
        Policy = PolicyFile.Parse(Encoding.UTF8.GetBytes(Policy), ".plimsoll.yaml"),
        Vex = [VexFile.Parse(Encoding.UTF8.GetBytes(Vex), "express.vex.json")],
    }, progress: null);
}
