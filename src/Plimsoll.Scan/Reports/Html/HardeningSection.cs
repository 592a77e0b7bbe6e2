using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Markup;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Html;

/// <summary>Which of the vendors' advice is not followed, one line a recommendation; each unfolds to its places and what to write there.</summary>
internal sealed class HardeningSection(ScanResult result)
{
    /// <summary>Recommendations of the page, and places of one.</summary>
    private const int MostRules = 500;
    private const int MostPlaces = 20;

    public void Write(MarkupPage page)
    {
        if (result.Hardening is not { } hardening) return;
        page.Open("section").Attribute("class", "advice").Attribute("aria-labelledby", "hardening").Line();
        page.Open("h2").Attribute("id", "hardening").Text("Hardening").Close().Line();
        page.Element("p", "quiet", $"The vendors' own advice on the configuration that will be in force: {HardeningFacts.Counts(hardening)}.").Line();
        var rules = hardening.Findings.GroupBy(finding => (finding.Rule.Id, finding.Answer)).ToList();
        if (rules.Count > 0)
        {
            page.Open("ul").Line();
            foreach (var rule in rules.Take(MostRules)) Write([.. rule], page);
            page.Close().Line();
        }
        if (rules.Count > MostRules) page.Element("p", "quiet", $"{Facts.Number(rules.Count - MostRules)} more are not on this page; the JSON report has them.").Line();
        if (!hardening.Followed.IsEmpty)
            page.Open("details").Attribute("class", "more").Element("summary", $"{Facts.Count(hardening.Followed.Length, "recommendation")} followed").Element("p", string.Join(", ", hardening.Followed)).Close().Line();
        foreach (var note in hardening.Notes) page.Element("p", "quiet", note).Line();
        page.Close().Line();
    }

    private static void Write(List<HardeningFinding> places, MarkupPage page)
    {
        var (first, rule) = (places[0], places[0].Rule);
        page.Open("li").Open("details").Open("summary").Element("span", Style(first), HardeningFacts.Severity(first)).Text(" ").Element("b", rule.Title)
            .Text(" ").Element("span", "quiet", places.Count == 1 ? $"{first.Application}: {HardeningFacts.Found(first)}" : $"{first.Application}, {Facts.Count(places.Count, "place")}").Close().Line();
        page.Element("p", rule.Why).Line();
        foreach (var place in places.Take(MostPlaces)) WritePlace(place, page);
        if (places.Count > MostPlaces) page.Element("p", "quiet", $"and {Facts.Count(places.Count - MostPlaces, "more place")}; the JSON report has them").Line();
        page.Open("p").Attribute("class", "quiet").Text("Source: ");
        // A rule of the user's own may name anything; only an address becomes a link.
        if (rule.Source.Url.StartsWith("https://", StringComparison.Ordinal)) page.Open("a").Attribute("href", rule.Source.Url).Attribute("rel", "noreferrer").Text(rule.Source.Title).Close();
        else page.Text($"{rule.Source.Title} {rule.Source.Url}");
        page.Text(" · ").Element("code", rule.Id).Close();
        page.Close().Close().Line();
    }

    private static void WritePlace(HardeningFinding one, MarkupPage page)
    {
        page.Open("p").Element("code", HardeningFacts.Found(one));
        if (one.Scope.Length > 0) page.Text($" in {one.Scope}");
        if (one.Detail.Length > 0) page.Text($". {one.Detail}");
        page.Close().Line();
        if (one.Remedy.Length == 0 || one.Answer == HardeningAnswer.CannotKnow) return;
        page.Open("p").Element("span", "quiet", $"{HardeningFacts.Write(one)} ").Open("code").Attribute("class", "write").Text(one.Remedy).Close().Close().Line();
    }

    private static string Style(HardeningFinding one) => one switch
    {
        { Answer: HardeningAnswer.CannotKnow } => "tag off",
        { Rank: HardeningSeverity.Critical or HardeningSeverity.High } => "tag grave",
        _ => "tag old",
    };
}
