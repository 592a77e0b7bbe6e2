using System.Text;
using CsCheck;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports;
using Plimsoll.Scan.SavedReports;
using Plimsoll.Scan.Tests.Reports;
using Plimsoll.Scan.Vex;
using static Plimsoll.Scan.Tests.Plans.Findings;

namespace Plimsoll.Scan.Tests.Vex;

public sealed class VexTests
{
    private const string Hex = "1111111111111111111111111111111111111111111111111111111111111111";

    private static readonly Package openssl = Deb("libssl3", "3.0.9-1", "openssl");

    [Theory]
    [InlineData("pkg:deb/debian/libssl3", true)]
    [InlineData("pkg:deb/debian/libssl3@3.0.9-1", true)]
    [InlineData("pkg:deb/debian/libssl3@3.0.9-2", false)]
    [InlineData("pkg:deb/debian/libssl3@3.0.9-1?arch=amd64", true)]
    [InlineData("pkg:deb/debian/libssl3@3.0.9-1?arch=arm64", false)]
    [InlineData("pkg:deb/debian/libssl3?distro=debian-12", false)]
    [InlineData("pkg:deb/debian/openssl?arch=source", true)]
    [InlineData("pkg:deb/debian/openssl@3.0.9-1?arch=source", true)]
    [InlineData("pkg:deb/debian/openssl", false)]
    [InlineData("pkg:deb/ubuntu/libssl3", false)]
    [InlineData("pkg:npm/libssl3", false)]
    public void What_a_package_url_leaves_out_fits_anything(string purl, bool fits)
    {
        Assert.True(PackageUrlParser.TryParse(purl, out var named));
        Assert.Equal(fits, PurlMatch.Fits(named, openssl));
    }

    [Theory]
    [InlineData($$$"""{"@id": "pkg:oci/shop@sha256%3A{{{Hex}}}"}""", true)]
    [InlineData("""{"@id": "pkg:oci/shop@sha256%3A2222222222222222222222222222222222222222222222222222222222222222"}""", false)]
    [InlineData($$$"""{"@id": "https://example.org/shop", "hashes": {"sha-256": "{{{Hex}}}"}}""", true)]
    [InlineData("""{"@id": "pkg:oci/shop?repository_url=registry.example.org/web&tag=1"}""", true)]
    [InlineData("""{"@id": "pkg:oci/shop?repository_url=registry.example.org/web/shop"}""", true)]
    [InlineData("""{"@id": "pkg:oci/shop?tag=2"}""", false)]
    [InlineData("""{"@id": "pkg:docker/web/shop@1"}""", true)]
    [InlineData("""{"@id": "pkg:docker/other/shop@1"}""", false)]
    [InlineData("""{"@id": "pkg:oci/shop", "subcomponents": [{"@id": "pkg:deb/debian/libssl3"}]}""", true)]
    [InlineData("""{"@id": "pkg:oci/shop", "subcomponents": [{"@id": "pkg:deb/debian/curl"}]}""", false)]
    [InlineData("""{"@id": "urn:x", "identifiers": {"purl": "pkg:deb/debian/libssl3"}}""", true)]
    [InlineData("\"pkg:deb/debian/libssl3\"", true)]
    [InlineData("""{"@id": "https://example.org/unknown"}""", false)]
    public void OpenVex_products_are_packages_or_images_and_what_is_in_them(string product, bool fits)
    {
        Assert.True(Digest.TryParse($"sha256:{Hex}", out var digest));
        var result = Result([openssl], Of(openssl, "CVE-1"));
        result = result with { Image = result.Image with { Names = ["registry.example.org/web/shop:1"], ManifestDigest = digest } };
        var judged = Judge(result, Request with { Vex = [Read(Open("not_affected", product, "\"justification\": \"component_not_present\""))] });
        Assert.Equal(fits ? 1 : 0, judged.Suppressed.Length);
        Assert.Empty(judged.Problems);
    }

    [Theory]
    [InlineData("not_affected", true)]
    [InlineData("fixed", true)]
    [InlineData("affected", false)]
    [InlineData("under_investigation", false)]
    public void Only_what_is_not_affected_or_fixed_is_suppressed(string status, bool isSuppressed) =>
        Assert.Equal(isSuppressed ? 1 : 0, Suppressed(Read(Open(status, "\"pkg:deb/debian/libssl3\""))).Length);

    /// <summary>What is affected or looked into counts, and keeps what was said of it.</summary>
    [Theory]
    [InlineData("affected", "\"action_statement\": \"Block it at the proxy.\", \"status_notes\": \"Until May.\"", VexStatus.Affected, "Block it at the proxy. Until May.")]
    [InlineData("affected", "\"action_statement\": \"Block it at the proxy.\"", VexStatus.Affected, "Block it at the proxy.")]
    [InlineData("under_investigation", "\"status_notes\": \"We are at it.\"", VexStatus.UnderInvestigation, "We are at it.")]
    [InlineData("under_investigation", "\"supplier\": \"s\"", VexStatus.UnderInvestigation, null)]
    public void OpenVex_remarks_stay_with_the_finding(string status, string more, VexStatus expected, string? text) =>
        Assert.Equal(new VexRemark { Status = expected, File = "x.json", Statement = "statement 1", Text = text }, Remark(Read(Open(status, "\"pkg:deb/debian/libssl3\"", more))));

    [Theory]
    [InlineData("known_affected", """, "remediations": [{"category": "workaround", "details": "Turn it off.", "product_ids": ["P"]}]""", VexStatus.Affected, "Turn it off.")]
    [InlineData("known_affected", """, "remediations": [{"category": "workaround", "details": "Turn it off.", "group_ids": ["G"]}], "threats": [{"category": "impact", "details": "It may crash.", "group_ids": ["G"]}]""", VexStatus.Affected, "Turn it off. It may crash.")]
    [InlineData("known_affected", """, "remediations": [{"category": "workaround", "details": "Turn it off.", "product_ids": ["Q"]}]""", VexStatus.Affected, null)]
    [InlineData("under_investigation", "", VexStatus.UnderInvestigation, null)]
    public void Csaf_remarks_have_the_remediation_of_the_product_or_its_group(string status, string more, VexStatus expected, string? text) =>
        Assert.Equal(new VexRemark { Status = expected, File = "x.json", Statement = "SA-1, CVE-1", Text = text }, Remark(Read(Csaf(status, more))));

    [Theory]
    [InlineData("\"state\": \"exploitable\", \"response\": [\"will_not_fix\", \"update\"]", "", VexStatus.Affected, "will not fix, update")]
    [InlineData("\"state\": \"exploitable\", \"detail\": \"It is reachable.\"", ", \"recommendation\": \"Update.\"", VexStatus.Affected, "Update. It is reachable.")]
    [InlineData("\"state\": \"exploitable\"", ", \"recommendation\": \"Update.\", \"workaround\": \"Turn it off.\"", VexStatus.Affected, "Turn it off.")]
    [InlineData("\"state\": \"in_triage\"", "", VexStatus.UnderInvestigation, null)]
    public void CycloneDx_remarks_have_the_workaround_recommendation_or_response(string analysis, string more, VexStatus expected, string? text) =>
        Assert.Equal(new VexRemark { Status = expected, File = "x.json", Statement = "vulnerability 1", Text = text }, Remark(Read($$$"""
            {"bomFormat": "CycloneDX", "specVersion": "1.6", "vulnerabilities": [{"id": "CVE-1", "analysis": {{{{analysis}}}}, "affects": [{"ref": "pkg:deb/debian/libssl3"}]{{{more}}}}]}
            """)));

    [Fact]
    public void A_remark_is_in_every_format_that_lists_findings_and_in_a_report_that_is_read_back()
    {
        var planned = PlannedSample.Result();
        Assert.Equal(2, planned.Vulnerabilities!.Value.Count(one => one.Vex is not null));
        foreach (var report in (string[])["json", "table", "markdown", "html", "sarif", "cyclonedx", "junit", "gitlab", "github", "openvex"])
            Assert.Contains("Deserialise nothing that users send. Only the importer uses it.", Flat(GoldenTests.Write(Scan.Reports.All.Reports.Single(one => one.Id == report), planned, Samples.Context with { Details = true })), StringComparison.Ordinal);
        Assert.Contains("VEX 1 affected, 1 under investigation, by express.vex.json: --details has what they say", Flat(GoldenTests.Write(new TableReport(), planned, Samples.Context)), StringComparison.Ordinal);
        var again = SavedReport.Parse(GoldenTests.Write(new JsonReport(), planned, Samples.Context), "saved.json");
        Assert.Equal(planned.Vulnerabilities!.Value.Select(one => one.Vex), again.Vulnerabilities!.Value.Select(one => one.Vex));

        static string Flat(byte[] written) => string.Join(' ', Encoding.UTF8.GetString(written).Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void The_latest_statement_holds_whatever_the_order_of_files()
    {
        var old = Read(Open("not_affected", "\"pkg:deb/debian/libssl3\"", "\"timestamp\": \"2026-01-01T00:00:00Z\""));
        var later = Read(Open("affected", "\"pkg:deb/debian/libssl3\"", "\"timestamp\": \"2026-02-01T00:00:00Z\""));
        Assert.Empty(Suppressed(old, later));
        Assert.Empty(Suppressed(later, old));
        Assert.Single(Suppressed(old));
    }

    [Fact]
    public void A_statement_that_cannot_be_used_is_a_problem()
    {
        var file = Read(Open("fine", "\"pkg:deb/debian/libssl3\""));
        Assert.Equal("expected a `vulnerability` with a name and a `status` of OpenVEX, found something else; the statement was not used", Assert.Single(file.Problems).Message);
        Assert.Equal(Completeness.Partial, Judge(Result([openssl], Of(openssl, "CVE-1")), Request with { Vex = [file] }).Completeness);
    }

    [Theory]
    [InlineData("known_not_affected", true, "vulnerable_code_not_present", "the code is not built in")]
    [InlineData("fixed", true, null, "fixed")]
    [InlineData("known_affected", false, null, null)]
    public void Csaf_tells_by_product_status(string status, bool isSuppressed, string? justification, string? reason)
    {
        var isNot = status == "known_not_affected";
        var found = Suppressed(Read(Csaf(status, isNot ? """, "flags": [{"label": "vulnerable_code_not_present", "product_ids": ["P"]}], "threats": [{"category": "impact", "details": "the code is not built in", "product_ids": ["P"]}]""" : "")));
        Assert.Equal(isSuppressed ? 1 : 0, found.Length);
        if (isSuppressed) Assert.Equal((justification, reason, "SA-1, CVE-1"), (found[0].By[0].Justification, found[0].By[0].Reason, found[0].By[0].Statement));
    }

    /// <summary>`openssl of RHEL 8 is not affected` says nothing of an image that nobody knows to be RHEL 8.</summary>
    [Theory]
    [InlineData("pkg:deb/debian/libssl3", false)]
    [InlineData("pkg:deb/debian/libssl3@3.0.9-1", true)]
    public void A_component_of_an_unknown_product_counts_by_its_exact_version_only(string purl, bool fits) => Assert.Equal(fits ? 1 : 0, Suppressed(Read($$$"""
        {"document": {"csaf_version": "2.0", "tracking": {"id": "SA-1"}},
         "product_tree": {
           "full_product_names": [{"product_id": "OS", "name": "os", "product_identification_helper": {"cpe": "cpe:/o:x:os:8"}}, {"product_id": "C", "name": "c", "product_identification_helper": {"purl": "{{{purl}}}"}}],
           "relationships": [{"category": "default_component_of", "product_reference": "C", "relates_to_product_reference": "OS", "full_product_name": {"product_id": "OS:C", "name": "c of os"}}]},
         "vulnerabilities": [{"cve": "CVE-1", "product_status": {"known_not_affected": ["OS:C"]}}]}
        """)).Length);

    [Theory]
    [InlineData("not_affected", "\"ref\": \"lib\"", true)]
    [InlineData("false_positive", "\"ref\": \"lib\"", true)]
    [InlineData("resolved", "\"ref\": \"lib\"", true)]
    [InlineData("exploitable", "\"ref\": \"lib\"", false)]
    [InlineData("in_triage", "\"ref\": \"lib\"", false)]
    [InlineData("not_affected", "\"ref\": \"pkg:deb/debian/libssl3\"", true)]
    [InlineData("not_affected", "\"ref\": \"urn:cdx:3e671687-395b-41f5-a30f-a58921a69b79/1#pkg:deb%2Fdebian%2Flibssl3\"", true)]
    [InlineData("not_affected", "\"ref\": \"other\"", false)]
    public void CycloneDx_tells_by_the_state_of_its_analysis(string state, string affects, bool isSuppressed) => Assert.Equal(isSuppressed ? 1 : 0, Suppressed(Read($$$"""
        {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"type": "library", "bom-ref": "lib", "name": "libssl3", "purl": "pkg:deb/debian/libssl3@3.0.9-1"}],
         "vulnerabilities": [{"id": "CVE-1", "analysis": {"state": "{{{state}}}", "justification": "code_not_reachable", "detail": "no"}, "affects": [{{{{affects}}}}]}]}
        """)).Length);

    [Theory]
    [InlineData("{}", "vex-unknown")]
    [InlineData("[]", "vex-unknown")]
    [InlineData("{", "vex-malformed")]
    [InlineData("{\"@context\": \"\\ud800\"}", "vex-malformed")]
    [InlineData("""{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}""", "vex-unknown")]
    public void What_is_no_VEX_is_refused(string text, string code) => Assert.Equal(code, Assert.Throws<PlimsollException>(() => Read(text)).Code);

    /// <summary>Any value may be of another kind: no exception but the documented one.</summary>
    [Fact]
    public void Damage_is_told()
    {
        string[] whole = [Open("not_affected", """{"@id": "pkg:oci/shop", "subcomponents": [{"@id": "pkg:deb/debian/libssl3"}]}"""), Csaf("fixed", ""), """{"bomFormat": "CycloneDX", "components": [{"bom-ref": "a", "purl": "pkg:npm/a"}], "vulnerabilities": [{"id": "CVE-1", "analysis": {"state": "resolved"}, "affects": [{"ref": "a"}]}]}"""];
        string[] values = ["1", "null", "[]", "{}", "\"\"", "[[]]", "\"pkg:\"", "\"\\udc00\""];
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 500], Gen.Int[0, 7], Gen.Int[0, 30]).Sample((file, at, value, cut) =>
        {
            var text = whole[file];
            at %= text.Length;
            try
            {
                Suppressed(Read(string.Concat(text.AsSpan(0, at), values[value], text.AsSpan(Math.Min(text.Length, at + cut)))));
            }
            catch (PlimsollException told)
            {
                Assert.StartsWith("vex-", told.Code, StringComparison.Ordinal);
            }
        }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 3000 : 300_000);
    }

    /// <summary>What is written out and read in again suppresses the same findings by the same statements.</summary>
    [Fact]
    public void Written_statements_are_read_again()
    {
        var planned = PlannedSample.Result();
        var written = GoldenTests.Write(new OpenVexReport(), planned, Samples.Context);
        var again = Judge(VulnerableSample.Result(), Request with { Vex = [VexFile.Parse(written, "written.json")] });
        var expected = planned.Suppressed.Where(one => one.By[0].Source == SuppressionSource.Vex).Select(one => one.Finding.Key).ToList();
        Assert.NotEmpty(expected);
        Assert.Equal(expected, again.Suppressed.Select(one => one.Finding.Key));
        Assert.Equal(planned.Suppressed.SelectMany(one => one.By).Single(by => by.Source == SuppressionSource.Vex).Justification, again.Suppressed[0].By[0].Justification);
    }

    private static VexFile Read(string json) => VexFile.Parse(Encoding.UTF8.GetBytes(json), "x.json");

    private static System.Collections.Immutable.ImmutableArray<SuppressedVulnerability> Suppressed(params VexFile[] files) => Judge(Result([openssl], Of(openssl, "CVE-1")), Request with { Vex = [.. files] }).Suppressed;

    private static VexRemark? Remark(VexFile file) => Assert.Single(Judge(Result([openssl], Of(openssl, "CVE-1")), Request with { Vex = [file] }).Vulnerabilities!.Value).Vex;

    private static string Open(string status, string product, string more = "\"status_notes\": \"\"") => $$$"""
        {"@context": "https://openvex.dev/ns/v0.2.0", "@id": "https://example.org/1", "author": "a", "timestamp": "2026-01-01T00:00:00Z", "version": 1,
         "statements": [{"vulnerability": {"name": "CVE-1"}, "products": [{{{product}}}], "status": "{{{status}}}", {{{more}}}}]}
        """;

    private static string Csaf(string status, string more) => $$$"""
        {"document": {"csaf_version": "2.0", "category": "csaf_vex", "tracking": {"id": "SA-1", "current_release_date": "2026-01-01T00:00:00Z"}},
         "product_tree": {"product_groups": [{"group_id": "G", "product_ids": ["O", "P"]}], "branches": [{"category": "vendor", "name": "v", "branches": [{"category": "product_version", "name": "1", "product": {"product_id": "P", "name": "p", "product_identification_helper": {"purl": "pkg:deb/debian/libssl3@3.0.9-1"} } }]}]},
         "vulnerabilities": [{"cve": "CVE-1", "product_status": {"{{{status}}}": ["P"]}{{{more}}}}]}
        """;
}
