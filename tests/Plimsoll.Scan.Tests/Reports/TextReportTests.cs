using System.Globalization;
using System.Reflection;
using System.Text;
using CsCheck;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Tests.Reports;

public sealed class TextReportTests
{
    public static TheoryData<string> SampleNames => [.. Samples.All.Keys];

    [Fact]
    public void Every_report_is_listed()
    {
        var written = typeof(IReport).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IReport)) && !type.IsInterface);
        var listed = Scan.Reports.All.Reports.Concat(Scan.Reports.Harden.All.Reports).Concat(Scan.Reports.Harden.All.Configurations);
        Assert.Equal(written.Select(type => type.Name).Order(StringComparer.Ordinal), listed.Select(report => report.GetType().Name).Order(StringComparer.Ordinal));
        Assert.All(Scan.Reports.All.Reports, report => Assert.Equal($"{report.Id}report", report.GetType().Name.ToLowerInvariant()));
    }

    [Fact]
    public void Every_report_goes_out_while_it_is_written()
    {
        var package = Samples.Rich().Packages.Single(package => package.Name == "nginx");
        var many = ManyFindings.Of(3000) with { Packages = [.. Enumerable.Range(0, 3000).Select(i => package with { Purl = new PackageUrl("deb", "debian", $"n{i}", package.Version), Name = $"n{i}" })] };
        foreach (var report in Scan.Reports.All.Reports)
        {
            using var to = new LargestWrite();
            report.Write(many, Samples.Context with { Details = true }, to);
            Assert.InRange(to.Total, report is GithubReport ? 1000 : 100_000, long.MaxValue); // Few annotations are shown, and no more written.
            Assert.InRange(to.Largest, 1, 64 << 10);
        }
    }

    [Theory]
    [InlineData(AdvisoryDataState.Missing, true, "not known: there are no advisories to judge by")]
    [InlineData(AdvisoryDataState.Present, true, "none found, but not everything could be judged")]
    [InlineData(AdvisoryDataState.Present, false, "none found")]
    public void Nothing_found_without_advisories_does_not_read_as_clean(AdvisoryDataState state, bool hasProblem, string said)
    {
        var result = Samples.Rich() with
        {
            Vulnerabilities = [],
            AdvisoryData = [new AdvisoryData("osv", "Debian", state, null), new AdvisoryData("kev", "kev", AdvisoryDataState.Present, null)],
            Problems = hasProblem ? [new Problem(ProblemKind.DataMissing, "match", "Debian:12", "there are no advisories")] : [],
        };
        Assert.Equal(said, VulnerabilityFacts.Counts(result));
    }

    private sealed class LargestWrite : MemoryStream
    {
        public int Largest { get; private set; }
        public long Total { get; private set; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Largest = Math.Max(Largest, buffer.Length);
            Total += buffer.Length;
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));
    }

    [Fact]
    public void Documentation_has_a_section_for_every_report()
    {
        var lines = File.ReadAllLines(Path.Combine(GoldenTests.Repository(), "docs/reports.md"));
        Assert.All(Scan.Reports.All.Reports, report => Assert.Contains($"## {report.Id}", lines));
    }

    [Fact]
    public void Examples_in_the_documentation_are_real()
    {
        var lines = File.ReadAllLines(Path.Combine(GoldenTests.Repository(), "docs/reports.md"));
        var examples = 0;
        for (var i = 0; i < lines.Length; i++)
        {
            if (!lines[i].StartsWith("<!-- from ", StringComparison.Ordinal)) continue;
            examples++;
            var golden = File.ReadAllLines(Path.Combine(GoldenTests.Repository(), lines[i]["<!-- from ".Length..^" -->".Length])).AsSpan();
            foreach (var line in lines.Skip(i + 2).TakeWhile(line => line != "```"))
            {
                if (line == "…") continue;
                var at = golden.IndexOf(line);
                Assert.True(at >= 0, $"{lines[i]}: not in the golden file, or not in this order: {line}");
                golden = golden[(at + 1)..];
            }
        }
        Assert.InRange(examples, 13, 100);
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Table_is_never_wider_than_the_page(string sample)
    {
        foreach (var width in (int[])[ReportContext.LeastWidth, 21, 40, 80, 120, 1000])
            foreach (var details in (bool[])[false, true])
                Assert.All(Table(sample, Samples.Context with { Width = width, Details = details }).Split('\n'), line => Assert.True(SafeText.Cells(line) <= width, $"{width}: {line}"));
    }

    [Fact]
    public void Page_narrower_than_the_least_width_is_written_at_that() =>
        Assert.Equal(Table("rich", Samples.Context with { Width = ReportContext.LeastWidth }), Table("rich", Samples.Context with { Width = 1 }));

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Colour_changes_no_text(string sample)
    {
        var context = Samples.Context with { Details = true };
        var coloured = Table(sample, context with { Colour = true });
        Assert.Contains("\e[1m", coloured, StringComparison.Ordinal);
        foreach (var code in (string[])["0", "1", "2", "32", "33"]) coloured = coloured.Replace($"\e[{code}m", "", StringComparison.Ordinal);
        Assert.Equal(Table(sample, context), coloured);
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void No_text_report_lets_a_control_or_invisible_character_through(string sample)
    {
        foreach (var id in (string[])["table", "markdown", "purls", "junit", "github"])
        {
            var report = Scan.Reports.All.Reports.Single(report => report.Id == id);
            AssertHarmless(Encoding.UTF8.GetString(GoldenTests.Write(report, Samples.All[sample], Samples.Context with { Details = true })));
        }
    }

    [Theory]
    [MemberData(nameof(SampleNames))]
    public void Last_line_of_the_table_is_the_verdict(string sample)
    {
        var last = Table(sample, Samples.Context).TrimEnd('\n').Split('\n')[^1];
        Assert.StartsWith(Samples.All[sample].Problems.IsEmpty ? "Complete: " : "Incomplete: ", last, StringComparison.Ordinal);
    }

    [Fact]
    public void Summary_shows_the_first_problems_and_how_to_see_the_rest()
    {
        Assert.Contains("\n  2 more: --details shows all.\n", Table("partial", Samples.Context), StringComparison.Ordinal);
        var details = Table("partial", Samples.Context with { Details = true });
        Assert.DoesNotContain("--details", details, StringComparison.Ordinal);
        Assert.All(Samples.Partial().Problems, problem => Assert.Contains(problem.Where, details, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("\e[31m\a\0\x7f\u009b", @"\x1b[31m\x07\x00\x7f\x9b")]
    [InlineData("a\r\n\tb", @"a\r\n\tb")]
    [InlineData("\u202e\u2066\u200b\ufeff\u2028", @"\u202e\u2066\u200b\ufeff\u2028")]
    [InlineData("\U000e0041", @"\U000e0041")]
    [InlineData("é日本🚢", "é日本🚢")]
    public void Clean_shows_what_it_takes_out(string text, string expected) => Assert.Equal(expected, SafeText.Clean(text));

    [Fact]
    public void Clean_shows_unpaired_surrogates()
    {
        Assert.Equal(@"\ud800x", SafeText.Clean("\ud800x"));
        Assert.Equal(@"x\udc00", SafeText.Clean("x\udc00"));
        Assert.Equal(@"\udea2\ud83d", SafeText.Clean("\udea2\ud83d"));
    }

    [Fact]
    public void Clean_looks_at_a_bounded_part()
    {
        Assert.Equal(new string('a', SafeText.Longest), SafeText.Clean(new string('a', SafeText.Longest)));
        Assert.Equal(new string('a', SafeText.Longest) + "…", SafeText.Clean(new string('a', SafeText.Longest + 1)));
        Assert.Equal("", SafeText.Clean(null));
    }

    [Theory]
    [InlineData("abc", 3, "abc", "abc")]
    [InlineData("abcd", 3, "ab…", "…cd")]
    [InlineData("日本語", 5, "日本…", "…本語")]
    [InlineData("日本語", 4, "日…", "…語")]
    [InlineData("e\u0301e\u0301e\u0301", 2, "e\u0301…", "…e\u0301")]
    [InlineData("🚢🚢", 3, "🚢…", "…🚢")]
    public void Cuts_by_columns(string text, int cells, string end, string start)
    {
        Assert.Equal(end, SafeText.CutEnd(text, cells));
        Assert.Equal(start.TrimStart('\u0301'), SafeText.CutStart(text, cells).Replace("…\u0301", "…", StringComparison.Ordinal));
    }

    [Fact]
    public void Markdown_of_any_text_holds_no_markup() => Gen.String.Sample(text =>
    {
        var code = Markdown.Code(text);
        if (text.Length == 0) return code.Length == 0;
        var inner = code["<code>".Length..^"</code>".Length];
        return code == $"<code>{inner}</code>" && inner.IndexOfAny(['<', '>', '|', '`', '*', '_', '[', ']', '\\', '@', ':', '~', '!', '\n']) < 0;
    });

    [Fact]
    public void Markdown_stays_within_a_comment_unless_all_is_asked_for()
    {
        var package = Samples.Rich().Packages[0];
        var one = VulnerableSample.Result().Vulnerabilities!.Value[0];
        var many = Samples.Rich() with { Vulnerabilities = [.. Enumerable.Range(0, 1000).Select(i => one with { Id = $"CVE-2024-{i + 1000}" })], Packages = [.. Enumerable.Range(0, 2000).Select(i => package with { Name = $"package-{i}" })] };
        var comment = Markdowned(many, details: false);
        var shown = comment.Split('\n').Count(line => line.StartsWith("| <code>package-", StringComparison.Ordinal));
        Assert.InRange(comment.Length, 50_000, 65_536);
        Assert.Contains($"\n\n{2000 - shown:N0} more did not fit into a comment; `--details` writes all.\n\n</details>\n", comment, StringComparison.Ordinal);

        var all = Markdowned(many, details: true);
        Assert.Contains("| <code>package-1999</code> |", all, StringComparison.Ordinal);
        Assert.DoesNotContain("did not fit", all, StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_cuts_a_name_that_fills_the_comment()
    {
        var hostile = Samples.Rich() with { Image = Samples.Rich().Image with { Reference = new string('|', 5000) } };
        Assert.StartsWith($"### Plimsoll: <code>{string.Concat(Enumerable.Repeat("&#124;", 499))}…</code>\n", Markdowned(hostile, details: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Markdown_rows_have_as_many_cells_as_their_head()
    {
        foreach (var sample in Samples.All.Values)
        {
            var cells = 0;
            foreach (var line in Encoding.UTF8.GetString(GoldenTests.Write(new MarkdownReport(), sample, Samples.Context)).Split('\n'))
            {
                if (!line.StartsWith('|'))
                {
                    cells = 0;
                    continue;
                }
                var count = line.Count(c => c == '|');
                Assert.True(cells == 0 || cells == count, line);
                cells = count;
            }
        }
    }

    internal static void AssertHarmless(string text)
    {
        foreach (var rune in text.EnumerateRunes())
            if (rune.Value != '\n' && (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator))
                Assert.Fail($"U+{rune.Value:X4} in {text}");
    }

    private static string Markdowned(Core.Results.ScanResult result, bool details) =>
        Encoding.UTF8.GetString(GoldenTests.Write(new MarkdownReport(), result, Samples.Context with { Details = details }));

    private static string Table(string sample, ReportContext context) => Encoding.UTF8.GetString(GoldenTests.Write(new TableReport(), Samples.All[sample], context));
}
