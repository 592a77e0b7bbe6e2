using System.Collections.Immutable;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Plans;

namespace Plimsoll.Scan.Plans;

/// <summary>Puts findings in the order of the published rule (docs/priorities.md).</summary>
internal static class Priorities
{
    /// <summary>The same findings, ranked, what comes first at the front.</summary>
    public static ImmutableArray<Vulnerability> Order(IEnumerable<Vulnerability> found, ImmutableArray<Package> packages, IReachability reachability)
    {
        var origins = packages.Where(package => package.RemovedIn is null).DistinctBy(package => package.Key, StringComparer.Ordinal).ToDictionary(package => package.Key, package => package.Origin, StringComparer.Ordinal);
        var ordered = found.Select(one => one with { Priority = Judge(one, origins.GetValueOrDefault(one.PackageKey), reachability) }).OrderBy(one => one.Priority).ToList();
        return [.. ordered.Select((one, index) => one with { Priority = one.Priority! with { Rank = index + 1 } })];
    }

    private static Priority Judge(Vulnerability one, LayerOrigin origin, IReachability reachability)
    {
        var (reach, reason) = reachability.Of(one.PackageKey);
        return new Priority
        {
            IsExploited = one.Exploited is not null,
            Probability = one.Probability?.Score,
            Rating = one.Rating,
            Score = one.HighestScore,
            HasFix = !one.FixedVersions.IsEmpty,
            Reach = reach,
            ReachReason = reason,
            Origin = origin,
            Finding = one.Key,
        };
    }
}
