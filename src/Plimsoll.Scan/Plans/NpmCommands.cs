using System.Collections.Immutable;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Plans;

/// <summary>
/// How npm is told to install versions: what the project asks for by `npm install`, what comes with others by `overrides` of
/// its package.json, which hold whatever range the package above asks for (npm's documentation of package.json). The range
/// `^1.2.3` takes the fixed version or a later compatible one: what an advisory calls fixed was not always released.
/// </summary>
internal sealed class NpmCommands
{
    private readonly NpmProjects projects;
    private readonly Dictionary<string, Package> packages;
    private readonly ILookup<string, string> parents;
    private readonly ILookup<string, Package> byName;

    public NpmCommands(NpmProjects projects, Dictionary<string, Package> packages)
    {
        this.projects = projects;
        this.packages = packages;
        var npm = packages.Values.Where(package => package.Purl.Type == "npm").ToList();
        parents = npm.SelectMany(package => package.Dependencies.Select(need => (Need: need, package.Key))).ToLookup(edge => edge.Need, edge => edge.Key, StringComparer.Ordinal);
        byName = npm.ToLookup(package => package.Name, StringComparer.Ordinal);
    }

    /// <summary>Names of the direct dependencies through which a package comes; none for a direct one.</summary>
    public ImmutableArray<string> BroughtBy(Package package)
    {
        if (projects.Of(package) is not { } project || project.Direct.Contains(package.Key)) return [];
        var (seen, next, found) = (new HashSet<string>(StringComparer.Ordinal) { package.Key }, new Queue<string>([package.Key]), new SortedSet<string>(StringComparer.Ordinal));
        while (next.TryDequeue(out var at))
            foreach (var parent in parents[at])
            {
                if (!seen.Add(parent)) continue; // A cycle, or reached another way.
                if (project.Direct.Contains(parent)) found.Add(packages[parent].Name);
                next.Enqueue(parent);
            }
        return [.. found];
    }

    /// <summary>The command for one project's folder, or for its tools where that is the global one.</summary>
    public string Command(NpmProject? project, ImmutableArray<Upgrade> all)
    {
        if (project?.IsGlobal == true) return $"npm install --global {string.Join(' ', all.SelectMany(Global).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(Shell.Quote))}";
        var install = all.Where(one => one.Packages.Any(package => IsDirect(project, package))).Select(one => Shell.Quote($"{one.Name}@^{one.To}")).Order(StringComparer.Ordinal).ToList();
        var overrides = all.Where(one => one.Packages.Any(package => !IsDirect(project, package))).Select(one => Shell.Quote(Override(project, one))).Order(StringComparer.Ordinal).ToList();
        var set = overrides.Count == 0 ? "" : $"npm pkg set {string.Join(' ', overrides)} && ";
        return install.Count == 0 ? $"{set}npm install" : $"{set}npm install {string.Join(' ', install)}";
    }

    /// <summary>Which release of a tool brings a version is for its registry to say.</summary>
    private IEnumerable<string> Global(Upgrade upgrade) => upgrade.Packages.SelectMany(package => BroughtBy(package) is { IsEmpty: false } tools ? tools.Select(tool => $"{tool}@latest") : [$"{upgrade.Name}@^{upgrade.To}"]);

    private static bool IsDirect(NpmProject? project, Package package) => project is null || project.Direct.Contains(package.Key);

    /// <summary>A name that the project asks for, too, has to follow it; one that is there in several lines is overridden in this one only.</summary>
    private string Override(NpmProject? project, Upgrade upgrade)
    {
        var line = Upgrades.Line(upgrade.First.Version);
        var others = byName[upgrade.Name].Where(package => projects.Of(package) == project).ToList();
        var name = others.Exists(package => Upgrades.Line(package.Version) != line) ? $"{upgrade.Name}@{line}" : upgrade.Name;
        var followsDirect = others.Exists(package => Upgrades.Line(package.Version) == line && IsDirect(project, package));
        return $"overrides[{name}]={(followsDirect ? "$" + upgrade.Name : "^" + upgrade.To)}";
    }
}
