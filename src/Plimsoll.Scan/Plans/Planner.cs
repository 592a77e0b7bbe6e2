using System.Collections.Immutable;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Plans;

/// <summary>
/// Makes the plan: choose a version for each package -> group what is done in one go -> order. What is exploited in the wild
/// and what breaks compatibility stands alone; everything else of one manager and project is one action.
/// </summary>
internal sealed class Planner
{
    private readonly ScanResult result;
    private readonly NpmProjects projects;
    private readonly Dictionary<string, Package> packages;
    private readonly NpmCommands npm;
    private readonly BaseUpgrade baseUpgrade;
    private readonly Lazy<ILookup<string, Package>> parents;

    private Planner(ScanResult result, NpmProjects projects)
    {
        this.result = result;
        this.projects = projects;
        packages = result.Packages.Where(package => package.RemovedIn is null).DistinctBy(package => package.Key, StringComparer.Ordinal).ToDictionary(package => package.Key, StringComparer.Ordinal);
        npm = new NpmCommands(projects, packages);
        baseUpgrade = new BaseUpgrade(result);
        parents = new Lazy<ILookup<string, Package>>(() => packages.Values.SelectMany(package => package.Dependencies.Select(need => (need, package))).ToLookup(edge => edge.need, edge => edge.package, StringComparer.Ordinal));
    }

    /// <param name="result">Its vulnerabilities stand in the order of their priorities.</param>
    public static Plan Make(ScanResult result, NpmProjects projects) => new Planner(result, projects).Make();

    private Plan Make()
    {
        var found = result.Vulnerabilities!.Value;
        var upgrades = Upgrades.Of(found.Where(one => !one.FixedVersions.IsEmpty), packages).ToList();
        var planned = upgrades.SelectMany(upgrade => upgrade.Fixes).Select(one => one.Key).ToHashSet();
        var actions = upgrades.GroupBy(Key).Select(group => Action(group.Key, [.. group.OrderBy(upgrade => upgrade.Name, StringComparer.Ordinal).ThenBy(upgrade => upgrade.To, StringComparer.Ordinal)])).ToList();
        if (baseUpgrade.IsDue && !actions.Exists(action => action.Action.Kind == ActionKind.BaseImage)) actions.Add(Action(new ActionKey(ActionKind.BaseImage, null, null, ""), []));
        return new Plan
        {
            Actions = [.. actions.OrderBy(action => action.Weight).ThenBy(action => action.Action.Title, StringComparer.Ordinal).Select((action, index) => action.Action with { Rank = index + 1 })],
            Unfixed = [.. found.Where(one => !planned.Contains(one.Key)).Select(one => one.Key)],
        };
    }

    /// <summary>What is done in one go.</summary>
    /// <param name="Project">Of npm; null elsewhere.</param>
    /// <param name="Alone">Name and version of what stands alone; empty for all others together.</param>
    private sealed record ActionKey(ActionKind Kind, PackageManager? Manager, NpmProject? Project, string Alone);

    private ActionKey Key(Upgrade upgrade)
    {
        var first = upgrade.First;
        var manager = upgrade.IsSystem ? PackageManagers.OfSystem(first, result) : PackageManagers.OfLanguage(first);
        if (baseUpgrade.Brings(upgrade) || (upgrade.IsSystem && manager is null)) return new ActionKey(ActionKind.BaseImage, null, null, "");
        var isExploited = upgrade.Fixes.Any(one => one.Exploited is not null);
        var alone = isExploited || upgrade.IsMajor ? $"{upgrade.Name} {upgrade.To}" : "";
        if (upgrade.IsSystem) return new ActionKey(ActionKind.SystemPackages, manager, null, alone);
        if (first.Purl.Type == "npm") return new ActionKey(ActionKind.LanguagePackages, null, projects.Of(first), alone);
        return manager is not null ? new ActionKey(ActionKind.LanguagePackages, manager, null, alone) : new ActionKey(ActionKind.Release, null, null, $"{upgrade.Name} {upgrade.To}");
    }

    private (PlanAction Action, Weight Weight) Action(ActionKey group, ImmutableArray<Upgrade> upgrades)
    {
        ImmutableArray<Vulnerability> fixes = [.. upgrades.SelectMany(upgrade => upgrade.Fixes).OrderBy(one => one.Priority)];
        var weight = Weight.Of(fixes);
        var isNpm = group is { Kind: ActionKind.LanguagePackages, Manager: null };
        var manager = isNpm ? "npm" : group.Manager?.Id;
        var action = new PlanAction
        {
            Rank = 0,
            Kind = group.Kind,
            Title = group.Kind == ActionKind.BaseImage ? baseUpgrade.Title : Title(group.Kind, manager, group.Project, upgrades),
            Manager = manager,
            Command = group.Kind == ActionKind.BaseImage ? baseUpgrade.Command : isNpm ? npm.Command(group.Project, upgrades) : group.Manager?.Command(upgrades),
            DockerfileLine = group.Kind == ActionKind.BaseImage ? baseUpgrade.DockerfileLine : group.Manager?.DockerfileLine(upgrades),
            Changes = [.. upgrades.SelectMany(Changes).DistinctBy(change => (change.PackageKey, change.To)).OrderBy(change => change.Name, StringComparer.Ordinal).ThenBy(change => change.PackageKey, StringComparer.Ordinal)],
            Fixes = [.. fixes.Select(one => one.Key)],
            ExploitedCount = weight.Exploited,
            Why = weight.Sentence(group.Kind == ActionKind.BaseImage ? baseUpgrade.Reason : null),
            Notes = [.. Notes(group, upgrades)],
        };
        return (action, weight);
    }

    private IEnumerable<PackageChange> Changes(Upgrade upgrade) =>
        upgrade.Packages.Select(package => new PackageChange(package.Key, package.Name, package.Version, upgrade.To) { BroughtBy = package.Purl.Type == "npm" ? npm.BroughtBy(package) : Parents(package) });

    /// <summary>What declares to need a package of a language other than npm, which keeps no record of what is direct.</summary>
    private ImmutableArray<string> Parents(Package package) => Upgrades.IsSystem(package) ? []
        : [.. parents.Value[package.Key].Where(other => other.Purl.Type == package.Purl.Type).Select(other => other.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string Title(ActionKind kind, string? manager, NpmProject? project, ImmutableArray<Upgrade> upgrades)
    {
        if (kind == ActionKind.Release) return $"replace {upgrades[0].Name} {upgrades[0].From} by release {upgrades[0].To}";
        var verb = kind == ActionKind.SystemPackages ? $"{manager} upgrade" : $"{manager}:";
        var where = project is null ? "" : project.IsGlobal ? " (global)" : $" in {project.Folder}";
        var names = upgrades.OrderByDescending(upgrade => upgrade.Fixes.Length).Select(upgrade => upgrade.Name).Distinct(StringComparer.Ordinal).ToList();
        if (names is [var only])
        {
            var from = string.Join(" and ", upgrades.Where(upgrade => upgrade.IsMajor).SelectMany(upgrade => upgrade.Packages).Select(package => package.Version).Distinct(StringComparer.Ordinal));
            return $"{verb} {only} to {string.Join(" and ", upgrades.Select(upgrade => upgrade.To).Distinct(StringComparer.Ordinal))}{(from.Length > 0 ? $" (from {from}, another major version)" : "")}{where}";
        }
        var listed = names.Count <= 4 ? string.Join(", ", names) : $"{string.Join(", ", names.Take(3))} and {names.Count - 3} more";
        return kind == ActionKind.SystemPackages ? $"{verb} {names.Count} packages: {listed}" : $"{verb} {names.Count} packages within their major versions{where}: {listed}";
    }

    private IEnumerable<string> Notes(ActionKey group, ImmutableArray<Upgrade> upgrades)
    {
        if (group.Kind == ActionKind.BaseImage)
            foreach (var note in baseUpgrade.Notes) yield return note;
        if (group.Manager?.Note is { } known) yield return known;
        if (group.Kind == ActionKind.SystemPackages && baseUpgrade.SystemNote is { } system) yield return system;
        if (group.Kind == ActionKind.Release) yield return "Whoever built the program may have patched it, which upstream's data do not know.";
        if (group.Kind == ActionKind.LanguagePackages && upgrades.Any(upgrade => upgrade.IsMajor)) yield return "Another major version may need changes of the program.";
        if (group.Project?.IsGlobal == true && upgrades.Any(upgrade => upgrade.Packages.Any(package => !npm.BroughtBy(package).IsEmpty))) yield return "Which release of a tool brings the fixed versions is not known; the next scan shows it.";
        if (group is { Kind: ActionKind.LanguagePackages, Project.IsGlobal: false } && upgrades.Any(upgrade => upgrade.Packages.Any(package => !npm.BroughtBy(package).IsEmpty))) yield return "`overrides` hold for packages that others bring; take them out once those ask for the fixed versions themselves.";
        if (group.Project is { } project && upgrades.SelectMany(upgrade => upgrade.Packages).SelectMany(package => package.Locations).Select(location => location.Path).FirstOrDefault(path => !path.StartsWith(project.Folder.TrimEnd('/') + "/", StringComparison.Ordinal)) is { } elsewhere)
            yield return $"The same is to be done in another project: {elsewhere}.";
    }
}

/// <summary>
/// How much risk an action removes, compared number by number: docs/priorities.md publishes it. What nobody has rated may be
/// anything, so it counts with the medium ones: else one of these would stand before any number of a distribution's unrated ones.
/// </summary>
internal readonly record struct Weight(int Exploited, int Likely, int Critical, int High, int Medium, int Unrated, int Low, int All) : IComparable<Weight>
{
    public static Weight Of(ImmutableArray<Vulnerability> fixes) => new(
        fixes.Count(one => one.Exploited is not null),
        fixes.Count(one => one.Priority!.IsLikely),
        fixes.Count(one => one.Rating == CvssRating.Critical),
        fixes.Count(one => one.Rating == CvssRating.High),
        fixes.Count(one => one.Rating == CvssRating.Medium),
        fixes.Count(one => one.Rating is null),
        fixes.Count(one => one.Rating == CvssRating.Low),
        fixes.Length);

    /// <summary>Less stands first.</summary>
    public int CompareTo(Weight other) => (other.Exploited, other.Likely, other.Critical, other.High, other.Medium + other.Unrated, other.All).CompareTo((Exploited, Likely, Critical, High, Medium + Unrated, All));

    public string Sentence(string? beside)
    {
        var counts = new (int Count, string What)[] { (Exploited, "exploited in the wild"), (Likely, "likely to be exploited"), (Critical, "critical"), (High, "high"), (Medium, "medium"), (Unrated, "unrated"), (Low, "low") };
        var listed = string.Join(", ", counts.Where(row => row.Count > 0).Select(row => $"{row.Count} {row.What}"));
        var fixes = All == 0 ? "No finding with a known fix goes with it." : $"Fixes {All} {(All == 1 ? "finding" : "findings")}{(listed.Length > 0 ? $": {listed}" : "")}.";
        return beside is null ? fixes : $"{beside} {fixes}";
    }

    public static bool operator <(Weight left, Weight right) => left.CompareTo(right) < 0;
    public static bool operator >(Weight left, Weight right) => left.CompareTo(right) > 0;
    public static bool operator <=(Weight left, Weight right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Weight left, Weight right) => left.CompareTo(right) >= 0;
}
