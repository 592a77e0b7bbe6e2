using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports;
using Plimsoll.Scan.Reports.Spdx;

namespace Plimsoll.Scan.Tests.Reports;

public sealed partial class SpdxReportTests
{
    [Fact]
    public void Is_valid_by_schema_and_rules_and_parsers_of_others()
    {
        NodeValidator.AssertValid(NodeValidator.Spdx, Samples.All.Where(sample => !sample.Key.StartsWith("hostile", StringComparison.Ordinal)).ToDictionary(sample => sample.Key, sample => Write(sample.Value), StringComparer.Ordinal));
        // A purl type with a control character, which no cataloger writes, is the one thing in it that is not valid.
        NodeValidator.AssertValid(NodeValidator.SpdxSchema, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["hostile"] = Write(Samples.Hostile()) });
    }

    [Theory]
    [InlineData("\"dataLicense\"", "\"dataLicence\"", "additional")]
    [InlineData("\"filesAnalyzed\": false", "\"filesAnalyzed\": \"no\"", "boolean")]
    [InlineData("\"referenceCategory\": \"PACKAGE-MANAGER\"", "\"referenceCategory\": \"PACKAGES\"", "allowed values")]
    [InlineData("\"relatedSpdxElement\": \"SPDXRef-Image\"", "\"relatedSpdxElement\": \"SPDXRef-Imago\"", "SPDXRef-Imago")]
    [InlineData("\"licenseDeclared\": \"MIT\"", "\"licenseDeclared\": \"MIT-ish\"", "licence MIT-ish")]
    [InlineData("\"licenseDeclared\": \"MIT\"", "\"licenseDeclared\": \"LicenseRef-99\"", "LicenseRef-99 is not listed")]
    [InlineData("pkg:npm/express@4.18.2", "npm/express@4.18.2", "purl npm/express")]
    [InlineData("Organization: Debian", "Debian", "supplier Debian")]
    public void Validator_refuses_what_is_not_of_the_format(string from, string to, string complaint)
    {
        var text = Encoding.UTF8.GetString(Write(Samples.Rich()));
        Assert.Contains(from, text, StringComparison.Ordinal);
        Assert.Contains(complaint, NodeValidator.Complaint(NodeValidator.Spdx, Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Fact]
    public void Namespace_follows_content_and_time_only()
    {
        var space = Namespace(Samples.Rich(), Samples.Context);
        Assert.Matches("^https://spdx.org/spdxdocs/registry.example.org-5000-shop-Web-[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", space);
        Assert.Equal(space, Namespace(Samples.Rich(), Samples.Context));
        Assert.NotEqual(space, Namespace(Samples.Rich(), Samples.Context with { Now = Samples.Context.Now!.Value.AddSeconds(1) }));
        Assert.NotEqual(space, Namespace(Samples.Rich() with { Notes = ["one more"] }, Samples.Context));
    }

    [Fact]
    public void Says_by_itself_that_it_is_partial()
    {
        using var document = JsonDocument.Parse(Write(Samples.Partial()));
        Assert.StartsWith("Incomplete: 7 problems.", document.RootElement.GetProperty("comment").GetString(), StringComparison.Ordinal);
        var comments = document.RootElement.GetProperty("annotations").EnumerateArray().Select(note => note.GetProperty("comment").GetString()!).ToList();
        Assert.Equal(7, comments.Count(comment => comment.StartsWith("plimsoll:problem=", StringComparison.Ordinal)));
        Assert.Contains("SPDXRef-Image CONTAINS NOASSERTION", Relationships(document));
        using var complete = JsonDocument.Parse(Write(Samples.Rich()));
        Assert.DoesNotContain("SPDXRef-Image CONTAINS NOASSERTION", Relationships(complete));
    }

    [Fact]
    public void Removed_packages_are_counted_and_not_listed()
    {
        using var document = JsonDocument.Parse(Write(Samples.Removed()));
        Assert.Contains("Removed and not listed: 2 by later layers", document.RootElement.GetProperty("comment").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain(document.RootElement.GetProperty("packages").EnumerateArray(), package => package.GetProperty("name").GetString() == "left-pad");
        Assert.Single(document.RootElement.GetProperty("packages").EnumerateArray(), package => package.GetProperty("name").GetString() == "nginx" && package.GetProperty("SPDXID").GetString()!.StartsWith("SPDXRef-Package-", StringComparison.Ordinal));
    }

    [Fact]
    public void Time_that_is_not_known_is_said()
    {
        var written = GoldenTests.Write(new SpdxReport(), Samples.Rich(), Samples.Context with { Now = null });
        using var document = JsonDocument.Parse(written);
        Assert.Equal("The time of creation is not known.", document.RootElement.GetProperty("creationInfo").GetProperty("comment").GetString());
        NodeValidator.AssertValid(NodeValidator.Spdx, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["timeless"] = written });
    }

    [Theory]
    [InlineData("MIT", "MIT")]
    [InlineData("mit", "MIT")]
    [InlineData("mit or apache-2.0", "MIT OR Apache-2.0")]
    [InlineData("see LICENSE", "LicenseRef-1", "LicenseRef-1: see LICENSE")]
    [InlineData("LicenseRef-9 OR MIT", "LicenseRef-1", "LicenseRef-1: LicenseRef-9 OR MIT")]
    [InlineData("", "NOASSERTION")]
    [InlineData("BSD-2-Clause|MIT OR Zlib|Other", "BSD-2-Clause AND (MIT OR Zlib) AND LicenseRef-1", "LicenseRef-1: Other")]
    [InlineData("MIT|mit", "MIT")]
    public void Licences_are_one_expression(string declared, string expected, params string[] texts)
    {
        var package = Samples.Rich().Packages[0] with { Licenses = [.. declared.Split('|')] };
        using var document = JsonDocument.Parse(Write(Samples.Empty() with { Packages = [package] }));
        Assert.Equal(expected, document.RootElement.GetProperty("packages")[1].GetProperty("licenseDeclared").GetString());
        var listed = document.RootElement.TryGetProperty("hasExtractedLicensingInfos", out var infos) ? infos.EnumerateArray().Select(info => $"{info.GetProperty("licenseId")}: {info.GetProperty("extractedText")}") : [];
        Assert.Equal(texts, listed);
    }

    [Fact]
    public void Package_that_advisories_know_by_cpe_has_it()
    {
        const string Cpe = @"cpe:2.3:a:f5:nginx:1.22.1\+b1:*:*:*:*:*:*:*";
        var result = Samples.Empty() with { Packages = [Samples.Rich().Packages[0] with { Cpe = Cpe }] };
        using var document = JsonDocument.Parse(Write(result));
        var reference = document.RootElement.GetProperty("packages")[1].GetProperty("externalRefs")[1];
        Assert.Equal(("SECURITY", "cpe23Type", Cpe), (reference.GetProperty("referenceCategory").GetString(), reference.GetProperty("referenceType").GetString(), reference.GetProperty("referenceLocator").GetString()));
        NodeValidator.AssertValid(NodeValidator.Spdx, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["cpe"] = Write(result) });
        NodeValidator.AssertValid(NodeValidator.CycloneDx, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["cpe"] = GoldenTests.Write(new CycloneDxReport(), result, Samples.Context) });
    }

    [Fact]
    public void Names_that_clean_to_the_same_get_numbers()
    {
        var package = Samples.Rich().Packages[0];
        Package Named(string name) => package with { Purl = new PackageUrl("npm", null, name, "1"), Name = name };
        var identifiers = new Identifiers([Named("a_b"), Named("a-b"), Named("a/b")]);
        Assert.Equal(["SPDXRef-Package-npm-a-b-1", "SPDXRef-Package-npm-a-b-1-2", "SPDXRef-Package-npm-a-b-1-3"], [identifiers[0], identifiers[1], identifiers[2]]);
        Assert.Equal(120, Identifiers.Clean(new string('x', 5000)).Length);
    }

    [Fact]
    public void Documentation_names_every_property()
    {
        var documentation = File.ReadAllText(Path.Combine(GoldenTests.Repository(), "docs/reports.md"));
        var names = Samples.All.Values.SelectMany(sample => AnnotationName().Matches(Encoding.UTF8.GetString(Write(sample))).Select(match => match.Groups[1].Value))
            .Select(name => LayerNumber().Replace(name, ":N:")).Distinct(StringComparer.Ordinal).ToList();
        Assert.Contains("plimsoll:location", names);
        Assert.All(names, name => Assert.Contains($"| `{name}` |", documentation, StringComparison.Ordinal));
    }

    private static byte[] Write(ScanResult result) => GoldenTests.Write(new SpdxReport(), result, Samples.Context);

    private static string Namespace(ScanResult result, ReportContext context)
    {
        using var document = JsonDocument.Parse(GoldenTests.Write(new SpdxReport(), result, context));
        return document.RootElement.GetProperty("documentNamespace").GetString()!;
    }

    private static IEnumerable<string> Relationships(JsonDocument document) => document.RootElement.GetProperty("relationships").EnumerateArray()
        .Select(one => $"{one.GetProperty("spdxElementId")} {one.GetProperty("relationshipType")} {one.GetProperty("relatedSpdxElement")}");

    [GeneratedRegex("\"comment\": \"(plimsoll:[^=]+)=", RegexOptions.NonBacktracking)]
    private static partial Regex AnnotationName();

    [GeneratedRegex(":[0-9]+:", RegexOptions.NonBacktracking)]
    private static partial Regex LayerNumber();
}
