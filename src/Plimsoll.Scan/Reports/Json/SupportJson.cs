using System.Globalization;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Lifecycles;

namespace Plimsoll.Scan.Reports.Json;

/// <summary>The member `support` of the JSON report.</summary>
internal static class SupportJson
{
    public static void Write(Support? support, JsonPage page)
    {
        if (support is null)
        {
            page.Null("support"u8);
            return;
        }
        page.Begin("support"u8);
        page.Text("asOf"u8, support.AsOf?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture));
        page.BeginList("findings"u8);
        foreach (var finding in support.Findings) Write(finding, page);
        page.EndList();
        page.List("notes"u8, support.Notes);
        page.End();
    }

    private static void Write(SupportFinding finding, JsonPage page)
    {
        page.Begin();
        page.Text("subject"u8, finding.Subject.ToString().ToLowerInvariant());
        page.Text("product"u8, finding.Product);
        page.Text("title"u8, finding.Title);
        page.Text("version"u8, finding.Version);
        page.Text("cycle"u8, finding.Cycle);
        page.Text("codename"u8, finding.Codename);
        page.Flag("isLongTerm"u8, finding.IsLongTerm);
        page.Text("phase"u8, finding.Phase.ToString().ToLowerInvariant());
        page.Flag("isPastEnd"u8, finding.IsPastEnd);
        page.Text("endOfActiveSupport"u8, Day(finding.EndOfActiveSupport.Date));
        page.Text("endOfLife"u8, Day(finding.EndOfLife.Date));
        page.Text("endOfExtendedSupport"u8, Day(finding.EndOfExtendedSupport.Date));
        page.Number("daysLeft"u8, finding.DaysLeft);
        page.Text("latest"u8, finding.Latest);
        page.Text("latestReleased"u8, Day(finding.LatestReleased));
        page.Flag("isBehind"u8, finding.IsBehind);
        if (finding.MoveTo is { } to)
        {
            page.Begin("moveTo"u8);
            page.Text("cycle"u8, to.Name);
            page.Text("latest"u8, to.Latest);
            page.Flag("isLongTerm"u8, to.IsLongTerm);
            page.Text("endOfLife"u8, Day(to.EndOfLife.Date));
            page.End();
        }
        else page.Null("moveTo"u8);
        page.Text("maintainedBy"u8, finding.MaintainedBy);
        page.List("packages"u8, finding.Packages);
        page.End();
    }

    private static string? Day(DateOnly? day) => day?.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
