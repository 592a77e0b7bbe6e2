using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports;
using Plimsoll.Scan.Reports.Sbom;

namespace Plimsoll.Scan.Tests.Reports;

public sealed partial class CycloneDxReportTests
{
    public static TheoryData<string> SampleNames => [.. Samples.All.Keys];

    [Fact]
    public void Is_valid_by_the_official_schema_and_by_an_independent_validator() =>
        NodeValidator.AssertValid(NodeValidator.CycloneDx, Samples.All.ToDictionary(sample => sample.Key, sample => Write(sample.Value), StringComparer.Ordinal));

    [Fact]
    public void Is_valid_with_every_licence_of_the_list()
    {
        var package = Samples.Rich().Packages[0];
        var result = Samples.Empty() with { Packages = [package with { Licenses = [.. SpdxIds.All] }] };
        NodeValidator.AssertValid(NodeValidator.CycloneDx, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["licences"] = Write(result) });
        Assert.DoesNotContain("\"license\": {\n            \"name\"", Encoding.UTF8.GetString(Write(result)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"specVersion\": \"1.6\"", "\"specVersion\": \"1.6\", \"extra\": 1", "official schema")]
    [InlineData("\"id\": \"MIT\"", "\"id\": \"MIT-ish\"", "official schema")]
    public void Validator_refuses_what_is_not_of_the_format(string from, string to, string complaint)
    {
        var text = Encoding.UTF8.GetString(Write(Samples.Rich()));
        Assert.Contains(from, text, StringComparison.Ordinal);
        Assert.Contains(complaint, NodeValidator.Complaint(NodeValidator.CycloneDx, Encoding.UTF8.GetBytes(text.Replace(from, to, StringComparison.Ordinal))), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Every_reference_exists_once(string sample) => AssertReferences(Write(Samples.All[sample]));

    internal static void AssertReferences(byte[] document)
    {
        using var bom = JsonDocument.Parse(document);
        var refs = Strings(bom.RootElement, "bom-ref").ToList();
        Assert.Equal(refs.Distinct(StringComparer.Ordinal), refs);
        var used = bom.RootElement.GetProperty("dependencies").EnumerateArray().SelectMany(entry => Strings(entry, "ref").Concat(Items(entry, "dependsOn")))
            .Concat(bom.RootElement.GetProperty("compositions").EnumerateArray().SelectMany(entry => Items(entry, "assemblies")));
        if (bom.RootElement.TryGetProperty("vulnerabilities", out var vulnerabilities))
            used = used.Concat(vulnerabilities.EnumerateArray().SelectMany(one => Strings(one.GetProperty("affects"), "ref")));
        Assert.All(used, reference => Assert.Contains(reference, refs));
        var entries = bom.RootElement.GetProperty("dependencies").EnumerateArray().SelectMany(entry => Strings(entry, "ref")).ToList();
        Assert.Equal(entries.Distinct(StringComparer.Ordinal), entries);
    }

    [Fact]
    public void Serial_number_follows_content_and_time_only()
    {
        var serial = Serial(Samples.Rich(), Samples.Context);
        Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", serial);
        Assert.Equal(serial, Serial(Samples.Rich(), Samples.Context));
        Assert.NotEqual(serial, Serial(Samples.Rich(), Samples.Context with { Now = Samples.Context.Now!.Value.AddSeconds(1) }));
        Assert.NotEqual(serial, Serial(Samples.Rich() with { Notes = ["one more"] }, Samples.Context));
    }

    [Fact]
    public void Vulnerabilities_say_what_is_affected_how_bad_it_is_and_what_to_do()
    {
        using var bom = JsonDocument.Parse(Write(JudgedSample.Result()));
        var all = bom.RootElement.GetProperty("vulnerabilities").EnumerateArray().ToDictionary(one => one.GetProperty("id").GetString()!);
        Assert.Equal(5, all.Count);
        var iconv = all["CVE-2024-2961"];
        Assert.Equal("Update libc6 to 2.36-9+deb12u6.", iconv.GetProperty("recommendation").GetString());
        Assert.Equal("pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12", iconv.GetProperty("affects")[0].GetProperty("ref").GetString());
        Assert.Equal(["2.36-9+deb12u4 affected", "2.36-9+deb12u6 unaffected"], iconv.GetProperty("affects")[0].GetProperty("versions").EnumerateArray().Select(one => $"{one.GetProperty("version")} {one.GetProperty("status")}"));
        Assert.Equal(["high other", "high CVSSv31"], iconv.GetProperty("ratings").EnumerateArray().Select(one => $"{one.GetProperty("severity")} {one.GetProperty("method")}"));
        Assert.False(iconv.TryGetProperty("analysis", out _));
        Assert.Equal("not_affected code_not_present", $"{all["CVE-2024-33599"].GetProperty("analysis").GetProperty("state")} {all["CVE-2024-33599"].GetProperty("analysis").GetProperty("justification")}");
        Assert.Equal(["will_not_fix"], Items(all["CVE-2019-1010022"].GetProperty("analysis"), "response"));
    }

    [Fact]
    public void Vulnerabilities_that_nobody_looked_for_are_not_an_empty_list()
    {
        using var unknown = JsonDocument.Parse(Write(Samples.Rich()));
        Assert.False(unknown.RootElement.TryGetProperty("vulnerabilities", out _));
        using var none = JsonDocument.Parse(Write(Samples.Rich() with { Vulnerabilities = [] }));
        Assert.Equal(0, none.RootElement.GetProperty("vulnerabilities").GetArrayLength());
    }

    [Fact]
    public void Says_by_itself_that_it_is_partial()
    {
        using var bom = JsonDocument.Parse(Write(Samples.Partial()));
        Assert.Equal("incomplete", bom.RootElement.GetProperty("compositions")[0].GetProperty("aggregate").GetString());
        var state = bom.RootElement.GetProperty("metadata").GetProperty("properties").EnumerateArray().ToList();
        Assert.Equal(7, state.Count(property => property.GetProperty("name").GetString() == "plimsoll:problem"));
        Assert.Equal("partial", state[0].GetProperty("value").GetString());
    }

    [Fact]
    public void Dependencies_mean_the_installed_package_when_a_layer_removed_its_twin()
    {
        var rich = Samples.Rich();
        var libc = rich.Packages.Single(package => package.Name == "libc6");
        var result = rich with { Packages = [libc with { RemovedIn = 1 }, .. rich.Packages] };
        using var bom = JsonDocument.Parse(Write(result));
        var components = bom.RootElement.GetProperty("components").EnumerateArray().Where(component => component.GetProperty("name").GetString() == "libc6").ToList();
        Assert.Equal("excluded", components[0].GetProperty("scope").GetString());
        Assert.False(components[1].TryGetProperty("scope", out _));
        var ofNginx = bom.RootElement.GetProperty("dependencies").EnumerateArray().Single(entry => entry.GetProperty("ref").GetString()!.StartsWith("pkg:deb/debian/nginx@", StringComparison.Ordinal));
        Assert.Equal([components[1].GetProperty("bom-ref").GetString()!], Items(ofNginx, "dependsOn"));
    }

    [Theory]
    [InlineData("MIT", "id MIT")]
    [InlineData("mit", "id MIT")]
    [InlineData("GPL-2.0+", "id GPL-2.0+")]
    [InlineData("MIT OR Apache-2.0", "expression MIT OR Apache-2.0")]
    [InlineData("(mit or (apache-2.0 AND BSD-3-Clause))", "expression (MIT OR (Apache-2.0 AND BSD-3-Clause))")]
    [InlineData("GPL-2.0-only WITH Classpath-exception-2.0", "expression GPL-2.0-only WITH Classpath-exception-2.0")]
    [InlineData("Apache-2.0+", "expression Apache-2.0+")]
    [InlineData("LicenseRef-mine.1", "expression LicenseRef-mine.1")]
    [InlineData("MIT OR", "name MIT OR")]
    [InlineData("(MIT", "name (MIT")]
    [InlineData("MIT)", "name MIT)")]
    [InlineData("MIT Apache-2.0", "name MIT Apache-2.0")]
    [InlineData("MIT WITH Apache-2.0", "name MIT WITH Apache-2.0")]
    [InlineData("LicenseRef-", "name LicenseRef-")]
    [InlineData("SEE LICENSE IN LICENSE.md", "name SEE LICENSE IN LICENSE.md")]
    [InlineData("()", "name ()")]
    public void Licence_is_an_identifier_an_expression_or_a_name(string declared, string expected) => Assert.Equal([expected], LicensesOf(declared));

    [Fact]
    public void Expression_among_others_is_a_name() => Assert.Equal(["id MIT", "name MIT OR Zlib"], LicensesOf("MIT", "MIT OR Zlib"));

    [Fact]
    public void Deeply_nested_expression_is_a_name()
    {
        static string Nested(int depth) => new string('(', depth) + "MIT" + new string(')', depth);
        Assert.Equal([$"expression {Nested(32)}"], LicensesOf(Nested(32)));
        Assert.Equal([$"name {Nested(33)}"], LicensesOf(Nested(33)));
        Assert.Equal([$"name {Nested(2000)}"], LicensesOf(Nested(2000)));
    }

    [Theory]
    [InlineData("nginx:1.25", "pkg:oci/nginx@DIGEST?arch=amd64&tag=1.25")]
    [InlineData("docker.io/library/Nginx", "pkg:oci/nginx@DIGEST?arch=amd64&repository_url=docker.io%2Flibrary%2Fnginx")]
    [InlineData("localhost/x:1", "pkg:oci/x@DIGEST?arch=amd64&repository_url=localhost%2Fx&tag=1")]
    [InlineData("shop/web", "pkg:oci/web@DIGEST?arch=amd64")]
    [InlineData("host:5000/web", "pkg:oci/web@DIGEST?arch=amd64&repository_url=host:5000%2Fweb")]
    [InlineData("web/", null)]
    public void Image_purl_is_made_from_its_name(string name, string? expected)
    {
        var image = Samples.Rich().Image with { Names = [name] };
        Assert.Equal(expected?.Replace("DIGEST", image.ManifestDigest.ToString(), StringComparison.Ordinal), ImageName.Purl(image)?.ToString());
        Assert.Null(ImageName.Purl(image with { ManifestDigest = null }));
    }

    [Fact]
    public void Long_version_is_cut_to_what_the_schema_takes()
    {
        var package = Samples.Rich().Packages[0];
        foreach (var length in (int[])[0, 1024, 1025])
        {
            using var bom = JsonDocument.Parse(Write(Samples.Empty() with { Packages = [package with { Version = new string('1', length) }] }));
            var has = bom.RootElement.GetProperty("components")[0].TryGetProperty("version", out var version);
            Assert.Equal(length > 0, has);
            if (has) Assert.Equal(Math.Min(1024, length), version.GetString()!.Length);
        }
    }

    [Fact]
    public void Documentation_names_every_property()
    {
        var documentation = File.ReadAllText(Path.Combine(GoldenTests.Repository(), "docs/reports.md"));
        var names = Samples.All.Values.SelectMany(sample => PropertyName().Matches(Encoding.UTF8.GetString(Write(sample))).Select(match => match.Groups[1].Value))
            .Select(name => LayerNumber().Replace(name, ":N:")).Distinct(StringComparer.Ordinal).ToList();
        Assert.Contains("plimsoll:layer:N:createdBy", names);
        Assert.All(names, name => Assert.Contains($"| `{name}` |", documentation, StringComparison.Ordinal));
    }

    private static byte[] Write(ScanResult result) => GoldenTests.Write(new CycloneDxReport(), result, Samples.Context);

    private static string Serial(ScanResult result, ReportContext context)
    {
        using var bom = JsonDocument.Parse(GoldenTests.Write(new CycloneDxReport(), result, context));
        return bom.RootElement.GetProperty("serialNumber").GetString()!;
    }

    private static List<string> LicensesOf(params string[] declared)
    {
        var package = Samples.Rich().Packages[0] with { Licenses = [.. declared] };
        using var bom = JsonDocument.Parse(Write(Samples.Empty() with { Packages = [package] }));
        return [.. bom.RootElement.GetProperty("components")[0].GetProperty("licenses").EnumerateArray().Select(choice =>
        {
            var property = choice.EnumerateObject().Single();
            if (property.Value.ValueKind == JsonValueKind.Object) property = property.Value.EnumerateObject().Single();
            return $"{property.Name} {property.Value.GetString()}";
        })];
    }

    private static IEnumerable<string> Items(JsonElement node, string name) => node.GetProperty(name).EnumerateArray().Select(item => item.GetString()!);

    private static IEnumerable<string> Strings(JsonElement node, string name)
    {
        if (node.ValueKind == JsonValueKind.Array)
            foreach (var item in node.EnumerateArray())
                foreach (var found in Strings(item, name)) yield return found;
        if (node.ValueKind != JsonValueKind.Object) yield break;
        foreach (var property in node.EnumerateObject())
        {
            if (property.Name == name && property.Value.ValueKind == JsonValueKind.String) yield return property.Value.GetString()!;
            foreach (var found in Strings(property.Value, name)) yield return found;
        }
    }

    [GeneratedRegex("\"name\": \"(plimsoll:[^\"]+)\"", RegexOptions.NonBacktracking)]
    private static partial Regex PropertyName();

    [GeneratedRegex(":[0-9]+:", RegexOptions.NonBacktracking)]
    private static partial Regex LayerNumber();
}
