using System.Globalization;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Lifecycles;

namespace Plimsoll.Scan.Reports.Text;

/// <summary>The sentences of a summary on support.</summary>
internal sealed class SupportFacts(Support support)
{
    /// <summary>Products that a summary lists; what is past its end comes first.</summary>
    public const int MostShown = 8;

    /// <summary>Days before an end from which a summary says where to move.</summary>
    private const int Soon = 180;

    private IEnumerable<SupportFinding> Own => support.Findings.Where(finding => finding.MaintainedBy is null);
    private IEnumerable<SupportFinding> Maintained => support.Findings.Where(finding => finding.MaintainedBy is not null);

    /// <summary>What stands out, then the rest; each with whether it stands out.</summary>
    public IEnumerable<(string Sentence, bool IsPastEnd)> Summary
    {
        get
        {
            var own = Own.OrderBy(finding => finding.Subject != SupportSubject.System).ThenBy(finding => !finding.IsPastEnd).ToList();
            foreach (var finding in own.Take(MostShown)) yield return (Sentence(finding), finding.IsPastEnd);
            if (own.Count > MostShown) yield return ($"{Facts.Count(own.Count - MostShown, "more product")}, {Facts.Number(own.Skip(MostShown).Count(finding => finding.IsPastEnd))} past the end of life: --details shows all.", own.Skip(MostShown).Any(finding => finding.IsPastEnd));
            foreach (var distribution in Maintained.GroupBy(finding => finding.MaintainedBy, StringComparer.Ordinal))
            {
                var late = distribution.Where(IsLate).Select(Name).ToList();
                yield return ($"{Facts.Count(distribution.Count(), "product")} maintained by {distribution.Key}{(late.Count == 0 ? "" : $", {Facts.Number(late.Count)} of them after upstream's end: {string.Join(", ", late)}")}", false);
            }
            foreach (var note in support.Notes) yield return (note, false);
        }
    }

    /// <summary>All, each as a sentence.</summary>
    public IEnumerable<string> All => support.Findings.Select(Sentence);

    public static string Sentence(SupportFinding finding)
    {
        var state = finding.Cycle is null ? finding.Version is null ? "version unknown, so is its end of life" : "the lifecycle data do not know this release"
            : finding.MaintainedBy is { } distribution ? $"maintained by {distribution}; upstream's {finding.Cycle} {Upstream(finding)}"
            : State(finding);
        return $"{Name(finding)}: {state}{Newest(finding)}{Move(finding)}";
    }

    private static string Name(SupportFinding finding) =>
        finding.Subject == SupportSubject.System ? $"{finding.Title} {finding.Cycle ?? finding.Version}".TrimEnd() : $"{finding.Title} {finding.Version}".TrimEnd();

    private static bool IsLate(SupportFinding finding) => finding.Phase is SupportPhase.Extended or SupportPhase.Ended;

    private static string State(SupportFinding finding) => finding.Phase switch
    {
        SupportPhase.Ended => $"past its end of life{Since(finding)}",
        SupportPhase.Extended => $"past its end of life{Since(finding)}, extended support until {Day(finding.EndOfExtendedSupport)}",
        SupportPhase.Security => $"security fixes only{Until(finding)}",
        SupportPhase.Active => $"supported{Until(finding)}",
        SupportPhase.Unknown => "end of life unknown",
        _ => throw new ArgumentOutOfRangeException(nameof(finding), finding.Phase, "a phase without a sentence"),
    };

    private static string Upstream(SupportFinding finding) => finding.Phase switch
    {
        SupportPhase.Extended or SupportPhase.Ended => finding.EndOfLife.Date is null ? "has ended" : $"ended on {Day(finding.EndOfLife)}",
        SupportPhase.Unknown => "has no known end",
        _ => finding.EndOfLife.Date is null ? "is supported, too" : $"is supported until {Day(finding.EndOfLife)}",
    };

    private static string Since(SupportFinding finding) => finding.DaysLeft is { } left ? $" since {Day(finding.EndOfLife)} ({Facts.Count(-left, "day")})" : "";

    private static string Until(SupportFinding finding) => finding.DaysLeft is { } left ? $" until {Day(finding.EndOfLife)} ({Facts.Count(left, "day")})" : ", no end announced";

    private static string Newest(SupportFinding finding) =>
        finding is { MaintainedBy: null, IsBehind: true } ? $"; {finding.Latest} is the newest of {finding.Cycle}" : "";

    private static string Move(SupportFinding finding) =>
        finding is { MaintainedBy: null, MoveTo: { } to } && (finding.IsPastEnd || finding.Cycle is null || finding.DaysLeft < Soon)
            ? $"; move to {to.Latest ?? to.Name}{(to.IsLongTerm ? " (LTS)" : "")}{(to.EndOfLife.Date is null ? "" : $", supported until {Day(to.EndOfLife)}")}" : "";

    private static string Day(Milestone milestone) => milestone.Date!.Value.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
