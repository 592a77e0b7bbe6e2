using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Packages;
using Plimsoll.Scan.Advisories.Feeds;

namespace Plimsoll.Scan.Matching;

/// <summary>By which packages a distribution's advisories go.</summary>
internal enum PackagesBy
{
    Source,
    Binary,
    Both,
}

/// <summary>A distribution's release as OSV and the distributions' own feeds write it (https://ossf.github.io/osv-schema/#defined-ecosystems).</summary>
/// <param name="Name">For messages: `debian 12`.</param>
/// <param name="Ecosystems">Empty when no feed knows it.</param>
/// <param name="KnowsModules">Whether packages of rpm modules are named with their stream, `nodejs:18/nodejs`.</param>
internal sealed record Distribution(string Name, ImmutableArray<string> Ecosystems, PackagesBy Packages = PackagesBy.Source, bool KnowsModules = false)
{
    /// <summary>Repositories of Red Hat Enterprise Linux whose packages are in images; the first is where what has no fix is named.</summary>
    private static readonly ImmutableArray<string> redHat = ["", "::baseos", "::appstream", "::crb"];

    /// <summary>Products of SUSE Linux Enterprise 15 whose packages are in base images.</summary>
    private static readonly ImmutableArray<string> suse =
    [
        "Linux Enterprise Server", "Linux Enterprise Module for Basesystem", "Linux Enterprise Module for Server Applications",
        "Linux Enterprise Module for Containers", "Linux Enterprise Module for Development Tools", "Linux Enterprise Module for Python 3", "Linux Enterprise Module for Web and Scripting",
    ];

    /// <param name="os">The image's own word; where there is none, the purl's qualifier `distro` (`debian-12`) says it.</param>
    public static Distribution Of(OsRelease? os, PackageUrl purl)
    {
        if (os is not null) return Of(os.Id, os.VersionId, os.VersionCodename);
        var distro = purl.Qualifiers.GetValueOrDefault("distro") ?? purl.Namespace ?? "";
        var dash = distro.LastIndexOf('-');
        return dash < 0 ? Of(distro, null, null) : Of(distro[..dash], distro[(dash + 1)..], null);
    }

    private static Distribution Of(string id, string? version, string? codename)
    {
        var name = id.Length == 0 ? "a distribution that nothing names" : version is null ? id : $"{id} {version}";
        var major = version?.Split('.')[0];
        return (id, version) switch
        {
            ("debian", not null) => new(name, [$"Debian:{major}"]),
            ("debian", null) when codename is not null => new(name, [DebianReleases.Ecosystem(codename)]),
            ("ubuntu", not null) => new(name, IsLongTerm(version) ? [$"Ubuntu:{version}:LTS", $"Ubuntu:{version}"] : [$"Ubuntu:{version}"]),
            ("alpine", not null) => new(name, [$"Alpine:{Alpine(version)}"]),
            ("wolfi", _) => new(name, ["Wolfi"]),
            ("chainguard", _) => new(name, ["Chainguard"]),
            ("rhel", not null) => new(name, [.. redHat.Select(repository => $"Red Hat:enterprise_linux:{major}{repository}")], PackagesBy.Both, KnowsModules: true),
            ("rocky", not null) => new(name, [$"Rocky Linux:{major}"]),
            ("almalinux", not null) => new(name, [$"AlmaLinux:{major}"], PackagesBy.Binary),
            ("opensuse-leap", not null) => new(name, [$"openSUSE:Leap {version}"]),
            ("opensuse-tumbleweed", _) => new(name, ["openSUSE:Tumbleweed"]),
            ("sles" or "sle" or "suse", not null) => new(name, [.. suse.Select(product => $"SUSE:{product} {version.Replace(".", " SP", StringComparison.Ordinal)}")]),
            ("azurelinux" or "mariner", not null) => new(name, [$"Azure Linux:{major}"], PackagesBy.Both),
            ("mageia", not null) => new(name, [$"Mageia:{major}"]),
            _ => new(name, []),
        };
    }

    /// <summary>April of each even year.</summary>
    private static bool IsLongTerm(string version) => version is [_, var year, '.', '0', '4', ..] && (year - '0') % 2 == 0;

    /// <summary>`v3.20` of `3.20.3`; what is between two releases (`3.21_alpha20240923`) is edge.</summary>
    private static string Alpine(string version) =>
        version.Contains('_', StringComparison.Ordinal) ? "edge" : version.Split('.') is [var major, var minor, ..] ? $"v{major}.{minor}" : version == "edge" ? version : $"v{version}";
}
