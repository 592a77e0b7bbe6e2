using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Matching;

/// <summary>
/// Decides where advisories on a package are looked for: packages of a distribution in its release by the source package,
/// those of a language in its ecosystem, programs found by their bytes in data on the application's own releases.
/// </summary>
internal sealed class Lookups(OsRelease? os)
{
    private static readonly ImmutableArray<string> distributionTypes = ["apk", "deb", "rpm"];

    /// <summary>Where to look; empty when no feed knows such packages, and <paramref name="unknown"/> then says what they are.</summary>
    /// <param name="unknown">`packages of arch`; null where there is a place to look.</param>
    public ImmutableArray<Lookup> Of(Package package, out string? unknown)
    {
        unknown = null;
        if (distributionTypes.Contains(package.Purl.Type))
        {
            var distribution = Distribution.Of(os, package.Purl);
            if (distribution.Ecosystems.IsEmpty) unknown = $"packages of {distribution.Name}";
            return distribution.Ecosystems.IsEmpty ? [] : OfDistribution(package, distribution);
        }
        if (package.Cpe is { } cpe && UpstreamNames.Of(cpe, package.Version) is { IsEmpty: false } upstream) return upstream;
        if (Ecosystem(package.Purl.Type) is { } ecosystem) return [new Lookup(ecosystem, Name(package), package.Version, MatchBasis.Ecosystem)];
        unknown = $"packages of the type `{package.Purl.Type}`";
        return [];
    }

    /// <summary>Whether a jar says only its file's name, which no advisory knows.</summary>
    public static bool IsNameless(Package package) => package.Purl.Type == "maven" && Name(package).IndexOf(':', StringComparison.Ordinal) <= 0;

    private static ImmutableArray<Lookup> OfDistribution(Package package, Distribution distribution)
    {
        var (name, version) = Source(package);
        var module = distribution.KnowsModules && package.Purl.Qualifiers.GetValueOrDefault("rpmmod") is { Length: > 0 } label && label.Split(':') is [var stream, var number, ..] ? $"{stream}:{number}/" : "";
        var lookups = ImmutableArray.CreateBuilder<Lookup>();
        foreach (var ecosystem in distribution.Ecosystems)
        {
            // What is said of the binary package itself is more exact than what is said of its source.
            if (distribution.Packages != PackagesBy.Source) lookups.Add(new Lookup(ecosystem, module + package.Name, package.Version, MatchBasis.Distribution));
            if (distribution.Packages != PackagesBy.Binary && (distribution.Packages == PackagesBy.Source || name != package.Name)) lookups.Add(new Lookup(ecosystem, module + name, version, MatchBasis.Distribution, Preference: 1));
        }
        return lookups.DrainToImmutable();
    }

    /// <summary>The source package; from the purl of a bill of materials, whose authors write it as the qualifier `upstream`.</summary>
    private static (string Name, string Version) Source(Package package)
    {
        if (package.SourceName is { Length: > 0 } name) return (name, package.SourceVersion ?? package.Version);
        if (package.Purl.Qualifiers.GetValueOrDefault("upstream") is not { Length: > 0 } upstream) return (package.Name, package.Version);
        var at = upstream.LastIndexOf('@');
        return at > 0 ? (upstream[..at], upstream[(at + 1)..]) : (upstream, package.Version);
    }

    /// <summary>The ecosystem of OSV for a type of package URLs; null when OSV has none.</summary>
    public static string? Ecosystem(string type) => type switch
    {
        "bitnami" => "Bitnami",
        "cargo" => "crates.io",
        "composer" => "Packagist",
        "conan" => "ConanCenter",
        "cran" => "CRAN",
        "gem" => "RubyGems",
        "golang" => "Go",
        "hackage" => "Hackage",
        "hex" => "Hex",
        "maven" => "Maven",
        "npm" => "npm",
        "nuget" => "NuGet",
        "pub" => "Pub",
        "pypi" => "PyPI",
        _ => null,
    };

    /// <summary>As the ecosystem writes it; bills of materials may give only its last part as the name, and the others in the purl.</summary>
    private static string Name(Package package)
    {
        var separator = package.Purl.Type switch { "maven" => ':', "composer" or "golang" or "npm" => '/', _ => '\0' };
        return separator == '\0' || package.Name.Contains(separator, StringComparison.Ordinal) || string.IsNullOrEmpty(package.Purl.Namespace)
            ? package.Name : $"{package.Purl.Namespace}{separator}{package.Purl.Name}";
    }
}
