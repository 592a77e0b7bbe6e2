using System.Collections.Immutable;
using Plimsoll.Scan.Reports.Json;
using Plimsoll.Scan.Reports.Sbom;

namespace Plimsoll.Scan.Reports.CycloneDx;

/// <summary>
/// Declared licences in CycloneDX's terms: `id` only for identifiers of the SPDX list, `expression` only alone
/// (schema, `licenseChoice`), else the text as `name`.
/// </summary>
internal static class Licenses
{
    public static void Write(ImmutableArray<string> licenses, JsonPage page)
    {
        var stated = licenses.Where(license => license.Length > 0).ToList();
        if (stated.Count == 0) return;
        page.BeginList("licenses"u8);
        if (stated.Count == 1 && SpdxExpression.TryParse(stated[0], out var expression, out var isSingle) && !isSingle)
        {
            page.Begin();
            page.Text("expression"u8, expression);
            page.End();
        }
        else
            foreach (var license in stated) WriteOne(license, page);
        page.EndList();
    }

    private static void WriteOne(string license, JsonPage page)
    {
        page.Begin();
        page.Begin("license"u8);
        if (SpdxIds.TryLicense(license, out var id)) page.Text("id"u8, id);
        else page.Text("name"u8, license);
        page.End();
        page.End();
    }
}
