using Plimsoll.Core.Findings;

namespace Plimsoll.Scan.Reports.Json;

/// <summary>The member `freshness` of the JSON report.</summary>
internal static class FreshnessJson
{
    public static void Write(NewestVersions? freshness, JsonPage page)
    {
        if (freshness is null)
        {
            page.Null("freshness"u8);
            return;
        }
        page.Begin("freshness"u8);
        page.List("packages"u8, freshness.Packages, package =>
        {
            page.Text("package"u8, package.Package);
            page.Text("source"u8, package.Source);
            page.Text("from"u8, package.From);
            page.Text("installed"u8, package.Installed);
            page.Text("newest"u8, package.Newest);
            page.Text("newestOfMajor"u8, package.NewestOfMajor);
            page.Text("newestAllowed"u8, package.NewestAllowed);
            page.Text("standing"u8, package.Standing.ToString().ToLowerInvariant());
            page.Flag("isSecurityUpdate"u8, package.IsSecurityUpdate);
            page.Text("warning"u8, package.Warning);
        });
        page.List("images"u8, freshness.Images, image =>
        {
            page.Text("image"u8, image.Image);
            page.Flag("isBase"u8, image.IsBase);
            page.Text("tag"u8, image.Tag);
            page.Text("newest"u8, image.Newest);
            page.Text("newestOfMajor"u8, image.NewestOfMajor);
            page.Text("standing"u8, image.Standing.ToString().ToLowerInvariant());
            page.Text("unknown"u8, image.Unknown);
        });
        page.List("unanswered"u8, freshness.Unanswered, missing =>
        {
            page.Text("source"u8, missing.Source);
            page.Text("from"u8, missing.From);
            page.Text("reason"u8, missing.Reason);
            page.List("packages"u8, missing.Packages);
        });
        page.List("notes"u8, freshness.Notes);
        page.End();
    }
}
