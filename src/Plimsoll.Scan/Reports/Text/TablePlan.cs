using Plimsoll.Core.Plans;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Reports.Text;

/// <summary>The part of the table report on what to do first; with details every action with its packages and notes.</summary>
internal static class TablePlan
{
    public static void Write(ScanResult result, ReportContext context, TextPage page)
    {
        if (result.Plan is { } plan) WritePlan(plan, context.Details, page);
        WriteSuppressed(result, context.ShowSuppressed, page);
        WritePractices(result, page);
        WritePolicy(result, page);
    }

    private static void WritePlan(Plan plan, bool all, TextPage page)
    {
        if (plan.Actions.IsEmpty && plan.Unfixed.IsEmpty) return; // The line on vulnerabilities says that there are none.
        var label = "Do first";
        foreach (var action in all ? plan.Actions : plan.Actions.Take(PlanFacts.ActionsShown))
        {
            page.Row(label, $"{action.Rank}. {action.Title}", Ink.Strong);
            label = "";
            page.Row("", action.Why, action.ExploitedCount > 0 ? Ink.Caution : Ink.Quiet);
            if (action.Command is { } command) page.Row("", $"$ {command}", mostLines: all ? int.MaxValue : 2);
            if (all) WriteDetails(action, page);
        }
        if (!all && PlanFacts.More(plan) is { } more) page.Row(label, more);
        if (PlanFacts.Unfixed(plan) is { } unfixed) page.Row(plan.Actions.IsEmpty ? label : "", unfixed);
        page.Blank();
    }

    private static void WriteDetails(PlanAction action, TextPage page)
    {
        if (action.DockerfileLine is { } line) page.Row("", $"Dockerfile: {line}", mostLines: int.MaxValue);
        foreach (var change in action.Changes) page.Row("", $"- {PlanFacts.Describe(change)}", Ink.Quiet);
        foreach (var note in action.Notes) page.Row("", note, Ink.Quiet);
        page.Row("", $"fixes {string.Join(", ", action.Fixes.Select(finding => finding.Vulnerability).Distinct(StringComparer.Ordinal))}", Ink.Quiet, mostLines: int.MaxValue);
    }

    private static void WriteSuppressed(ScanResult result, bool show, TextPage page)
    {
        if (PlanFacts.Suppressed(result) is not { } suppressed) return;
        page.Row("Suppressed", show ? suppressed : $"{suppressed}: --show-suppressed lists them");
        if (show)
            foreach (var one in result.Suppressed)
            {
                page.Text(2, $"{one.Finding.Id} {VulnerabilityFacts.Severity(one.Finding)}, {one.Finding.PackageName} {VulnerabilityFacts.Installed(one.Finding)}");
                foreach (var by in one.By) page.Text(4, PlanFacts.Describe(by), Ink.Quiet, mostLines: int.MaxValue);
            }
        page.Blank();
    }

    private static void WritePractices(ScanResult result, TextPage page)
    {
        if (result.Practices.IsEmpty) return;
        foreach (var practice in result.Practices)
            page.Row(PlanFacts.Title(practice.Practice), PlanFacts.Describe(practice), practice.Mark switch { Mark.Good => Ink.Good, Mark.Poor or Mark.Fair => Ink.Caution, _ => Ink.Quiet });
        page.Blank();
    }

    private static void WritePolicy(ScanResult result, TextPage page)
    {
        if (result.Policy is not { } policy) return;
        page.Row("Policy", PlanFacts.Describe(policy), policy.IsViolated ? Ink.Caution : Ink.Good);
        foreach (var verdict in policy.Verdicts)
            page.Row("", PlanFacts.Describe(verdict), verdict.IsViolated ? Ink.Caution : Ink.Plain, mostLines: int.MaxValue);
        page.Blank();
    }
}
