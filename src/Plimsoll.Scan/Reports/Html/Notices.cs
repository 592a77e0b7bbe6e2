using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Markup;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Html;

/// <summary>What could not be read, and what was left out on purpose.</summary>
internal sealed class Notices(ScanResult result, Facts facts)
{
    /// <summary>Problems of the page; a damaged image may have thousands.</summary>
    private const int Most = 500;

    public void Write(MarkupPage page)
    {
        if (!result.Problems.IsEmpty)
        {
            page.Open("section").Attribute("class", "unread").Attribute("aria-labelledby", "unread").Line();
            page.Open("h2").Attribute("id", "unread").Text("Not read").Close().Line();
            page.Element("p", "quiet", facts.Verdict).Line();
            page.Open("ul").Line();
            foreach (var problem in result.Problems.Take(Most))
            {
                page.Open("li").Element("b", Facts.Kind(problem.Kind)).Text(" ");
                if (problem.Where.Length > 0) page.Element("code", problem.Where).Text(" ");
                page.Text($"{problem.Message} ").Element("span", "quiet", problem.Unit).Close().Line();
            }
            page.Close().Line();
            if (result.Problems.Length > Most) page.Element("p", "quiet", $"{Facts.Number(result.Problems.Length - Most)} more are not on this page; the JSON report has them.").Line();
            page.Close().Line();
        }
        if (result.Notes.IsEmpty) return;
        page.Open("section").Attribute("aria-labelledby", "left-out").Open("h2").Attribute("id", "left-out").Text("Left out on purpose").Close().Open("ul").Line();
        foreach (var note in result.Notes) page.Element("li", note).Line();
        page.Close().Close().Line();
    }
}
