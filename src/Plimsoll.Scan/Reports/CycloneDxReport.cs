using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.CycloneDx;
using Plimsoll.Scan.Reports.Sbom;

namespace Plimsoll.Scan.Reports;

/// <summary>
/// A software bill of materials in CycloneDX 1.6 (ECMA-424), JSON, with what is known to be vulnerable. What the standard has no field for is in
/// properties named `plimsoll:…`; docs/reports.md lists them.
/// </summary>
internal sealed class CycloneDxReport : IReport
{
    public string Id => "cyclonedx";
    public string Summary => "software bill of materials with its vulnerabilities, CycloneDX 1.6 JSON";

    /// <summary>
    /// Written twice: first into a digest, which then is the serial number, so that the same content at the same time
    /// has the same number, and any other content or time another.
    /// </summary>
    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        var bom = new Bom(result, context);
        using var digest = new DigestStream();
        bom.Write(digest, Guid.Empty.ToString());
        bom.Write(to, digest.Uuid);
    }
}
