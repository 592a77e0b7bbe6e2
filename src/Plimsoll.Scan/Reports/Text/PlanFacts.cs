using System.Globalization;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Reports.Text;

/// <summary>What a person reads of the plan, the policy and suppressions, said the same way in every format.</summary>
internal static class PlanFacts
{
    /// <summary>Actions of a summary.</summary>
    public const int ActionsShown = 5;

    /// <summary>`3 more actions for 41 findings: --details shows all.`; null when all are shown.</summary>
    public static string? More(Plan plan)
    {
        var rest = plan.Actions.Skip(ActionsShown).ToList();
        return rest.Count == 0 ? null : $"{Facts.Count(rest.Count, "more action")} for {Facts.Count(rest.Sum(action => action.Fixes.Length), "finding")}: --details shows all.";
    }

    public static string? Unfixed(Plan plan) => plan.Unfixed.IsEmpty ? null : $"nothing to be done yet: {Facts.Number(plan.Unfixed.Length)} (no fix)";

    /// <summary>`lodash 4.17.15 → 4.17.21, brought by grunt`.</summary>
    public static string Describe(PackageChange change) =>
        $"{change.Name} {change.From} → {change.To}{(change.BroughtBy.IsEmpty ? "" : $", brought by {string.Join(", ", change.BroughtBy)}")}";

    public static string Title(Practice practice) => practice.ToString();

    public static string Describe(PracticeMark practice) => practice.Mark == Mark.NotJudged ? practice.Sentence : $"{practice.Mark.ToString().ToLowerInvariant()}: {practice.Sentence}";

    public static string Describe(PolicyResult policy)
    {
        var violated = policy.Verdicts.Count(verdict => verdict.IsViolated);
        return violated > 0 ? $"VIOLATED, {Facts.Number(violated)} of {Facts.Count(policy.Verdicts.Length, "condition")} ({policy.Source})"
            : policy.Verdicts.IsEmpty ? $"sets no condition ({policy.Source})"
            : $"kept, {Facts.Count(policy.Verdicts.Length, "condition")} ({policy.Source})";
    }

    public static string Describe(PolicyVerdict verdict) => $"{(verdict.IsViolated ? "violated" : "kept")}: {verdict.Title}. {verdict.Sentence}";

    /// <summary>`4, by .plimsoll.yaml (3) and vex.json (1)`; null for none.</summary>
    public static string? Suppressed(ScanResult result)
    {
        if (result.Suppressed.IsEmpty) return null;
        var files = result.Suppressed.SelectMany(suppressed => suppressed.By.Select(by => by.File).Distinct(StringComparer.Ordinal)).CountBy(file => file, StringComparer.Ordinal).OrderBy(file => file.Key, StringComparer.Ordinal);
        return $"{Facts.Count(result.Suppressed.Length, "finding")}, by {string.Join(" and ", files.Select(file => $"{file.Key} ({Facts.Number(file.Value)})"))}";
    }

    /// <summary>`2 affected, 1 under investigation, by vex.json`; null when no statement says more of what counts.</summary>
    public static string? Stated(ScanResult result)
    {
        var remarks = (result.Vulnerabilities ?? []).Select(one => one.Vex).OfType<VexRemark>().ToList();
        if (remarks.Count == 0) return null;
        var counts = remarks.CountBy(remark => remark.Status).OrderBy(status => status.Key).Select(status => $"{Facts.Number(status.Value)} {Word(status.Key)}");
        return $"{string.Join(", ", counts)}, by {string.Join(" and ", remarks.Select(remark => remark.File).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}";
    }

    /// <summary>`vex.json, statement 2, affected: block it at the proxy`.</summary>
    public static string Describe(VexRemark remark) => $"{remark.File}, {remark.Statement}, {Word(remark.Status)}{(remark.Text is { } text ? $": {text}" : "")}";

    private static string Word(VexStatus status) => status == VexStatus.UnderInvestigation ? "under investigation" : "affected";

    /// <summary>`.plimsoll.yaml, line 4, until 2026-12-31: not reachable here`.</summary>
    public static string Describe(Suppression by)
    {
        var until = by.Expires is { } day ? $", until {day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}" : "";
        var status = by.Status switch { VexStatus.NotAffected => ", not affected", VexStatus.Fixed => ", fixed", _ => "" };
        var code = by.Justification is { } justification && justification.Replace('_', ' ') != by.Reason ? $" ({justification})" : "";
        return $"{by.File}, {by.Statement}{status}{until}: {by.Reason}{code}";
    }
}
