using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Html;

namespace Plimsoll.Scan.Reports;

/// <summary>
/// One page for a team, with everything in it: nothing is fetched, and its own security policy forbids it to. It is complete
/// without its script, which only filters the findings.
/// </summary>
internal sealed class HtmlReport : IReport
{
    public string Id => "html";
    public string Summary => "one self-contained page for a team: marks, plan, layers, findings";

    public void Write(ScanResult result, ReportContext context, Stream to) => new HtmlDocument(result, context).Write(to);
}
