using System.Collections.Immutable;
using System.Text.Json;
using Plimsoll.Core.Packages;
using Plimsoll.Scan.Catalogers.Language;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Plans;

/// <summary>A folder with a node_modules, and what is installed in it.</summary>
/// <param name="Folder">`/srv/app`; a global one ends in `/lib`.</param>
/// <param name="Direct">Keys of the packages that the project itself asks for.</param>
/// <param name="KnowsDirect">Whether its package.json says so; otherwise they are those that no other package needs.</param>
internal sealed record NpmProject(string Folder, ImmutableSortedSet<string> Direct, bool KnowsDirect)
{
    /// <summary>`npm install --global` puts tools there, each with dependencies of its own.</summary>
    public bool IsGlobal => Folder.EndsWith("/lib", StringComparison.Ordinal);
}

/// <summary>The npm projects of an image, by the places of packages and, where the files are at hand, their package.json.</summary>
internal sealed class NpmProjects
{
    private const string Modules = "/node_modules/";

    /// <summary>Bytes of a project's package.json, as of any other.</summary>
    private const int MaxBytes = 4 << 20;

    private readonly Dictionary<string, NpmProject> byFolder = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> folders = new(StringComparer.Ordinal);

    /// <param name="files">Null for a bill of materials.</param>
    public NpmProjects(IEnumerable<Package> packages, ImageFiles? files)
    {
        var npm = packages.Where(package => package.Purl.Type == "npm" && package.RemovedIn is null).ToList();
        var needed = npm.SelectMany(package => package.Dependencies).ToHashSet(StringComparer.Ordinal);
        foreach (var package in npm)
            if (FolderOf(package) is { } folder) folders[package.Key] = folder;
        foreach (var project in npm.Where(package => folders.ContainsKey(package.Key)).GroupBy(package => folders[package.Key], StringComparer.Ordinal))
        {
            var top = project.Where(package => package.Locations.Any(location => IsTop(location.Path, project.Key, package.Name)));
            var asked = files is null ? null : Asked(files, project.Key);
            var direct = asked is null ? project.Where(package => !needed.Contains(package.Key)) : top.Where(package => asked.Contains(package.Name));
            byFolder[project.Key] = new NpmProject(project.Key, direct.Select(package => package.Key).ToImmutableSortedSet(StringComparer.Ordinal), asked is not null);
        }
    }

    /// <summary>Null for a package outside of node_modules.</summary>
    public NpmProject? Of(Package package) => folders.TryGetValue(package.Key, out var folder) ? byFolder[folder] : null;

    /// <summary>The project that a program belongs to; null when none of its folders is one.</summary>
    public NpmProject? Around(string path) =>
        byFolder.Values.Where(project => path.StartsWith(project.Folder.TrimEnd('/') + "/", StringComparison.Ordinal)).MaxBy(project => project.Folder.Length);

    private static string? FolderOf(Package package)
    {
        foreach (var location in package.Locations)
            if (location.Path.IndexOf(Modules, StringComparison.Ordinal) is var at and >= 0) return at == 0 ? "/" : location.Path[..at];
        return null;
    }

    private static bool IsTop(string path, string folder, string name) => path == $"{folder.TrimEnd('/')}{Modules}{name}/package.json";

    /// <summary>Names that the project's package.json asks for; null when it is not there or does not read, which the catalog reports where it matters.</summary>
    private static HashSet<string>? Asked(ImageFiles files, string folder)
    {
        if (!files.TryFind($"{folder.TrimEnd('/')}/package.json", out var file) || !file.IsFile) return null;
        try
        {
            return [.. NpmManifest.Parse(file.ReadBytes(MaxBytes).Span).Needs.Keys];
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or UnreadableException)
        {
            return null; // The graph answers in its place.
        }
    }
}
