using System.IO.Hashing;
using System.Globalization;
using System.Text;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Sarif;

/// <summary>Texts, addresses and fingerprints as SARIF wants them.</summary>
internal static class SarifText
{
    /// <summary>
    /// Text for a message: braces are doubled, since they enclose placeholders, and brackets escaped, since they begin links
    /// (SARIF 2.1.0, sections 3.11.5 and 3.11.6).
    /// </summary>
    public static string Message(string text, int longest = UploadLimits.Description)
    {
        var cleaned = SafeText.CutEnd(SafeText.OneLine(text), longest);
        if (!cleaned.AsSpan().ContainsAny("{}[]")) return cleaned;
        return cleaned.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal)
            .Replace("[", @"\[", StringComparison.Ordinal).Replace("]", @"\]", StringComparison.Ordinal);
    }

    /// <summary>A path of the image as a relative reference (RFC 3986), which is all that code scanning takes for a file; of nothing the root itself.</summary>
    public static string Uri(string path)
    {
        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(segment => segment is "." or ".." ? "%2E" : System.Uri.EscapeDataString(segment));
        var uri = string.Join('/', segments);
        return uri.Length == 0 ? "." : uri;
    }

    /// <summary>A number that stands for the same finding in the next scan too.</summary>
    public static string Fingerprint(string rule, string subject, string path) =>
        XxHash3.HashToUInt64(Encoding.UTF8.GetBytes($"{rule}\n{subject}\n{path}")).ToString("x16", CultureInfo.InvariantCulture);
}
