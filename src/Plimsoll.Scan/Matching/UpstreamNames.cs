using System.Collections.Immutable;
using Plimsoll.Core.Findings;
using Plimsoll.Scan.Advisories.Feeds;

namespace Plimsoll.Scan.Matching;

/// <summary>
/// How data on applications' own releases call a program: Bitnami's advisories in OSV, and the NVD by `vendor:product`, of
/// which some have had several. What Bitnami says comes first, since its ranges are maintained.
/// </summary>
internal static class UpstreamNames
{
    public const string Bitnami = "Bitnami";
    public const string Nvd = NvdConfigurations.Ecosystem;

    private static readonly (string Cpe, string? Bitnami, string[] Former)[] names =
    [
        ("apache:http_server", "apache", []),
        ("f5:nginx", "nginx", ["nginx:nginx", "igor_sysoev:nginx"]),
        ("haproxy:haproxy", "haproxy", []),
        ("haxx:curl", null, ["haxx:libcurl"]),
        ("mariadb:mariadb", "mariadb", []),
        ("memcached:memcached", "memcached", []),
        ("nodejs:node.js", "node", ["nodejs:nodejs"]),
        ("php:php", "php", []),
        ("postgresql:postgresql", "postgresql", []),
        ("python:python", "python", ["python_software_foundation:python"]),
        ("redis:redis", "redis", ["redislabs:redis"]),
        ("ruby-lang:ruby", "ruby", []),
    ];

    /// <summary>Empty for a text that is no CPE.</summary>
    public static ImmutableArray<Lookup> Of(string text, string version)
    {
        if (!Cpe.TryParse(text, out var cpe)) return [];
        var name = $"{cpe.Vendor}:{cpe.Product}";
        var (_, bitnami, former) = names.FirstOrDefault(known => known.Cpe == name);
        var lookups = ImmutableArray.CreateBuilder<Lookup>();
        if (bitnami is not null) lookups.Add(new Lookup(Bitnami, bitnami, version, MatchBasis.Upstream));
        foreach (var product in (former ?? []).Prepend(name)) lookups.Add(new Lookup(Nvd, product, version, MatchBasis.Upstream, Preference: 1));
        return lookups.DrainToImmutable();
    }
}
