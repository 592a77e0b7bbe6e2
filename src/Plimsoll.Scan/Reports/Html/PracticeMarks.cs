using Plimsoll.Core.Plans;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Markup;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Html;

/// <summary>One mark for each practice that a scan judges.</summary>
internal sealed class PracticeMarks(ScanResult result)
{
    public void Write(MarkupPage page)
    {
        if (result.Practices.IsEmpty) return;
        page.Open("section").Attribute("class", "practices").Attribute("aria-labelledby", "practices").Line();
        page.Open("h2").Attribute("id", "practices").Text("Practices").Close().Line();
        page.Open("ul").Line();
        foreach (var practice in result.Practices)
        {
            var state = practice.Mark.ToString().ToLowerInvariant();
            page.Open("li").Attribute("class", state);
            LoadLine.Write(state, page);
            page.Open("h3").Text(PlanFacts.Title(practice.Practice)).Text(" ").Element("span", "word", Word(practice.Mark)).Close();
            // The word above says it already.
            page.Element("p", practice.Sentence.StartsWith("not judged: ", StringComparison.Ordinal) ? practice.Sentence["not judged: ".Length..] : practice.Sentence).Close().Line();
        }
        page.Close().Close().Line();
    }

    private static string Word(Mark mark) => mark switch
    {
        Mark.Good => "good",
        Mark.Fair => "fair",
        Mark.Poor => "poor",
        _ => "not judged",
    };
}
