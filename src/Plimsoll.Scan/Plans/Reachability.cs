using Plimsoll.Core.Packages;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Plans;

/// <summary>What a stage knows of whether the application's start reaches a package.</summary>
internal interface IReachability
{
    /// <returns>And from what that is known, one clause.</returns>
    (Reach Reach, string Reason) Of(string packageKey);
}

/// <summary>
/// Reachability by declarations: the application's own package, its runtime, and all that these declare to need. A library
/// that is loaded without a declaration is not seen, so the last answer is no proof.
/// </summary>
internal sealed class DeclaredReachability : IReachability
{
    private readonly Dictionary<string, (Reach, string)> known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> types = new(StringComparer.Ordinal);
    private readonly HashSet<string> reachedTypes = new(StringComparer.Ordinal);
    private readonly string applications;

    public DeclaredReachability(ScanResult result, NpmProjects projects)
    {
        applications = string.Join(" and ", result.Applications.Select(application => application.Name));
        var packages = result.Packages.Where(package => package.RemovedIn is null).DistinctBy(package => package.Key, StringComparer.Ordinal).ToDictionary(package => package.Key, StringComparer.Ordinal);
        foreach (var package in packages.Values) types[package.Key] = package.Purl.Type;
        var next = new Queue<Package>();
        foreach (var application in result.Applications)
        {
            if (application.PackageKey is { } own) Start(own, $"it is {application.Name} itself");
            if (application.Runtime is { } runtime)
                foreach (var package in packages.Values.Where(package => IsRuntime(package, runtime))) Start(package.Key, $"it is the runtime of {application.Name}");
            var place = application.Executable?.Path ?? "";
            foreach (var direct in projects.Around(place)?.Direct.AsEnumerable() ?? []) Reached(direct, Reach.Needed, $"{application.Name} asks for it");
        }
        while (next.TryDequeue(out var from))
            foreach (var need in from.Dependencies) Reached(need, Reach.Needed, $"{from.Name} needs it, which {applications} leads to");

        void Start(string key, string why) => Reached(key, Reach.Started, why);

        void Reached(string key, Reach reach, string why)
        {
            if (!packages.TryGetValue(key, out var package) || !known.TryAdd(key, (reach, why))) return; // Removed, or reached before and more closely.
            reachedTypes.Add(package.Purl.Type);
            next.Enqueue(package);
        }
    }

    public (Reach Reach, string Reason) Of(string packageKey)
    {
        if (known.TryGetValue(packageKey, out var answer)) return answer;
        if (applications.Length == 0) return (Reach.Unknown, "not known, since no application is");
        // Where the start leads to no package of a kind, its declarations of that kind are not known.
        return types.TryGetValue(packageKey, out var type) && reachedTypes.Contains(type)
            ? (Reach.NotDeclared, $"nothing that {applications} declares leads to it")
            : (Reach.Unknown, $"not known, since nothing says which packages of this kind {applications} needs");
    }

    /// <summary>The package that brings a runtime, by the names that its packagers give it.</summary>
    private static bool IsRuntime(Package package, string runtime) => runtime switch
    {
        "node" => package.Name is "node" or "nodejs",
        "python" => package.Name is "python" or "python3" or "cpython",
        "java" => package.Name is "jdk" or "jre" or "java" || (package.Name.StartsWith("openjdk-", StringComparison.Ordinal) && package.Name.Contains("-jre", StringComparison.Ordinal)),
        _ => package.Name == runtime,
    };
}
