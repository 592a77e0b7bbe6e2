using System.Globalization;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Markup;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Html;

/// <summary>What is old: products by how long they are supported, and packages that are behind their newest version.</summary>
internal sealed class AgeSection(ScanResult result)
{
    /// <summary>Rows of either table.</summary>
    private const int MostRows = 500;

    public void Write(MarkupPage page)
    {
        if (result.Support is null && result.Freshness is null) return;
        page.Open("section").Attribute("class", "age").Attribute("aria-labelledby", "age").Line();
        page.Open("h2").Attribute("id", "age").Text("Age and support").Close().Line();
        if (result.Support is { } support) WriteSupport(support, page);
        if (result.Freshness is { } freshness) WriteFreshness(freshness, page);
        page.Close().Line();
    }

    private static void WriteSupport(Support support, MarkupPage page)
    {
        if (support.Findings.IsEmpty) page.Element("p", "Nothing in the image is a product whose support is known.").Line();
        else
        {
            Head(["Product", "State", "End of life", "Days left", "In words"], "How long products are supported", page);
            foreach (var one in support.Findings.OrderBy(one => !one.IsPastEnd).Take(MostRows))
            {
                page.Open("tr").Open("th").Attribute("scope", "row").Text($"{one.Title} {one.Version}".TrimEnd()).Close().Open("td");
                if (one.IsPastEnd) page.Element("span", "tag old", "past its end");
                else page.Text(State(one));
                page.Close().Element("td", "day", one.EndOfLife.Date is { } day ? FindingFacts.Day(day) : "").Element("td", "number", one.DaysLeft?.ToString("N0", CultureInfo.InvariantCulture)).Element("td", SupportFacts.Sentence(one)).Close().Line();
            }
            page.Close().Close().Line();
        }
        foreach (var note in support.Notes) page.Element("p", "quiet", note).Line();
    }

    private static string State(SupportFinding one) => one.MaintainedBy is { } distribution ? $"maintained by {distribution}" : one.Phase switch
    {
        SupportPhase.Active => "supported",
        SupportPhase.Security => "security fixes only",
        SupportPhase.Extended or SupportPhase.Ended => "ended",
        _ => "unknown",
    };

    private static void WriteFreshness(NewestVersions freshness, MarkupPage page)
    {
        var facts = new FreshnessFacts(freshness);
        page.Open("h3").Text("Behind the newest version").Close().Line();
        foreach (var (sentence, standsOut) in facts.Summary) page.Element("p", standsOut ? "strong" : "quiet", sentence).Line();
        if (facts.Behind.Count == 0) return;
        page.Open("details").Attribute("class", "more").Element("summary", $"{Facts.Count(facts.Behind.Count, "package")} behind").Line();
        Head(["Name", "Installed", "Newest", "Of this major", "Note"], "Packages behind their newest version", page);
        foreach (var one in facts.Behind.Take(MostRows))
            page.Open("tr").Open("th").Attribute("scope", "row").Text(one.Name).Close().Open("td").Element("code", one.Installed).Close().Open("td").Element("code", one.Newest).Close().Open("td").Element("code", one.NewestOfMajor).Close()
                .Element("td", one.IsSecurityUpdate ? "security update" : one.Warning).Close().Line();
        page.Close().Close().Close().Line();
        if (facts.Behind.Count > MostRows) page.Element("p", "quiet", $"{Facts.Number(facts.Behind.Count - MostRows)} more are not on this page; the JSON report has them.").Line();
    }

    private static void Head(ReadOnlySpan<string> heads, string caption, MarkupPage page)
    {
        page.Open("table").Attribute("class", "plain").Element("caption", "hidden", caption).Open("thead").Open("tr");
        foreach (var head in heads) page.Open("th").Attribute("scope", "col").Text(head).Close();
        page.Close().Close().Line().Open("tbody").Line();
    }
}
