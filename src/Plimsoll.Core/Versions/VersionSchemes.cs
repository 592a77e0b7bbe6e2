using System.Collections.Immutable;

namespace Plimsoll.Core.Versions;

/// <summary>Every version scheme, and which ecosystem orders its versions by which.</summary>
public static class VersionSchemes
{
    /// <summary>A text of more characters is no version to any scheme. The longest that a package system allows is 256 (npm, dpkg's file names).</summary>
    public const int MaxLength = 1024;

    public static ImmutableArray<IVersionScheme> All { get; } =
    [
        new ApkVersionScheme(),
        new CargoVersionScheme(),
        new ComposerVersionScheme(),
        new CranVersionScheme(),
        new DpkgVersionScheme(),
        new GemVersionScheme(),
        new GenericVersionScheme(),
        new GoVersionScheme(),
        new HackageVersionScheme(),
        new HexVersionScheme(),
        new MavenVersionScheme(),
        new NpmVersionScheme(),
        new NuGetVersionScheme(),
        new PacmanVersionScheme(),
        new Pep440VersionScheme(),
        new PubVersionScheme(),
        new RpmVersionScheme(),
        new SemVerVersionScheme(),
    ];

    /// <summary>The scheme of an ecosystem of the OSV schema (https://ossf.github.io/osv-schema/#defined-ecosystems).</summary>
    /// <param name="osvEcosystem">With or without its release: `Debian:12`, `npm`. Capitals count.</param>
    /// <returns>Null for an ecosystem that is not known, or known to have no order of versions: GIT (commits), OSS-Fuzz (tags
    /// of projects), Android (patch levels), Docker Hardened Images, Root, TuxCare (of several package systems), CleanStart, FreeBSD, opam.</returns>
    public static IVersionScheme? ForEcosystem(string osvEcosystem)
    {
        var colon = osvEcosystem.IndexOf(':', StringComparison.Ordinal);
        var id = (colon < 0 ? osvEcosystem : osvEcosystem[..colon]) switch
        {
            "Debian" or "Echo" or "Ubuntu" => "dpkg",
            "Alpaquita" or "Alpine" or "BellSoft Hardened Containers" or "Chainguard" or "MinimOS" or "Wolfi" => "apk",
            "AlmaLinux" or "Azure Linux" or "Mageia" or "Mariner" or "openEuler" or "openSUSE" or "Photon OS" or "Red Hat" or "Rocky Linux" or "SUSE" => "rpm",
            "Arch Linux" => "pacman",
            "Bioconductor" or "CRAN" => "cran",
            "crates.io" => "cargo",
            "GHC" or "GitHub Actions" or "Kubernetes" or "SwiftURL" => "semver",
            "Go" => "go",
            "Hackage" => "hackage",
            "Hex" => "hex",
            // Julia, too, counts builds, and its binary packages are told apart by nothing else.
            "Julia" or "Pub" => "pub",
            "Maven" => "maven",
            "npm" or "VSCode" => "npm",
            "NuGet" => "nuget",
            "Packagist" => "composer",
            "PyPI" => "pep440",
            "RubyGems" => "gem",
            // Applications and the kernel; a packager's revision (`1.2.3-4`) is no preview there, as it would be to semver.
            "Bitnami" or "ConanCenter" or "Linux" => "generic",
            _ => null,
        };
        return id is null ? null : Named(id);
    }

    /// <summary>The scheme with that id.</summary>
    public static IVersionScheme? Named(string id)
    {
        foreach (var scheme in All)
            if (scheme.Id == id) return scheme;
        return null;
    }
}
