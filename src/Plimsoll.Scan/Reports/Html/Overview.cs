using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Markup;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Html;

/// <summary>What this is, and how it stands, before anything has to be scrolled.</summary>
internal sealed class Overview(ScanResult result, Facts facts)
{
    public void Write(MarkupPage page)
    {
        page.Open("section").Attribute("class", "overview").Attribute("aria-labelledby", "image").Line();
        page.Open("h1").Attribute("id", "image").Text(result.Image.Reference).Close().Line();
        page.Element("p", "lead", Lead()).Line();
        if (result.Vulnerabilities is { IsEmpty: false } found)
        {
            page.Open("div").Attribute("class", "totals").Line();
            var counts = SeverityCounts.Of(found);
            counts.WriteBar(counts.Total, "wide", page);
            page.Open("ul").Attribute("class", "legend");
            foreach (var severity in SeverityCounts.All)
                if (counts[severity] > 0) page.Open("li").Attribute("class", severity.Class).Element("b", Facts.Number(counts[severity])).Text($" {severity.Name}").Close();
            page.Close().Line();
            page.Close().Line();
        }
        WriteFacts(page);
        WritePolicy(page);
        page.Close().Line();
    }

    private string Lead()
    {
        if (result.Vulnerabilities is not { } found) return "This is the inventory alone: nobody looked for vulnerabilities.";
        if (found.IsEmpty) return $"Known vulnerabilities: {VulnerabilityFacts.Counts(result)}.";
        var exploited = found.Count(one => one.Exploited is not null);
        var fixable = found.Count(one => !one.FixedVersions.IsEmpty);
        var how = exploited > 0 ? $", {Facts.Number(exploited)} of them exploited in the wild" : ", none of them known to be exploited";
        var remedy = fixable > 0 ? $"{Facts.Number(fixable)} can be fixed by a version that is there" : "none has a version that fixes it";
        return $"{(found.Length == 1 ? "One known vulnerability" : $"{Facts.Number(found.Length)} known vulnerabilities")}{how}; {remedy}.";
    }

    private void WriteFacts(MarkupPage page)
    {
        page.Open("dl").Attribute("class", "facts").Line();
        foreach (var application in result.Applications)
        {
            Fact("Application", Facts.Title(application), page);
            Fact("Started as", Facts.Command(application), page, isCode: true);
            Fact("User", facts.User(application), page);
            Fact("Ports", string.Join(", ", application.Ports), page);
        }
        if (facts.ApplicationNote is { } note) Fact(result.Applications.IsEmpty ? "Application" : "Applications", note, page);
        Fact("System", facts.System, page);
        Fact("Base image", facts.Base, page);
        Fact("Names", facts.Names, page);
        Fact("Platform", result.Image.Platform?.ToString(), page);
        Fact("Digest", (result.Image.ManifestDigest ?? result.Image.ConfigDigest)?.ToString(), page, isCode: true);
        Fact("Packages", facts.Packages, page);
        Fact("Files", facts.Files, page);
        page.Close().Line();
        if (!result.Applications.Any(application => !application.Evidence.IsEmpty)) return;
        page.Open("details").Attribute("class", "more").Element("summary", "How the application was found").Open("ol").Line();
        foreach (var step in result.Applications.SelectMany(application => application.Evidence)) page.Element("li", step).Line();
        page.Close().Close().Line();
    }

    private static void Fact(string name, string? value, MarkupPage page, bool isCode = false)
    {
        if (string.IsNullOrEmpty(value)) return;
        page.Open("div").Element("dt", name).Open("dd");
        if (isCode) page.Element("code", value);
        else page.Text(value);
        page.Close().Close().Line();
    }

    private void WritePolicy(MarkupPage page)
    {
        if (result.Policy is not { } policy) return;
        page.Open("div").Attribute("class", policy.IsViolated ? "policy violated" : "policy").Line();
        page.Element("h2", policy.IsViolated ? "The policy is violated" : "Within the policy").Line();
        page.Element("p", "quiet", policy.Source).Line();
        page.Open("ul").Line();
        foreach (var verdict in policy.Verdicts)
            page.Open("li").Element("b", verdict.IsViolated ? "Violated" : "Kept").Text($": {verdict.Title}. ").Element("span", "quiet", verdict.Sentence).Close().Line();
        page.Close().Close().Line();
    }
}
