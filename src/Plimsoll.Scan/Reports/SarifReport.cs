using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Sarif;

namespace Plimsoll.Scan.Reports;

/// <summary>
/// Findings in SARIF 2.1.0 (OASIS standard, errata 01), within what GitHub's code scanning takes: one rule a vulnerability,
/// one result a finding, with suppressions. It says nothing of packages without findings.
/// </summary>
internal sealed class SarifReport : IReport
{
    public string Id => "sarif";
    public string Summary => "findings for code scanning, SARIF 2.1.0";

    public void Write(ScanResult result, ReportContext context, Stream to) => new SarifLog(result, context).Write(to);
}
