using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Reports.Text;

/// <summary>The part of the table report on hardening: how many recommendations, then the gravest that are not followed.</summary>
internal static class TableHardening
{
    /// <summary>Rows of a summary.</summary>
    private const int Shown = 10;

    public static void Write(HardeningResult? hardening, bool all, TextPage page)
    {
        if (hardening is null) return; // Nobody judged.
        page.Row("Hardened", HardeningFacts.Counts(hardening), hardening.Findings.IsEmpty ? Ink.Plain : Ink.Strong);
        page.Blank();
        var findings = hardening.Findings;
        if (findings.IsEmpty) return;
        var grid = new Grid("!RULE", "!SEVERITY", "FOUND", "WRITE");
        foreach (var finding in all ? findings : findings.Take(Shown))
            grid.Add(finding.Rule.Id, HardeningFacts.Severity(finding), HardeningFacts.Found(finding), finding.Answer == HardeningAnswer.CannotKnow ? "" : SafeText.OneLine(finding.Remedy));
        grid.Write(page);
        if (!all && findings.Length > Shown) page.Text(0, $"{Facts.Number(findings.Length - Shown)} more: --details shows all, `plimsoll harden` explains them.");
        page.Blank();
    }
}
