using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports;

/// <summary>One package URL a line, sorted by ordinal, each once: installed packages and those that are part of one.</summary>
internal sealed class PurlsReport : IReport
{
    public string Id => "purls";
    public string Summary => "package URLs, one a line, sorted: for other programs";

    public void Write(ScanResult result, ReportContext context, Stream to)
    {
        var purls = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var package in result.Packages)
        {
            // A removed package is not in the image, and this format has no way to say so.
            if (package.RemovedIn is not null) continue;
            purls.Add(package.Key);
            foreach (var part in package.Contains) purls.Add(part.ToString());
        }
        using var writer = new StreamWriter(to, TextPage.Utf8, bufferSize: 16 << 10, leaveOpen: true) { NewLine = "\n" };
        // A purl's type is written as it is, so a hostile one could carry controls.
        foreach (var purl in purls) writer.WriteLine(SafeText.Clean(purl));
    }
}
