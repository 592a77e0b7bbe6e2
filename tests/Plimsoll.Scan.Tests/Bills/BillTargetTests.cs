using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Tests.Reports;

namespace Plimsoll.Scan.Tests.Bills;

public sealed class BillTargetTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-bill-").FullName;

    [Theory]
    [InlineData("a.cdx.json", """{"$schema": "x", "bomFormat": "CycloneDX"}""", SourceKind.Sbom)]
    [InlineData("a.spdx.JSON", """{ "spdxVersion": "SPDX-2.3" }""", SourceKind.Sbom)]
    [InlineData("a.json", """{"name": "a bomFormat"}""", SourceKind.Archive)]
    [InlineData("a.json", "", SourceKind.Archive)]
    [InlineData("a.tar", """{"bomFormat": "CycloneDX"}""", SourceKind.Archive)]
    public void File_is_taken_for_a_bill_by_its_name_and_beginning(string name, string text, SourceKind expected)
    {
        var file = Write(name, text);
        Assert.Equal(expected, Target.Parse(file).Kind);
        Assert.Equal(SourceKind.Sbom, Target.Parse("sbom:" + file).Kind);
    }

    /// <summary>A bill under another name is no archive; the way to give it is named, where it can be read as it is.</summary>
    [Theory]
    [InlineData("{\"bomFormat\": \"CycloneDX\"}", true)]
    [InlineData("\uFEFF \n{\"spdxVersion\": \"SPDX-2.3\"}", true)]
    [InlineData("bomFormat: CycloneDX", false)]
    [InlineData("", false)]
    public void File_of_JSON_without_prefix_is_told_of_it(string text, bool isTold)
    {
        foreach (var padding in (int[])[0, 3000])
        {
            var file = Write("bill", text + new string(' ', padding));
            var refused = Assert.Throws<PlimsollException>(() => Scanner.Scan(new ScanRequest { Target = Target.Parse(file) }));
            Assert.Equal(isTold, refused.Message == $"`{file}` is no tar archive, gzip or zstd file, but JSON.");
            Assert.Equal(isTold, refused.Remedy == $"If it is a bill of materials, give `sbom:{file}`.");
        }
        var packed = Path.Combine(folder, "packed");
        using (var to = new System.IO.Compression.GZipStream(File.Create(packed), System.IO.Compression.CompressionLevel.Fastest)) to.Write(System.Text.Encoding.UTF8.GetBytes(text + new string(' ', 3000)));
        Assert.DoesNotContain("sbom:", Assert.Throws<PlimsollException>(() => Scanner.Scan(new ScanRequest { Target = Target.Parse(packed) })).Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_for_images_are_refused()
    {
        var target = Target.Parse("sbom:" + Write("a.json", """{"spdxVersion": "SPDX-2.3"}"""));
        Assert.Equal(SourceKind.Sbom, Scanner.Scan(new ScanRequest { Target = target }).Image.Source);
        foreach (var request in (ScanRequest[])
            [
                new() { Target = target, Only = ["os"] },
                new() { Target = target, AllLayers = true },
                new() { Target = target, Platform = new Platform("linux", "arm64") },
                new() { Target = target, Base = target },
            ])
            Assert.Equal("option-unsuitable", Assert.Throws<PlimsollException>(() => Scanner.Scan(request)).Code);
        Assert.Equal("target-not-found", Assert.Throws<PlimsollException>(() => Scanner.Scan(new ScanRequest { Target = target with { Reference = "web:1" } })).Code);
    }

    [Fact]
    public void Bill_is_no_base_image_and_a_folder_no_bill()
    {
        var target = Target.Parse("sbom:" + Write("a.json", """{"spdxVersion": "SPDX-2.3"}"""));
        var root = new ScanRequest { Target = new Target(SourceKind.Sbom, folder) };
        Assert.Equal("target-unreadable", Assert.Throws<PlimsollException>(() => Scanner.Scan(root)).Code);
        Assert.Equal("target-not-a-file", Assert.Throws<PlimsollException>(() => Target.Parse("sbom:" + folder)).Code);
        Assert.Equal("target-without-layers", Assert.Throws<PlimsollException>(() => Resolve(target)).Code);
    }

    [Fact]
    public void Reports_of_a_bill_name_no_files()
    {
        var result = BillBytes.Read(BillBytes.Write("spdx", Samples.Rich()));
        foreach (var report in (string[])["table", "markdown"])
            Assert.DoesNotContain("Files", System.Text.Encoding.UTF8.GetString(BillBytes.Write(report, result)), StringComparison.Ordinal);
        NodeValidator.AssertValid(NodeValidator.CycloneDx, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["again"] = BillBytes.Write("cyclonedx", result) });
        NodeValidator.AssertValid(NodeValidator.Spdx, new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["again"] = BillBytes.Write("spdx", result) });
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void Resolve(Target target) =>
        Scan.Sources.Resolution.Resolve(target, new ScanRequest { Target = target }, null, new ProblemLog("layers"), null).Dispose();

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
