using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Sbom;
using Plimsoll.Scan.Reports.Spdx;

namespace Plimsoll.Scan.Reports;

/// <summary>
/// A software bill of materials in SPDX 2.3, JSON. What the standard has no field for is in annotations
/// `plimsoll:…=…`; docs/reports.md lists them.
/// </summary>
internal sealed class SpdxReport : IReport
{
    public string Id => "spdx";
    public string Summary => "software bill of materials, SPDX 2.3 JSON";

    /// <summary>
    /// Written twice: first into a digest, which then is in the namespace, so that the same content at the same time
    /// has the same namespace, and any other content or time another.
    /// </summary>
    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        var document = new Document(result, context);
        using var digest = new DigestStream();
        document.Write(digest, Guid.Empty.ToString());
        document.Write(to, digest.Uuid);
    }
}
