using System.Collections.Immutable;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Policies;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Vex;

namespace Plimsoll.Scan.Policies;

/// <summary>Takes findings out of the count that a policy ignores or a VEX statement answers; each keeps who said so and why, and those that count what a statement says of them.</summary>
internal static class Suppressing
{
    public const string VexUnit = "vex";

    /// <param name="result">Its vulnerabilities stand in the order of their priorities, and keep it.</param>
    public static ScanResult Suppress(ScanResult result, ScanRequest request)
    {
        var ignores = Ignores(request.Policy, result.Image, DateOnly.FromDateTime(request.Now.UtcDateTime)).ToList();
        if (ignores.Count == 0 && request.Vex.IsEmpty) return result;
        var packages = result.Packages.Where(package => package.RemovedIn is null).DistinctBy(package => package.Key, StringComparer.Ordinal).ToDictionary(package => package.Key, StringComparer.Ordinal);
        var statements = new VexIndex(request.Vex, result.Image);
        var used = new HashSet<Ignore>(ReferenceEqualityComparer.Instance);
        var (counting, suppressed) = (ImmutableArray.CreateBuilder<Vulnerability>(), ImmutableArray.CreateBuilder<SuppressedVulnerability>());
        foreach (var one in result.Vulnerabilities!.Value)
        {
            var by = new List<Suppression>();
            var package = packages.GetValueOrDefault(one.PackageKey);
            foreach (var ignore in ignores)
                if (Fits(ignore, one, package))
                {
                    used.Add(ignore);
                    by.Add(Of(ignore, request.Policy!.Source));
                }
            var statement = package is null ? null : statements.Find(one, package);
            var takesOut = statement?.Status is VexStatus.NotAffected or VexStatus.Fixed;
            if (takesOut) by.Add(statement!.ToSuppression());
            var said = takesOut ? one : one with { Vex = statement?.ToRemark() };
            if (by.Count == 0) counting.Add(said);
            else suppressed.Add(new SuppressedVulnerability(said, [.. by]));
        }
        return result with
        {
            Vulnerabilities = counting.DrainToImmutable(),
            Suppressed = suppressed.DrainToImmutable(),
            Problems = [.. result.Problems.Concat(request.Vex.SelectMany(file => file.Problems)).Distinct().Order()],
            Notes = [.. result.Notes, .. ignores.Where(ignore => !used.Contains(ignore)).Select(ignore => $"the ignore in line {ignore.Line} of {request.Policy!.Source} fits no finding")],
        };
    }

    /// <summary>Those that are for this image and have not expired.</summary>
    private static IEnumerable<Ignore> Ignores(Policy? policy, Image image, DateOnly today) => policy is null ? [] : policy.Ignores.Where(ignore => !ignore.HasExpired(today) && IsFor(ignore, image));

    public static bool IsFor(Ignore ignore, Image image) => ignore.Image is not { } pattern || image.Names.Append(image.Reference).Any(name => Wildcard.Fits(pattern, name));

    private static bool Fits(Ignore ignore, Vulnerability one, Package? package)
    {
        if (ignore.Vulnerability is { } id && !one.Aliases.Append(one.Id).Contains(id, StringComparer.OrdinalIgnoreCase)) return false;
        if (ignore.Package is { } named && !(named.StartsWith("pkg:", StringComparison.Ordinal) ? package is not null && PackageUrlParser.TryParse(named, out var purl) && PurlMatch.Fits(purl, package) : Wildcard.Fits(named, one.PackageName))) return false;
        return ignore.Path is not { } path || (package is { Locations.IsEmpty: false } && package.Locations.All(location => Wildcard.FitsPath(path, location.Path)));
    }

    private static Suppression Of(Ignore ignore, string file) => new()
    {
        Source = SuppressionSource.Policy,
        File = file,
        Statement = $"line {ignore.Line}",
        Reason = ignore.Reason,
        Expires = ignore.Expires,
    };
}
