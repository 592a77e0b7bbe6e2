using Plimsoll.Core.Packages;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Plans;

/// <summary>Tells what the start leads to from what it does not, and from what is there because the distribution demands it.</summary>
internal static class Necessities
{
    public static Necessity Judge(ScanResult result, IReachability reachability)
    {
        var packages = result.Packages.Where(package => package.RemovedIn is null).DistinctBy(package => package.Key, StringComparer.Ordinal).ToList();
        var essential = Essential(packages);
        var answers = packages.Select(package => (Package: package, Answer: reachability.Of(package.Key))).ToList();
        var idle = answers.Where(one => one.Answer.Reach == Reach.NotDeclared).Select(one => one.Package.Key).ToList();
        return new Necessity
        {
            Unneeded = [.. idle.Where(key => !essential.Contains(key)).Order(StringComparer.Ordinal)],
            Essential = idle.Count(essential.Contains),
            Unknown =
            [
                .. answers.Where(one => one.Answer.Reach == Reach.Unknown).GroupBy(one => one.Package.Purl.Type, StringComparer.Ordinal).OrderBy(kind => kind.Key, StringComparer.Ordinal)
                    .Select(kind => new UnknownNeed(kind.Key, kind.Count(), kind.First().Answer.Reason)),
            ],
        };
    }

    /// <summary>Essential packages and all that these declare to need.</summary>
    private static HashSet<string> Essential(List<Package> packages)
    {
        var byKey = packages.ToDictionary(package => package.Key, StringComparer.Ordinal);
        var reached = packages.Where(package => package.IsEssential).Select(package => package.Key).ToHashSet(StringComparer.Ordinal);
        var next = new Queue<string>(reached);
        while (next.TryDequeue(out var key))
            foreach (var need in byKey[key].Dependencies)
                if (byKey.ContainsKey(need) && reached.Add(need)) next.Enqueue(need);
        return reached;
    }
}
