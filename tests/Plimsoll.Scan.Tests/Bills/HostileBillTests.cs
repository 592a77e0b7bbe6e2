using System.Text;
using CsCheck;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Bills;
using Plimsoll.Scan.Tests.Reports;

namespace Plimsoll.Scan.Tests.Bills;

public sealed class HostileBillTests
{
    public static TheoryData<string> Formats => ["cyclonedx", "spdx"];

    /// <summary>Cut anywhere, it has the same packages or fewer and a problem, or is refused where it does not yet say what it is.</summary>
    [Theory]
    [MemberData(nameof(Formats))]
    public void Every_prefix_is_fewer_packages_and_a_problem(string format)
    {
        var bill = BillBytes.Write(format, Samples.Several() with { Packages = [.. Samples.Rich().Packages.Take(2)] }).AsSpan().TrimEnd((byte)'\n').ToArray();
        var all = BillBytes.Read(bill).Packages.Select(package => package.Key).ToHashSet();
        Assert.Equal(2, all.Count);
        var read = 0;
        for (var length = 0; length < bill.Length; length++)
            try
            {
                var result = BillBytes.Read(bill.AsMemory(0, length));
                read++;
                Assert.Contains(result.Problems, problem => problem.Unit == "sbom" && problem.Kind is ProblemKind.Truncated or ProblemKind.Malformed);
                Assert.All(result.Packages, package => Assert.Contains(package.Key, all));
            }
            catch (PlimsollException refused)
            {
                Assert.Equal("sbom-unknown", refused.Code);
                Assert.True(length < 300, $"refused at byte {length}");
            }
        Assert.True(read > bill.Length - 300);
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void Any_byte_may_be_another(string format)
    {
        var bill = BillBytes.Write(format, Samples.Rich());
        Gen.Select(Gen.Int[0, bill.Length - 1], Gen.Byte, Gen.Int[0, 400]).Array[1, 4].Sample(changes =>
        {
            var damaged = bill.ToList();
            foreach (var (at, value, cut) in changes.Where(change => change.Item1 < damaged.Count))
            {
                damaged[at] = value;
                if (cut > 300) damaged.RemoveRange(at, Math.Min(cut - 300, damaged.Count - at));
            }
            try
            {
                BillBytes.Read(damaged.ToArray());
            }
            catch (PlimsollException refused)
            {
                Assert.Equal("sbom-unknown", refused.Code);
            }
        }, iter: 500);
    }

    [Fact]
    public void Nesting_beyond_the_limit_breaks_off_with_what_stood_before()
    {
        static ScanResult Nested(int depth) => BillBytes.CycloneDx("""{"type": "library", "name": "first", "purl": "pkg:npm/first@1"},""" + Deep(depth));
        static string Deep(int depth) => string.Concat(Enumerable.Range(0, depth).Select(i => $$"""{"type": "library", "name": "n{{i}}", "purl": "pkg:npm/n{{i}}@1", "components": [""")) + string.Concat(Enumerable.Repeat("]}", depth));
        var within = (JsonStream.MaxDepth - 2) / 2;
        Assert.Empty(Nested(within).Problems);
        Assert.Equal(within + 1, Nested(within).Packages.Length);
        foreach (var depth in (int[])[within + 1, 200_000])
        {
            var result = Nested(depth);
            Assert.Equal(["pkg:npm/first@1"], result.Packages.Select(package => package.Key));
            Assert.Equal(ProblemKind.Malformed, Assert.Single(result.Problems).Kind);
        }
    }

    [Fact]
    public void Item_beyond_the_limit_is_left_out_and_said()
    {
        static ScanResult Long(int bytes)
        {
            const string Head = """{"type": "library", "name": "long", "purl": "pkg:npm/long@1", "x": """;
            return BillBytes.CycloneDx(Head + "\"" + new string('x', bytes - Head.Length - 3) + "\"}" + """, {"type": "library", "name": "a", "purl": "pkg:npm/a@1"}""");
        }
        Assert.Equal(["pkg:npm/a@1", "pkg:npm/long@1"], Long(JsonStream.MostValueBytes).Packages.Select(package => package.Key));
        var beyond = Long(JsonStream.MostValueBytes + 1);
        Assert.Equal(["pkg:npm/a@1"], beyond.Packages.Select(package => package.Key));
        Assert.Equal([$"LimitReached: an item of `components` at byte 64 has more than {JsonStream.MostValueBytes:N0} bytes; it was not read"], BillBytes.Said(beyond));
    }

    [Fact]
    public void Components_beyond_the_limit_are_said_once()
    {
        static ScanResult Many(int count)
        {
            var text = new StringBuilder();
            for (var i = 0; i < count; i++) text.Append(i == 0 ? "" : ",").Append("""{"purl":"pkg:a/b@1"}""");
            return BillBytes.CycloneDx(text.ToString());
        }
        Assert.Empty(Many(Bill.MostComponents).Problems);
        var beyond = Many(Bill.MostComponents + 3);
        Assert.Equal([$"LimitReached: it has more than {Bill.MostComponents:N0} components; the others were not read"], BillBytes.Said(beyond));
        Assert.Single(beyond.Packages);
    }

    [Fact]
    public void Dependencies_beyond_the_limit_are_said_once()
    {
        static ScanResult Many(int count) => BillBytes.CycloneDx(
            """{"bom-ref": "a", "purl": "pkg:a/b@1"}""",
            $$""" "dependencies": [{"ref": "a", "dependsOn": [{{string.Join(',', Enumerable.Repeat("\"a\"", count))}}]}] """);
        Assert.Empty(Many(Bill.MostDependencies).Problems);
        Assert.Equal([$"LimitReached: it has more than {Bill.MostDependencies:N0} dependencies; the others were not read"], BillBytes.Said(Many(Bill.MostDependencies + 3)));
    }

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("\u0001")]
    public void Text_that_is_none_is_a_problem(string name) =>
        Assert.NotEmpty(BillBytes.CycloneDx($$"""{"type": "library", "name": "{{name}}", "purl": "pkg:npm/a@1"}""").Problems);

    [Fact]
    public void File_beyond_the_limit_is_refused()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, """{"spdxVersion": "SPDX-2.3"}""");
            Assert.Empty(Scan(path).Problems);
            using (var file = File.OpenWrite(path)) file.SetLength(BillSource.MostBytes + 1);
            Assert.Equal("sbom-too-long", Assert.Throws<PlimsollException>(() => Scan(path)).Code);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static ScanResult Scan(string path) => Scanner.Scan(new ScanRequest { Target = Target.Parse("sbom:" + path) });
}
