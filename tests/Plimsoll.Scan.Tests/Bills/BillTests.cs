using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Tests.Bills;

/// <summary>What bills of other tools say, one thing at a time.</summary>
public sealed class BillTests
{
    [Fact]
    public void Component_without_purl_is_a_problem_and_no_package()
    {
        const string Message = "Malformed: the component `zlib` 1.2 has no purl, so it is not known which package it is; it was left out";
        var result = BillBytes.CycloneDx("""{"type": "library", "name": "zlib", "version": "1.2"}, {"type": "library", "name": "a", "purl": "pkg:npm/a@1"}""");
        Assert.Equal([Message], BillBytes.Said(result));
        Assert.Equal(["pkg:npm/a@1"], Keys(result));
        result = BillBytes.Spdx("""{"SPDXID": "SPDXRef-z", "name": "zlib", "versionInfo": "1.2"}""");
        Assert.Equal([Message], BillBytes.Said(result));
        Assert.Empty(result.Packages);
    }

    [Fact]
    public void Component_without_version_is_a_problem_and_listed()
    {
        var result = BillBytes.CycloneDx("""{"type": "library", "name": "a", "purl": "pkg:npm/a"}""");
        Assert.Equal(["Malformed: the component `a` has no version; it is listed without one"], BillBytes.Said(result));
        Assert.Equal(["pkg:npm/a"], Keys(result));
    }

    [Fact]
    public void Item_that_is_no_object_is_a_problem()
    {
        Assert.Equal(["Malformed: an item of `components` is no object; it was not read"], BillBytes.Said(BillBytes.CycloneDx("[0, 1]")));
        Assert.Equal(["Malformed: an item of `packages` is no object; it was not read"], BillBytes.Said(BillBytes.Spdx("7")));
    }

    [Fact]
    public void Broken_purl_is_a_problem()
    {
        var result = BillBytes.CycloneDx("""{"type": "library", "name": "a", "version": "1", "purl": "npm:a@1"}""");
        Assert.Equal(["Malformed: the component `a` 1 has the purl `npm:a@1`, which is none; it was left out"], BillBytes.Said(result));
    }

    [Fact]
    public void Version_of_the_component_is_the_packages_own()
    {
        var result = BillBytes.CycloneDx("""{"type": "library", "name": "curl", "version": "1:7.50", "purl": "pkg:rpm/fedora/curl@7.50?epoch=1"}, {"type": "library", "name": "b", "version": "2", "purl": "pkg:npm/b"}""");
        Assert.Empty(result.Problems);
        Assert.Equal(["pkg:npm/b@2 2", "pkg:rpm/fedora/curl@7.50?epoch=1 1:7.50"], result.Packages.Select(package => $"{package.Key} {package.Version}"));
    }

    [Fact]
    public void Equal_packages_are_one_with_all_that_is_said_of_them()
    {
        var result = BillBytes.CycloneDx(
            """
            {"bom-ref": "1", "type": "library", "name": "a", "purl": "pkg:npm/a@1", "licenses": [{"license": {"id": "MIT"}}], "evidence": {"occurrences": [{"location": "/x"}]}},
            {"bom-ref": "2", "type": "library", "name": "a", "purl": "pkg:npm/a@1", "licenses": [{"expression": "MIT OR Zlib"}], "evidence": {"occurrences": [{"location": "/y", "line": 3}]}},
            {"bom-ref": "3", "type": "library", "name": "b", "purl": "pkg:npm/b@1"}
            """,
            """ "dependencies": [{"ref": "1", "dependsOn": ["2"]}, {"ref": "2", "dependsOn": ["3"]}, {"ref": "3", "dependsOn": ["1", "2"]}] """);
        Assert.Empty(result.Problems);
        Assert.Equal(["pkg:npm/a@1", "pkg:npm/b@1"], Keys(result));
        Assert.Equal(["MIT", "MIT OR Zlib"], result.Packages[0].Licenses);
        Assert.Equal([new Location("/x"), new Location("/y", null, 3)], result.Packages[0].Locations);
        Assert.Equal(["pkg:npm/b@1"], result.Packages[0].Dependencies);
        Assert.Equal(["pkg:npm/a@1"], result.Packages[1].Dependencies);
    }

    [Fact]
    public void Components_within_components_are_packages()
    {
        var result = BillBytes.CycloneDx("""{"type": "library", "name": "a", "purl": "pkg:npm/a@1", "components": [{"type": "library", "name": "b", "purl": "pkg:npm/b@1", "components": [{"type": "library", "name": "c", "purl": "pkg:npm/c@1"}]}]}""");
        Assert.Equal(["pkg:npm/a@1", "pkg:npm/b@1", "pkg:npm/c@1"], Keys(result));
        Assert.All(result.Packages, package => Assert.Empty(package.Contains));
    }

    [Theory]
    [InlineData("pkg:maven/org.x/core@1", "org.x", "core", "org.x:core")]
    [InlineData("pkg:npm/%40s/core@1", "@s", "core", "@s/core")]
    [InlineData("pkg:npm/%40s/core@1", "", "core", "@s/core")]
    [InlineData("pkg:npm/%40s/core@1", "", "@s/core", "@s/core")]
    [InlineData("pkg:golang/github.com/x/y@1", "", "github.com/x/y", "github.com/x/y")]
    [InlineData("pkg:deb/debian/curl@1", "debian", "curl", "curl")]
    public void Name_is_as_its_ecosystem_writes_it(string purl, string group, string name, string expected) =>
        Assert.Equal(expected, BillBytes.CycloneDx($$"""{"type": "library", "group": "{{group}}", "name": "{{name}}", "purl": "{{purl}}"}""").Packages.Single().Name);

    [Fact]
    public void Dependency_on_nothing_is_a_problem()
    {
        var result = BillBytes.CycloneDx("""{"bom-ref": "a", "type": "library", "name": "a", "purl": "pkg:npm/a@1"}""", """ "dependencies": [{"ref": "a", "dependsOn": ["gone", 7]}, {"dependsOn": ["a"]}] """);
        Assert.Equal(
            [
                "Malformed: `a` depends on `gone`, but nothing in the bill has the reference `gone`; the dependency was left out",
                "Malformed: a dependency of `a` is no text; it was not read",
                "Malformed: an entry of `dependencies` has no `ref`; it was not read",
            ],
            BillBytes.Said(result));
    }

    [Fact]
    public void Bill_that_says_it_is_incomplete_is_partial()
    {
        var result = BillBytes.CycloneDx("", """ "compositions": [{"aggregate": "complete"}, {"aggregate": "incomplete_first_party_only"}] """);
        Assert.Equal(["Unreadable: it says of itself that it is incomplete: `compositions` has `incomplete_first_party_only`"], BillBytes.Said(result));
        Assert.Equal(Completeness.Partial, result.Completeness);
        Assert.Equal(Completeness.Complete, BillBytes.CycloneDx("", """ "compositions": [{"aggregate": "complete"}] """).Completeness);

        result = BillBytes.Spdx("""{"SPDXID": "SPDXRef-p", "name": "p", "primaryPackagePurpose": "CONTAINER"}""", """ "documentDescribes": ["SPDXRef-p"], "relationships": [{"spdxElementId": "SPDXRef-p", "relationshipType": "CONTAINS", "relatedSpdxElement": "NOASSERTION"}] """);
        Assert.Equal(["Unreadable: it says of itself that it is incomplete: what it describes contains `NOASSERTION`"], BillBytes.Said(result));
    }

    [Fact]
    public void Excluded_components_and_files_are_noted()
    {
        var result = BillBytes.CycloneDx("""{"type": "library", "scope": "excluded", "name": "a", "purl": "pkg:npm/a@1"}, {"type": "file", "name": "/bin/x"}, {"type": "data", "name": "b", "purl": "pkg:generic/b@1"}""");
        Assert.Equal(["pkg:generic/b@1"], Keys(result));
        Assert.Equal(["1 components are files, data or keys without a purl: no packages.", "1 components are not listed: the bill of materials excludes them from what it describes."], result.Notes);
    }

    [Fact]
    public void Image_system_and_project_are_what_the_bill_is_about()
    {
        var result = BillBytes.CycloneDx(
            """{"type": "operating-system", "name": "debian", "version": "12"}""",
            """ "metadata": {"component": {"type": "container", "name": "nginx", "version": "1.25", "purl": "pkg:oci/nginx@1.25"}} """);
        Assert.Equal((SourceKind.Sbom, "bill.json", "nginx:1.25"), (result.Image.Source, result.Image.Reference, result.Image.Names.Single()));
        Assert.Equal(("debian", "12"), (result.Os!.Id, result.Os.VersionId));
        Assert.Empty(result.Packages);
        Assert.Empty(result.Problems);
        Assert.StartsWith("A bill of materials of another tool", result.ApplicationNote, StringComparison.Ordinal);

        result = BillBytes.CycloneDx("", """ "metadata": {"component": {"type": "application", "name": "shop", "version": "2"}} """);
        Assert.Equal(["The bill of materials is about `shop` 2."], result.Notes);
    }

    [Fact]
    public void Spdx_licences_suppliers_and_dependencies_are_read_in_all_their_forms()
    {
        var result = BillBytes.Spdx(
            """
            {"SPDXID": "a", "name": "a", "versionInfo": "1", "supplier": "Organization: A Team (a@x.org)", "licenseDeclared": "LicenseRef-own", "externalRefs": [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:npm/a@1"}]},
            {"SPDXID": "b", "name": "b", "supplier": "NOASSERTION", "licenseDeclared": "NOASSERTION", "externalRefs": [{"referenceCategory": "SECURITY", "referenceType": "cpe23Type", "referenceLocator": "cpe:2.3:a:b"}, {"referenceCategory": "PACKAGE_MANAGER", "referenceType": "purl", "referenceLocator": "pkg:npm/b@1"}]},
            {"SPDXID": "c", "name": "c", "supplier": "Person: C ()", "licenseDeclared": "MIT AND Zlib", "externalRefs": [{"referenceType": "purl", "referenceLocator": "pkg:npm/c@1"}]}
            """,
            """
            "hasExtractedLicensingInfos": [{"licenseId": "LicenseRef-own", "extractedText": "Do as you like."}],
            "relationships": [
              {"spdxElementId": "a", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "b"},
              {"spdxElementId": "a", "relationshipType": "DEV_DEPENDENCY_OF", "relatedSpdxElement": "c"},
              {"spdxElementId": "b", "relationshipType": "DEPENDS_ON", "relatedSpdxElement": "NONE"},
              {"spdxElementId": "c", "relationshipType": "PREREQUISITE_FOR", "relatedSpdxElement": "b"},
              {"spdxElementId": "c", "relationshipType": "VARIANT_OF", "relatedSpdxElement": "b"}]
            """);
        Assert.Empty(result.Problems);
        Assert.Equal(["A Team <a@x.org>", null, "C"], result.Packages.Select(package => package.Supplier));
        Assert.Equal(["Do as you like.", "", "MIT AND Zlib"], result.Packages.Select(package => string.Join(", ", package.Licenses)));
        Assert.Equal(["pkg:npm/b@1", "pkg:npm/c@1", "pkg:npm/a@1"], result.Packages.Select(package => package.Dependencies.Single()));
    }

    [Theory]
    [InlineData("""{"bomFormat": "CycloneDX", "specVersion": "2.0"}""", "sbom-unknown", "`bill.json` is CycloneDX 2.0, which this version does not read.")]
    [InlineData("""{"spdxVersion": "SPDX-3.0"}""", "sbom-unknown", "`bill.json` is SPDX-3.0, which this version does not read.")]
    [InlineData("""{"name": "x"}""", "sbom-unknown", "`bill.json` is no bill of materials: it has neither `bomFormat` nor `spdxVersion`.")]
    [InlineData("[]", "sbom-unknown", "`bill.json` is no bill of materials: it has neither `bomFormat` nor `spdxVersion`.")]
    [InlineData("", "sbom-unknown", "`bill.json` is no bill of materials: it has neither `bomFormat` nor `spdxVersion`.")]
    public void What_is_no_bill_is_refused(string text, string code, string message)
    {
        var refused = Assert.Throws<PlimsollException>(() => BillBytes.Read(text));
        Assert.Equal((code, message), (refused.Code, refused.Message));
    }

    [Theory]
    [InlineData("""{"bomFormat": "CycloneDX", "specVersion": "1.3"}""", "Unsupported: it is CycloneDX 1.3; it was read as 1.6, so what is new or old in it may be missing")]
    [InlineData("""{"spdxVersion": "SPDX-2.4"}""", "Unsupported: it is SPDX-2.4; it was read as SPDX-2.3, so what is new or old in it may be missing")]
    public void Versions_beyond_the_known_are_read_and_said(string text, string problem) => Assert.Equal([problem], BillBytes.Said(BillBytes.Read(text)));

    [Fact]
    public void Byte_order_mark_is_no_harm() => Assert.Empty(BillBytes.Read("\uFEFF{\"spdxVersion\": \"SPDX-2.3\"}").Problems);

    private static IEnumerable<string> Keys(ScanResult result) => result.Packages.Select(package => package.Key);
}
