using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports;

/// <summary>One package URL a line, sorted by ordinal: the installed packages. Language packages that an OS package installed are part of it and no lines of their own.</summary>
internal sealed class PurlsReport : IReport
{
    public string Id => "purls";
    public string Summary => "package URLs, one a line, sorted: for other programs";

    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        using var writer = new StreamWriter(to, TextPage.Utf8, bufferSize: 16 << 10, leaveOpen: true) { NewLine = "\n" };
        // A purl's type is written as it is, so a hostile one could carry controls.
        foreach (var package in result.Packages)
            if (package.RemovedIn is null) writer.WriteLine(SafeText.Clean(package.Key)); // This format has no way to say that one was removed.
    }
}
