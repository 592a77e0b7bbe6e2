using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports;

/// <summary>
/// Annotations of a GitHub Actions job: workflow commands (`::error file=…,title=…::message`), which the runner reads on
/// standard output. It shows ten of each level for a step, so no more are written; the last says how many more there are.
/// </summary>
internal sealed class GithubReport : IReport
{
    /// <summary>Annotations of one level that a step may have.</summary>
    private const int MostOfLevel = 10;

    /// <summary>Characters of a message; the page shows few more.</summary>
    private const int Longest = 1000;

    private static readonly string[] levels = ["error", "warning", "notice"];

    public string Id => "github";
    public string Summary => "annotations for a GitHub Actions job, the most urgent of each level";

    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        using var writer = new StreamWriter(to, TextPage.Utf8, bufferSize: 16 << 10, leaveOpen: true) { NewLine = "\n" };
        var all = Annotations(result).ToLookup(one => one.Level, StringComparer.Ordinal);
        foreach (var level in levels)
        {
            var these = all[level].ToList();
            foreach (var one in these.Count > MostOfLevel ? these.Take(MostOfLevel - 1) : these) Write(one, writer);
            if (these.Count > MostOfLevel) Write(new Annotation(level, $"{Facts.Number(these.Count - MostOfLevel + 1)} more", null, $"GitHub shows {MostOfLevel} annotations of a level; every other format has all findings."), writer);
        }
    }

    private static IEnumerable<Annotation> Annotations(ScanResult result)
    {
        var facts = new FindingFacts(result);
        foreach (var verdict in result.Policy?.Verdicts ?? [])
            if (verdict.IsViolated) yield return new Annotation("error", $"Policy: {verdict.Title}", null, verdict.Sentence);
        foreach (var one in facts.PastEnd) yield return new Annotation("warning", $"{one.Title} {one.Version} is past its end of life", File(facts.Places(one)), SupportFacts.Sentence(one));
        foreach (var problem in result.Problems) yield return new Annotation("warning", $"Not read: {Facts.Kind(problem.Kind)}", null, Facts.Sentence(problem));
        foreach (var one in result.Vulnerabilities ?? [])
            yield return new Annotation(Level(one), $"{one.Id} in {FindingFacts.Subject(one)}", File(facts.Places(one)), Message(one));
        if (PlanFacts.Suppressed(result) is { } suppressed) yield return new Annotation("notice", "Suppressed", null, $"Not counted: {suppressed}.");
        yield return new Annotation("notice", $"Plimsoll: {result.Image.Reference}", null, $"{VulnerabilityFacts.Counts(result) ?? "not looked for"} (vulnerabilities). {new Facts(result).Verdict}");
    }

    private static string Level(Vulnerability one) =>
        one.Exploited is not null || one.Rating is CvssRating.Critical or CvssRating.High ? "error"
        : one.Rating is CvssRating.Medium or null ? "warning" : "notice";

    private static string Message(Vulnerability one) =>
        string.Join(' ', new[] { $"{VulnerabilityFacts.Severity(one)}: {(one.Summary ?? one.Id).TrimEnd('.')}.", FindingFacts.Remedy(one) }.Concat(FindingFacts.Exploitation(one)).Concat(new[] { FindingFacts.Stated(one) }.OfType<string>()));

    private static string? File(System.Collections.Immutable.ImmutableArray<Location> places) => places.IsEmpty ? null : places[0].Path.TrimStart('/');

    private static void Write(Annotation one, StreamWriter to)
    {
        to.Write("::");
        to.Write(one.Level);
        to.Write(" title=");
        to.Write(Property(one.Title));
        if (one.File is { Length: > 0 } file)
        {
            to.Write(",file=");
            to.Write(Property(file));
            to.Write(",line=1");
        }
        to.Write("::");
        to.WriteLine(Data(one.Message));
    }

    /// <summary>Cleaned text has no line breaks; what is left to escape is the runner's own escape character.</summary>
    private static string Data(string text) => SafeText.CutEnd(SafeText.OneLine(text), Longest).Replace("%", "%25", StringComparison.Ordinal);

    private static string Property(string text) => Data(text).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal);

    /// <param name="File">The path in the image, without its first slash; null for what is in no file.</param>
    private sealed record Annotation(string Level, string Title, string? File, string Message);
}
