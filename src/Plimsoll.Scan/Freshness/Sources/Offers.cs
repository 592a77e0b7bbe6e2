using System.Collections.Concurrent;
using System.Collections.Immutable;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>A version that a repository has.</summary>
/// <param name="Architecture">Empty for any.</param>
/// <param name="IsOptional">It comes only to who has a version from there already, or a newer one than all others (backports).</param>
internal sealed record Offer(string Version, string Architecture, string From, bool IsSecurity, bool IsOptional);

/// <summary>What the repositories of an image have of its packages, and what a package manager would make of it.</summary>
internal sealed class Offers(string source, string scheme, IReadOnlyList<Package> packages)
{
    private readonly Dictionary<string, ConcurrentBag<Offer>> byName = packages.Select(package => package.Name).Distinct(StringComparer.Ordinal).ToDictionary(name => name, _ => new ConcurrentBag<Offer>(), StringComparer.Ordinal);
    private readonly ConcurrentBag<(string From, string Reason)> silent = [];
    private readonly IVersionScheme order = VersionSchemes.Named(scheme)!;

    public void Add(string name, Offer offer)
    {
        if (byName.TryGetValue(name, out var offers)) offers.Add(offer);
    }

    /// <summary>A repository did not answer: nothing that the others do not have newer can be called current.</summary>
    public void Miss(string from, string reason) => silent.Add((from, reason));

    public void Answer(Asking asking)
    {
        var missing = silent.OrderBy(one => one.From, StringComparer.Ordinal).ThenBy(one => one.Reason, StringComparer.Ordinal).FirstOrDefault();
        foreach (var package in packages)
        {
            var offers = byName[package.Name].Where(offer => offer.Architecture.Length == 0 || offer.Architecture == "all" || package.Architecture is null or "all" || offer.Architecture == package.Architecture).ToList();
            var (best, isNewer) = Choose(package.Version, offers);
            if (!isNewer && missing.From is not null) asking.Leave(source, missing.From, missing.Reason, isProblem: true, package);
            else if (best is null) asking.Leave(source, "its repositories", "no repository that the image configures has it", isProblem: false, package);
            else
                asking.Answer(new NewestVersion
                {
                    Package = package.Key,
                    Name = package.Name,
                    Source = source,
                    From = best.From,
                    Installed = package.Version,
                    Newest = best.Version,
                    Standing = isNewer ? Standing.Behind : order.TryCompare(package.Version, best.Version, out _) ? Standing.Current : Standing.Unknown,
                    IsSecurityUpdate = offers.Exists(offer => offer.IsSecurity && IsNewer(offer.Version, package.Version)),
                });
        }
    }

    /// <summary>The newest of those that come by themselves; of the optional ones when the installed one is newer than all others, so it came from there.</summary>
    private (Offer? Best, bool IsNewer) Choose(string installed, List<Offer> offers)
    {
        var usual = Newest(offers.Where(offer => !offer.IsOptional));
        if (usual is not null && !IsNewer(installed, usual.Version)) return (usual, IsNewer(usual.Version, installed));
        var optional = Newest(offers.Where(offer => offer.IsOptional));
        return optional is not null && !IsNewer(installed, optional.Version) ? (optional, IsNewer(optional.Version, installed)) : (usual ?? optional, false);
    }

    private Offer? Newest(IEnumerable<Offer> offers)
    {
        Offer? best = null;
        // Of equal ones the security suite's is named, for its name says more.
        foreach (var offer in offers.OrderByDescending(offer => offer.IsSecurity).ThenBy(offer => offer.From, StringComparer.Ordinal))
            if (best is null || IsNewer(offer.Version, best.Version)) best = offer;
        return best;
    }

    private bool IsNewer(string one, string other) => order.TryCompare(one, other, out var compared) && compared > 0;
}
