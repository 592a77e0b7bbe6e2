using System.Text.Json;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Catalogers.Language;
using Plimsoll.Scan.Freshness.Sources;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Freshness;

/// <summary>
/// Which versions of npm packages are asked for: by other packages, and by the applications, whose package.json stands
/// beside the outermost node_modules and which are no packages themselves.
/// </summary>
internal static class NpmRanges
{
    private const string Modules = "/node_modules/";

    /// <summary>Bytes of an application's manifest; as of a package's.</summary>
    private const int MostBytes = 4 << 20;

    /// <param name="files">Null for a bill of materials, which has none.</param>
    /// <returns>Ranges by the path of the package.json that answers; null where one is not known.</returns>
    public static ILookup<string, string?> Of(ScanResult result, ImageFiles? files)
    {
        List<Package> packages = [.. result.Packages.Where(package => package.RemovedIn is null && package.Purl.Type == Npm.SourceId)];
        var paths = packages.SelectMany(package => package.Locations).Select(location => location.Path).ToHashSet(StringComparer.Ordinal);
        var applications = paths.Select(Application).OfType<string>().Where(path => !paths.Contains(path)).Distinct(StringComparer.Ordinal);
        return packages.SelectMany(package => package.Requires).Concat(files is null ? [] : applications.SelectMany(path => Read(path, paths, files)))
            .Where(requirement => requirement.ByLocation).ToLookup(requirement => requirement.Target, requirement => requirement.Range, StringComparer.Ordinal);
    }

    private static string? Application(string path) => path.IndexOf(Modules, StringComparison.Ordinal) is >= 0 and var at ? path[..at] + "/package.json" : null;

    private static IEnumerable<Requirement> Read(string path, HashSet<string> paths, ImageFiles files)
    {
        if (!files.TryFind(path, out var file) || !file.IsFile) return []; // Nobody asks: only node_modules was copied.
        try
        {
            return NpmCataloger.Resolve(file, NpmManifest.Parse(file.ReadBytes(MostBytes).Span));
        }
        catch (Exception unreadable) when (unreadable is UnreadableException or JsonException or InvalidOperationException)
        {
            // It may ask for anything that stands beside it.
            var beside = path[..^"/package.json".Length] + Modules;
            return paths.Where(other => other.StartsWith(beside, StringComparison.Ordinal)).Select(other => new Requirement(other, ByLocation: true));
        }
    }
}
