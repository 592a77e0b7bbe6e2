using System.Globalization;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Reports.Text;

/// <summary>The parts of the table report that `--details` adds: evidence, layers, every package.</summary>
internal static class TableDetails
{
    public static void Write(ScanResult result, Facts facts, TextPage page)
    {
        WriteEvidence(result, page);
        WriteSupport(result.Support, page);
        WriteLayers(result.Image, page);
        WritePackages("Packages found", facts.Installed, page);
        WritePackages("Removed packages", facts.Removed, page);
        WriteBehind(result.Freshness, page);
    }

    private static void WriteEvidence(ScanResult result, TextPage page)
    {
        foreach (var application in result.Applications)
        {
            if (application.Evidence.IsEmpty) continue;
            page.Text(0, $"Why {application.Name}", Ink.Strong);
            foreach (var step in application.Evidence) page.Text(2, step, mostLines: int.MaxValue);
            page.Blank();
        }
    }

    private static void WriteSupport(Support? support, TextPage page)
    {
        if (support is null || support.Findings.IsEmpty) return;
        page.Text(0, "Support of each product", Ink.Strong);
        foreach (var sentence in new SupportFacts(support).All) page.Text(2, sentence, mostLines: 5);
        page.Blank();
    }

    private static void WriteLayers(Image image, TextPage page)
    {
        if (image.Layers.IsEmpty) return;
        page.Text(0, "Layers, the lowest first", Ink.Strong);
        var grid = new Grid("LAYER", "ORIGIN", "DIGEST", "SIZE", "COMMAND");
        foreach (var layer in image.Layers)
            grid.Add(Index(layer.Index), Facts.Origins(layer.Origin), (layer.Digest ?? layer.DiffId)?.Short ?? "", Facts.Size(layer.Size), SafeText.OneLine(layer.CreatedBy));
        grid.Write(page);
        page.Blank();
    }

    private static void WritePackages(string title, IEnumerable<Package> packages, TextPage page)
    {
        var grid = new Grid("NAME", "VERSION", "TYPE", "LAYER", "<LOCATION");
        var any = false;
        foreach (var package in packages)
        {
            any = true;
            AddPackage(package, grid);
        }
        if (!any) return;
        page.Text(0, title, Ink.Strong);
        grid.Write(page);
        page.Blank();
    }

    private static void WriteBehind(NewestVersions? freshness, TextPage page)
    {
        if (freshness is null || new FreshnessFacts(freshness).Behind is not { Count: > 0 } behind) return;
        page.Text(0, "Behind the newest version", Ink.Strong);
        var grid = new Grid("NAME", "INSTALLED", "NEWEST", "OF THIS MAJOR", "ALLOWED", "FROM");
        foreach (var package in behind) grid.Add(package.Name, package.Installed, package.Newest ?? "", package.NewestOfMajor ?? "", package.NewestAllowed ?? "", package.IsSecurityUpdate ? $"{package.From}, security" : package.From);
        grid.Write(page);
        page.Blank();
    }

    private static void AddPackage(Package package, Grid grid)
    {
        var version = package.IsGuess ? $"{package.Version}?" : package.Version;
        var gone = package.RemovedIn is { } removed ? $", gone in {Index(removed)}" : "";
        if (package.Locations.IsEmpty) grid.Add(package.Name, version, package.Purl.Type, gone.TrimStart(',', ' '), "");
        for (var i = 0; i < package.Locations.Length; i++)
        {
            var location = package.Locations[i];
            var layer = Index(location.Layer) + gone;
            if (i == 0) grid.Add(package.Name, version, package.Purl.Type, layer, location.ToString());
            else grid.Add("", "", "", layer, location.ToString());
        }
        foreach (var part in package.Contains)
            grid.Add("  " + FullName(part), part.Version ?? "", part.Type, "", $"part of {package.Name}");
    }

    /// <summary>The name of a package that only its purl tells.</summary>
    public static string FullName(PackageUrl purl) => string.IsNullOrEmpty(purl.Namespace) ? purl.Name : $"{purl.Namespace}/{purl.Name}";

    private static string Index(int? index) => index?.ToString(CultureInfo.InvariantCulture) ?? "";
}
