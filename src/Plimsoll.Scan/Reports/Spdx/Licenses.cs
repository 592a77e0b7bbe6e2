using System.Collections.Immutable;
using Plimsoll.Scan.Reports.Json;
using Plimsoll.Scan.Reports.Sbom;

namespace Plimsoll.Scan.Reports.Spdx;

/// <summary>
/// Declared licences as one SPDX expression. What is none gets an identifier of this document, `LicenseRef-1`, under
/// which its text is listed (SPDX 2.3, clause 10).
/// </summary>
internal sealed class Licenses
{
    private readonly Dictionary<string, string> references = new(StringComparer.Ordinal);
    private readonly List<string> texts = [];

    /// <summary>All of them, joined by `AND`; `NOASSERTION` when nothing is declared.</summary>
    public string Expression(ImmutableArray<string> declared)
    {
        var terms = declared.Where(license => license.Length > 0).Select(Term).Distinct(StringComparer.Ordinal).ToList();
        return terms.Count switch
        {
            0 => "NOASSERTION",
            1 => terms[0],
            _ => string.Join(" AND ", terms.Select(term => term.Contains(' ', StringComparison.Ordinal) ? $"({term})" : term)),
        };
    }

    public void WriteTexts(JsonPage page)
    {
        if (texts.Count == 0) return;
        page.BeginList("hasExtractedLicensingInfos"u8);
        foreach (var text in texts)
        {
            page.Begin();
            page.Text("licenseId"u8, references[text]);
            page.Text("extractedText"u8, text);
            page.End();
        }
        page.EndList();
    }

    /// <summary>A reference that somebody else declared means another document's list, and so is a text here.</summary>
    private string Term(string license)
    {
        if (SpdxExpression.TryParse(license, out var expression, out _) && !expression.Contains("LicenseRef-", StringComparison.Ordinal)) return expression;
        if (references.TryGetValue(license, out var known)) return known;
        texts.Add(license);
        return references[license] = $"LicenseRef-{texts.Count}";
    }
}
