using System.Collections.Immutable;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Markup;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Html;

/// <summary>What to do: the five best actions, the others folded, and what nothing can be done about.</summary>
internal sealed class PlanSection(ScanResult result)
{
    /// <summary>Packages and findings that one action lists by name.</summary>
    private const int MostNamed = 40;

    /// <summary>Characters of a command that is shown as it is, and columns of the start of a longer one.</summary>
    private const int LongestLine = 240;
    private const int LongestStart = 72;

    public void Write(MarkupPage page)
    {
        if (result.Plan is not { } plan) return;
        page.Open("section").Attribute("class", "plan").Attribute("aria-labelledby", "plan").Line();
        page.Open("h2").Attribute("id", "plan").Text("What to do first").Close().Line();
        page.Element("p", "quiet", Promise(plan)).Line();
        var findings = (result.Vulnerabilities ?? []).Select((one, index) => (one, index)).ToDictionary(pair => pair.one.Key, pair => (pair.one, pair.index));
        if (!plan.Actions.IsEmpty) List(plan.Actions.Take(PlanFacts.ActionsShown), findings, page);
        if (plan.Actions.Length > PlanFacts.ActionsShown)
        {
            page.Open("details").Attribute("class", "more").Element("summary", $"{Facts.Count(plan.Actions.Length - PlanFacts.ActionsShown, "more action")}").Line();
            List(plan.Actions.Skip(PlanFacts.ActionsShown), findings, page);
            page.Close().Line();
        }
        page.Close().Line();
    }

    private static string Promise(Plan plan)
    {
        var nothing = plan.Unfixed.IsEmpty ? "" : $" Nothing can be done yet about {Facts.Number(plan.Unfixed.Length)}: no version fixes them.";
        if (plan.Actions.IsEmpty) return plan.Unfixed.IsEmpty ? "There is nothing to be done." : nothing.TrimStart();
        var first = plan.Actions.Take(PlanFacts.ActionsShown).Sum(action => action.Fixes.Length);
        return plan.Actions.Length <= PlanFacts.ActionsShown
            ? $"{(plan.Actions.Length == 1 ? "One action fixes" : $"These {plan.Actions.Length} actions fix")} {(plan.Fixable == 1 ? "the one finding" : $"all {Facts.Number(plan.Fixable)} findings")} that can be fixed.{nothing}"
            : $"These {PlanFacts.ActionsShown} of {Facts.Number(plan.Actions.Length)} actions fix {Facts.Number(first)} of {Facts.Number(plan.Fixable)} findings that can be fixed.{nothing}";
    }

    private static void List(IEnumerable<PlanAction> actions, Dictionary<FindingKey, (Vulnerability One, int Index)> findings, MarkupPage page)
    {
        page.Open("ol").Attribute("class", "actions").Line();
        foreach (var action in actions) Write(action, findings, page);
        page.Close().Line();
    }

    private static void Write(PlanAction action, Dictionary<FindingKey, (Vulnerability One, int Index)> findings, MarkupPage page)
    {
        var fixes = action.Fixes.Where(findings.ContainsKey).Select(key => findings[key]).ToImmutableArray();
        var counts = SeverityCounts.Of(fixes.Select(one => one.One));
        page.Open("li").Line();
        page.Open("span").Attribute("class", "rank").Attribute("aria-hidden", "true").Text(Facts.Number(action.Rank)).Close();
        page.Open("div").Attribute("class", "what").Element("h3", action.Title).Element("p", action.Why).Line();
        if (action.DockerfileLine is { } line) WriteLine("Dockerfile", line, page);
        if (action.Command is { } command && command != action.DockerfileLine) WriteLine("Command", command, page);
        foreach (var note in action.Notes) page.Element("p", "note", note).Line();
        WriteDetails(action, fixes, page);
        page.Close().Line();
        if (action.Fixes.IsEmpty)
        {
            page.Close().Line();
            return;
        }
        page.Open("div").Attribute("class", "gain").Open("p").Element("b", Facts.Number(action.Fixes.Length)).Text(action.Fixes.Length == 1 ? " finding" : " findings").Close();
        if (counts.Total > 0) counts.WriteBar(counts.Total, "", page);
        page.Element("p", "quiet", counts.ToString());
        if (action.ExploitedCount > 0) page.Open("p").Element("span", "tag", $"{Facts.Number(action.ExploitedCount)} exploited").Close();
        page.Close().Line();
        page.Close().Line();
    }

    /// <summary>A line to be copied; a long one, as an upgrade of many packages has it, unfolds.</summary>
    private static void WriteLine(string label, string line, MarkupPage page)
    {
        if (line.Length <= LongestLine)
        {
            page.Open("p").Attribute("class", "do").Element("span", "quiet", label).Text(" ").Element("code", line).Close().Line();
            return;
        }
        page.Open("details").Attribute("class", "long").Open("summary").Text($"{label} ").Element("code", SafeText.CutEnd(SafeText.OneLine(line), LongestStart)).Close();
        page.Open("p").Attribute("class", "do").Element("span", "quiet", "").Element("code", line).Close().Close().Line();
    }

    private static void WriteDetails(PlanAction action, ImmutableArray<(Vulnerability One, int Index)> fixes, MarkupPage page)
    {
        page.Open("details").Element("summary", action.Changes.IsEmpty ? "What it fixes" : $"{Facts.Count(action.Changes.Length, "package")}, and what it fixes").Line();
        if (!action.Changes.IsEmpty)
        {
            page.Open("ul").Attribute("class", "changes").Line();
            foreach (var change in action.Changes.Take(MostNamed)) page.Element("li", PlanFacts.Describe(change)).Line();
            if (action.Changes.Length > MostNamed) page.Element("li", "quiet", $"{Facts.Number(action.Changes.Length - MostNamed)} more").Line();
            page.Close().Line();
        }
        page.Open("p").Attribute("class", "ids");
        foreach (var (one, index) in fixes.Take(MostNamed)) page.Open("a").Attribute("href", $"#{FindingTable.Anchor(index)}").Text(one.Id).Close().Text(" ");
        if (fixes.Length > MostNamed) page.Element("span", "quiet", $"and {Facts.Number(fixes.Length - MostNamed)} more");
        page.Close().Close().Line();
    }
}
