using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Reports.Text;

/// <summary>The part of the table report on hardening: how many recommendations, then the gravest that are not followed.</summary>
internal static class TableHardening
{
    /// <summary>Rows of a summary, one a rule.</summary>
    private const int Shown = 10;

    public static void Write(HardeningResult? hardening, bool all, TextPage page)
    {
        if (hardening is null) return; // Nobody judged.
        page.Row("Hardened", HardeningFacts.Counts(hardening), hardening.Findings.IsEmpty ? Ink.Plain : Ink.Strong);
        page.Blank();
        var findings = hardening.Findings;
        if (findings.IsEmpty) return;
        var grid = new Grid("!RULE", "!SEVERITY", "FOUND", "WRITE");
        var rules = findings.GroupBy(finding => (finding.Rule.Id, finding.Answer)).ToList();
        foreach (var finding in all ? findings : rules.Take(Shown).Select(rule => rule.First()))
            grid.Add(finding.Rule.Id, HardeningFacts.Severity(finding), Found(finding), finding.Answer == HardeningAnswer.CannotKnow ? "" : SafeText.OneLine(finding.Remedy));
        grid.Write(page);
        if (!all && findings.Length > Math.Min(rules.Count, Shown)) page.Text(0, "--details shows every place, `plimsoll harden` explains them.");
        page.Blank();

        string Found(HardeningFinding finding)
        {
            var places = all ? 1 : findings.Count(other => other.Rule.Id == finding.Rule.Id && other.Answer == finding.Answer);
            return places == 1 ? HardeningFacts.Found(finding) : $"{Facts.Number(places)} places: {HardeningFacts.Found(finding)}";
        }
    }
}
