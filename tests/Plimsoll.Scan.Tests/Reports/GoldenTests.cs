using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports;

namespace Plimsoll.Scan.Tests.Reports;

/// <summary>Every report of every sample, byte for byte. `PLIMSOLL_GOLDEN=write` rewrites the files; the review reads the difference.</summary>
public sealed partial class GoldenTests
{
    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var report in Scan.Reports.All.Reports)
                foreach (var sample in Samples.All.Keys) cases.Add(report.Id, sample);
            foreach (var sample in Samples.All.Keys) cases.Add("table-details", sample);
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Writes_what_the_golden_file_has(string id, string sample)
    {
        var report = Scan.Reports.All.Reports.Single(report => report.Id == id.Replace("-details", "", StringComparison.Ordinal));
        var context = Samples.Context with { Details = id.EndsWith("-details", StringComparison.Ordinal) };
        var written = Shown(Write(report, Samples.All[sample], context));

        var file = Path.Combine(Folder, id, sample + Extension(report.Id));
        if (Environment.GetEnvironmentVariable("PLIMSOLL_GOLDEN") == "write")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, written);
        }
        Assert.True(File.Exists(file), $"no golden file {file}; PLIMSOLL_GOLDEN=write writes it");
        Assert.Equal(Encoding.UTF8.GetString(File.ReadAllBytes(file)), Encoding.UTF8.GetString(written));
    }

    [Fact]
    public void Has_no_golden_file_without_a_case()
    {
        var expected = Cases.Select(row => $"{row.Data.Item1}/{row.Data.Item2}{Extension(row.Data.Item1.Split('-')[0])}").Order(StringComparer.Ordinal);
        var found = Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(Folder, file)).Order(StringComparer.Ordinal);
        Assert.Equal(expected, found);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Writes_the_same_bytes_again(string id, string sample)
    {
        var report = Scan.Reports.All.Reports.Single(report => report.Id == id.Split('-')[0]);
        Assert.Equal(Write(report, Samples.All[sample], Samples.Context), Write(report, Samples.All[sample], Samples.Context));
    }

    /// <summary>Without what is the same in every page: its style sheet, its script, and their hashes.</summary>
    private static byte[] Shown(byte[] written) => !written.AsSpan().StartsWith("<!doctype html>"u8) ? written
        : Encoding.UTF8.GetBytes(Asset().Replace(Encoding.UTF8.GetString(written), found => found.Groups[1].Success ? "<style>…</style>" : found.Groups[2].Success ? "<script>…</script>" : "sha256-…&"));

    [GeneratedRegex("(<style>[^<]*</style>)|(<script>(?:[^<]|<[^/])*</script>)|sha256-[A-Za-z0-9+/]+=*&", RegexOptions.NonBacktracking)]
    private static partial Regex Asset();

    internal static byte[] Write(IReport report, ScanResult result, ReportContext context)
    {
        using var to = new MemoryStream();
        report.Write(result, context, to);
        // Fails when the report has closed the stream, which belongs to the caller.
        to.WriteByte((byte)'.');
        return to.ToArray()[..^1];
    }

    internal static string Repository([CallerFilePath] string file = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "../../.."));

    private static string Folder => Path.Combine(Repository(), "tests/golden/reports");

    private static string Extension(string id) => id switch
    {
        "json" or "cyclonedx" or "spdx" or "gitlab" or "openvex" => ".json",
        "sarif" => ".sarif",
        "junit" => ".xml",
        "html" => ".html",
        "markdown" => ".md",
        _ => ".txt",
    };
}
