using System.Collections.Immutable;
using Plimsoll.Core.Findings;
using Plimsoll.Scan.Advisories;
using Plimsoll.Scan.Advisories.Feeds;

namespace Plimsoll.Scan.Matching;

/// <summary>
/// How data on applications' own releases call a program: Bitnami's advisories in OSV, OSV's records on repositories, and
/// the NVD by `vendor:product`, of which some have had several. What Bitnami says comes first, since its ranges are
/// maintained; then what OSV made of commits.
/// </summary>
internal static class UpstreamNames
{
    public const string Bitnami = "Bitnami";
    public const string Git = EcosystemNames.Git;
    public const string Nvd = NvdConfigurations.Ecosystem;

    private static readonly (string Cpe, string? Bitnami, string[] Former, string[] Repositories)[] names =
    [
        ("apache:http_server", "apache", [], ["github.com/apache/httpd"]),
        ("busybox:busybox", null, [], ["github.com/mirror/busybox", "git.busybox.net/busybox"]),
        ("f5:nginx", "nginx", ["nginx:nginx", "igor_sysoev:nginx"], ["github.com/nginx/nginx"]),
        ("gnu:bash", null, [], ["git.savannah.gnu.org/git/bash", "git.savannah.gnu.org/cgit/bash"]),
        ("haproxy:haproxy", "haproxy", [], ["github.com/haproxy/haproxy", "git.haproxy.org/git/haproxy"]),
        ("haxx:curl", null, ["haxx:libcurl"], ["github.com/curl/curl"]),
        ("haxx:libcurl", null, [], ["github.com/curl/curl"]),
        ("lfprojects:valkey", "valkey", [], ["github.com/valkey-io/valkey"]),
        ("mariadb:mariadb", "mariadb", [], ["github.com/mariadb/server"]),
        ("memcached:memcached", "memcached", [], ["github.com/memcached/memcached"]),
        ("nodejs:node.js", "node", ["nodejs:nodejs"], ["github.com/nodejs/node"]),
        ("openssl:openssl", null, [], ["github.com/openssl/openssl", "git.openssl.org/git/openssl"]),
        ("oracle:mysql", "mysql", ["oracle:mysql_server", "mysql:mysql"], ["github.com/mysql/mysql-server"]),
        ("perl:perl", null, [], ["github.com/perl/perl5"]),
        ("php:php", "php", [], ["github.com/php/php-src", "git.php.net/repository/php-src"]),
        ("postgresql:postgresql", "postgresql", [], ["github.com/postgres/postgres", "git.postgresql.org/git/postgresql"]),
        ("python:python", "python", ["python_software_foundation:python"], ["github.com/python/cpython"]),
        ("redis:redis", "redis", ["redislabs:redis"], ["github.com/redis/redis", "github.com/antirez/redis"]),
        ("ruby-lang:ruby", "ruby", [], ["github.com/ruby/ruby"]),
        ("sqlite:sqlite", null, [], ["github.com/sqlite/sqlite"]),
        ("zlib:zlib", null, [], ["github.com/madler/zlib"]),
    ];

    /// <summary>Empty for a text that is no CPE.</summary>
    public static ImmutableArray<Lookup> Of(string text, string version)
    {
        if (!Cpe.TryParse(text, out var cpe)) return [];
        var name = $"{cpe.Vendor}:{cpe.Product}";
        var (_, bitnami, former, repositories) = names.FirstOrDefault(known => known.Cpe == name);
        var lookups = ImmutableArray.CreateBuilder<Lookup>();
        if (bitnami is not null) lookups.Add(new Lookup(Bitnami, bitnami, version, MatchBasis.Upstream));
        foreach (var repository in repositories ?? []) lookups.Add(new Lookup(Git, repository, version, MatchBasis.Upstream, Preference: 1));
        foreach (var product in (former ?? []).Prepend(name).Distinct(StringComparer.Ordinal)) lookups.Add(new Lookup(Nvd, product, version, MatchBasis.Upstream, Preference: 2));
        return lookups.DrainToImmutable();
    }

    /// <summary>Words before the version in tags of a repository: its own name, and how the NVD calls the product.</summary>
    public static IEnumerable<string> TagWords(string repository)
    {
        yield return repository[(repository.LastIndexOf('/') + 1)..];
        foreach (var (cpe, _, _, repositories) in names)
            if (repositories.Contains(repository)) yield return cpe[(cpe.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }
}
