using System.Globalization;
using System.Text;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Scan.Reports.Json;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Sarif;

/// <summary>
/// The rules of a run, which are what code scanning shows of an alert: one for each vulnerability under its own name, which
/// never changes, and one for products past their end of life. Severity is a rule's, so it is that of its worst finding.
/// </summary>
internal sealed class Rules
{
    public const string EndOfLife = "end-of-life";

    /// <summary>Packages that the help of a rule names.</summary>
    private const int MostPackages = 20;

    /// <summary>Kinds of weakness among the tags of a rule: GitHub takes 20 tags and shows ten.</summary>
    private const int MostWeaknesses = 10;

    private readonly bool hasEnd;
    private readonly List<List<Vulnerability>> groups = [];
    private readonly Dictionary<string, int> indexes = new(StringComparer.Ordinal);

    /// <param name="findings">Those that become results, the first of a name being the worst.</param>
    public Rules(IEnumerable<Vulnerability> findings, bool hasEnd)
    {
        this.hasEnd = hasEnd;
        foreach (var one in findings)
        {
            if (indexes.TryAdd(one.Id, groups.Count)) groups.Add([]);
            groups[indexes[one.Id]].Add(one);
        }
    }

    public int IndexOf(Vulnerability one) => indexes[one.Id] + (hasEnd ? 1 : 0);

    public static ReadOnlySpan<byte> Level(CvssRating? rating) => rating switch
    {
        CvssRating.Critical or CvssRating.High => "error"u8,
        CvssRating.Medium or null => "warning"u8,
        _ => "note"u8,
    };

    public void Write(JsonPage page)
    {
        page.BeginList("rules"u8);
        if (hasEnd) WriteEnd(page);
        foreach (var group in groups) Write(group, page);
        page.EndList();
    }

    private static void WriteEnd(JsonPage page)
    {
        const string What = "A product gets no more security fixes.";
        page.Begin();
        page.Text("id"u8, EndOfLife);
        page.Text("name"u8, "EndOfLife"u8);
        Description("shortDescription"u8, What, page);
        Description("fullDescription"u8, What + " What is found in it from now on stays as it is.", page);
        page.Begin("defaultConfiguration"u8);
        page.Text("level"u8, "warning"u8);
        page.End();
        page.Begin("help"u8);
        page.Text("text"u8, "Move to a release that is supported."u8);
        page.Text("markdown"u8, "Move to a release that is **supported**."u8);
        page.End();
        page.Begin("properties"u8);
        page.List("tags"u8, ["end-of-life", "maintainability"]);
        page.Text("precision"u8, "high"u8);
        page.End();
        page.End();
    }

    private static void Write(List<Vulnerability> group, JsonPage page)
    {
        var worst = group[0];
        page.Begin();
        page.Text("id"u8, worst.Id);
        page.Text("name"u8, "VulnerablePackage"u8);
        Description("shortDescription"u8, $"{worst.Id} in {worst.KnownAs ?? worst.PackageName}", page);
        Description("fullDescription"u8, worst.Summary is { Length: > 0 } summary ? summary : $"{worst.Id} is a known vulnerability of {worst.KnownAs ?? worst.PackageName}.", page);
        page.Begin("defaultConfiguration"u8);
        page.Text("level"u8, Level(worst.Rating));
        page.End();
        if (AdvisoryLinks.Page(worst.Id) is { } address) page.Text("helpUri"u8, address);
        WriteHelp(group, page);
        page.Begin("properties"u8);
        page.List("tags"u8, Tags(worst));
        page.Text("precision"u8, worst.IsGuess ? "low"u8 : worst.Basis == MatchBasis.Upstream ? "medium"u8 : "high"u8);
        // Text, as code scanning demands; without it an alert has the severity of its level.
        if (FindingFacts.Score(worst) is { } score) page.Text("security-severity"u8, score.ToString("0.0", CultureInfo.InvariantCulture));
        page.End();
        page.End();
    }

    private static IEnumerable<string> Tags(Vulnerability worst)
    {
        yield return "security";
        yield return "vulnerability";
        yield return VulnerabilityFacts.Word(worst.Rating);
        if (worst.Exploited is not null) yield return "exploited";
        if (!worst.FixedVersions.IsEmpty) yield return "fixable";
        // With three digits at least, as CodeQL writes them, so that one filter finds the alerts of both.
        foreach (var number in worst.Weaknesses.Take(MostWeaknesses)) yield return string.Create(CultureInfo.InvariantCulture, $"external/cwe/cwe-{number:D3}");
    }

    private static void WriteHelp(List<Vulnerability> group, JsonPage page)
    {
        var worst = group[0];
        var (text, markdown) = (new StringBuilder(), new StringBuilder());
        text.Append(SafeText.OneLine($"{worst.Id}, {VulnerabilityFacts.Severity(worst)}."));
        markdown.Append("**").Append(AdvisoryLinks.Page(worst.Id) is { } address ? $"[{Markdown.Text(worst.Id)}]({address})" : Markdown.Text(worst.Id)).Append("**, ").Append(Markdown.Text(VulnerabilityFacts.Severity(worst)));
        if (worst.Summary is { Length: > 0 } summary)
        {
            text.Append(' ').Append(SafeText.CutEnd(SafeText.OneLine(summary).TrimEnd('.'), UploadLimits.Description)).Append('.');
            markdown.Append(": ").Append(Markdown.Text(summary));
        }
        foreach (var sentence in FindingFacts.Exploitation(worst))
        {
            text.Append(' ').Append(sentence);
            markdown.Append("\n\n").Append(Markdown.Text(sentence));
        }
        markdown.Append("\n\n| package | installed | fixed in |\n|---|---|---|\n");
        foreach (var one in group.Take(MostPackages))
        {
            text.Append(' ').Append(SafeText.OneLine($"{FindingFacts.Subject(one)}: {(one.FixedVersions.IsEmpty ? "" : "fixed in ")}{VulnerabilityFacts.Fix(one)}."));
            markdown.Append(CultureInfo.InvariantCulture, $"| {Markdown.Code(one.PackageName)} | {Markdown.Code(one.Version)} | {Markdown.Code(VulnerabilityFacts.Fix(one))} |\n");
        }
        if (group.Count > MostPackages)
        {
            text.Append(CultureInfo.InvariantCulture, $" And in {group.Count - MostPackages} more packages.");
            markdown.Append(CultureInfo.InvariantCulture, $"\nAnd in {group.Count - MostPackages} more packages.\n");
        }
        page.Begin("help"u8);
        page.Text("text"u8, text.ToString());
        page.Text("markdown"u8, markdown.ToString());
        page.End();
    }

    private static void Description(ReadOnlySpan<byte> name, string text, JsonPage page)
    {
        page.Begin(name);
        page.Text("text"u8, SafeText.CutEnd(SafeText.OneLine(text), UploadLimits.Description));
        page.End();
    }
}
