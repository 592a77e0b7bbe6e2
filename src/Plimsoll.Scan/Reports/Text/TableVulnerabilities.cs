using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Reports.Text;

/// <summary>The part of the table report on vulnerabilities: how many, and with details each.</summary>
internal static class TableVulnerabilities
{
    public static void Write(ScanResult result, bool all, TextPage page)
    {
        if (result.Vulnerabilities is not { } found) return; // Nobody looked.
        page.Row("Vulnerable", VulnerabilityFacts.Counts(result)!, found.IsEmpty ? Ink.Plain : Ink.Strong);
        if (VulnerabilityFacts.Fixable(result) is { } fixable) page.Row("  fixable", fixable);
        if (PlanFacts.Stated(result) is { } stated) page.Row("  VEX", all ? stated : $"{stated}: --details has what they say");
        if (VulnerabilityFacts.Data(result) is { } data) page.Row("  advisories", data, mostLines: all ? int.MaxValue : 3);
        page.Blank();
        if (!all || found.IsEmpty) return;
        var grid = new Grid("!VULNERABILITY", "!SEVERITY", "PACKAGE", "INSTALLED", "FIXED IN");
        foreach (var one in found)
            grid.Add(one.Id, VulnerabilityFacts.Severity(one), one.PackageName, VulnerabilityFacts.Installed(one), VulnerabilityFacts.Fix(one));
        grid.Write(page);
        page.Blank();
        if (found.All(one => one.Vex is null)) return;
        page.Text(0, "What VEX statements say of them", Ink.Strong);
        foreach (var one in found)
        {
            if (one.Vex is not { } remark) continue;
            page.Text(2, $"{one.Id} in {one.PackageName}");
            page.Text(4, PlanFacts.Describe(remark), Ink.Quiet, mostLines: int.MaxValue);
        }
        page.Blank();
    }
}
