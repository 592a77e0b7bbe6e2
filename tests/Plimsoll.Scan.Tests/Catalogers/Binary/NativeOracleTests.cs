using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Tests.Catalogers.Binary;

/// <summary>
/// Real programs and libraries of Debian's packages, copied out under other names and without package records; the
/// version that must be found is the package's own.
/// </summary>
public sealed class NativeOracleTests : IDisposable
{
    /// <summary>Package, file in it, applications that it holds (the first has the package's version).</summary>
    private static readonly (string Package, string File, string Name)[] Programs =
    [
        ("nginx", "usr/sbin/nginx", "nginx"),
        ("apache2-bin", "usr/sbin/apache2", "httpd"),
        ("haproxy", "usr/sbin/haproxy", "haproxy"),
        ("postgresql-15", "usr/lib/postgresql/15/bin/postgres", "postgresql"),
        ("mariadb-server-core", "usr/sbin/mariadbd", "mariadb"),
        ("redis-tools", "usr/bin/redis-check-rdb", "redis"),
        ("memcached", "usr/bin/memcached", "memcached"),
        ("libnode108", "usr/lib/x86_64-linux-gnu/libnode.so.108", "node"),
        ("python3.11-minimal", "usr/bin/python3.11", "python"),
        ("libpython3.11", "usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0", "python"),
        ("php8.2-cli", "usr/bin/php8.2", "php"),
        ("php8.2-fpm", "usr/sbin/php-fpm8.2", "php"),
        ("libapache2-mod-php8.2", "usr/lib/apache2/modules/libphp8.2.so", "php"),
        ("libruby3.1", "usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1.2", "ruby"),
        ("perl-base", "usr/bin/perl", "perl"),
        ("libperl5.36", "usr/lib/x86_64-linux-gnu/libperl.so.5.36.0", "perl"),
        ("openjdk-17-jre-headless", "usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so", "openjdk"),
        ("libssl3", "usr/lib/x86_64-linux-gnu/libcrypto.so.3", "openssl"),
        ("libssl3", "usr/lib/x86_64-linux-gnu/libssl.so.3", "openssl"),
        ("curl", "usr/bin/curl", "curl"),
        ("libcurl4", "usr/lib/x86_64-linux-gnu/libcurl.so.4.8.0", "libcurl"),
        ("libcurl3-gnutls", "usr/lib/x86_64-linux-gnu/libcurl-gnutls.so.4.8.0", "libcurl"),
        ("zlib1g", "lib/x86_64-linux-gnu/libz.so.1.2.13", "zlib"),
        ("libsqlite3-0", "usr/lib/x86_64-linux-gnu/libsqlite3.so.0.8.6", "sqlite"),
        ("busybox", "bin/busybox", "busybox"),
        ("busybox-static", "bin/busybox", "busybox"),
        ("bash", "bin/bash", "bash"),
    ];

    /// <summary>Clients, modules, and programs that only use the others: none of them is one of the applications.</summary>
    private static readonly (string Package, string File)[] LookAlikes =
    [
        ("postgresql-client-15", "usr/lib/postgresql/15/bin/psql"),
        ("postgresql-15", "usr/lib/postgresql/15/bin/initdb"),
        ("postgresql-15", "usr/lib/postgresql/15/bin/pg_ctl"),
        ("mariadb-client-core", "usr/bin/mariadb"),
        ("mariadb-client", "usr/bin/mariadb-dump"),
        ("mariadb-client", "usr/bin/mariadb-binlog"),
        ("libmariadb3", "usr/lib/x86_64-linux-gnu/libmariadb.so.3"),
        ("redis-tools", "usr/bin/redis-cli"),
        ("redis-tools", "usr/bin/redis-benchmark"),
        ("libnginx-mod-stream", "usr/lib/nginx/modules/ngx_stream_module.so"),
        ("libnginx-mod-http-perl", "usr/lib/nginx/modules/ngx_http_perl_module.so"),
        ("openssl", "usr/bin/openssl"),
        ("sqlite3", "usr/bin/sqlite3"),
        ("ruby3.1", "usr/bin/ruby3.1"),
        ("openjdk-17-jre-headless", "usr/lib/jvm/java-17-openjdk-amd64/bin/java"),
        ("vim-nox", "usr/bin/vim.nox"),
        ("uwsgi-core", "usr/bin/uwsgi-core"),
        ("lighttpd", "usr/sbin/lighttpd"),
        ("libmemcached-tools", "usr/bin/memcstat"),
    ];

    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-native-").FullName;

    [Fact]
    public void Finds_each_application_with_the_version_of_its_package()
    {
        var expected = new List<string>();
        for (var i = 0; i < Programs.Length; i++)
        {
            var (package, file, name) = Programs[i];
            // Libraries of one release lie beside each other under their own names: libssl has its version from libcrypto.
            var copy = Copy(package, file, name == "openssl" ? "openssl/" + Path.GetFileName(file) : $"{i}/tool");
            expected.Add($"{name} {DebianPackage.Upstream(package)} {copy}");
            if (name == "node") expected.Add($"zlib 1.2.11 {copy}"); // Chromium's copy, which Debian builds into it.
        }
        using var root = new RootFolder(folder);
        Assert.Empty(root.Problems);
        Assert.Equal(string.Join('\n', expected.Order(StringComparer.Ordinal)), string.Join('\n', Found(root)));
        Assert.Equal(expected.Select(line => line[..line.LastIndexOf(' ')]).Distinct().Count(), root.Packages.Count(package => package.FoundBy == "binary/native"));
    }

    [Fact]
    public void Finds_nothing_in_what_only_looks_like_them()
    {
        for (var i = 0; i < LookAlikes.Length; i++) Copy(LookAlikes[i].Package, LookAlikes[i].File, $"{i}/nginx");
        using var root = new RootFolder(folder);
        Assert.Empty(root.Problems);
        Assert.Empty(Found(root));
    }

    /// <summary>What the file `release` and libjvm say is one package, also where the file has no build number, as jlink writes it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Finds_a_copied_Java_runtime_once(bool isLinked)
    {
        const string home = "usr/lib/jvm/java-17-openjdk-amd64/";
        string[] places = [Copy("openjdk-17-jre-headless", home + "release", "srv/coffee/release"), Copy("openjdk-17-jre-headless", home + "lib/server/libjvm.so", "srv/coffee/lib/server/libjvm.so")];
        Copy("openjdk-17-jre-headless", home + "bin/java", "srv/coffee/bin/java");
        if (isLinked) File.WriteAllLines(folder + places[0], File.ReadAllLines(folder + places[0]).Where(line => !line.StartsWith("JAVA_RUNTIME", StringComparison.Ordinal)).ToList());
        using var root = new RootFolder(folder);
        Assert.Empty(root.Problems);
        var package = Assert.Single(root.Packages);
        Assert.Equal($"openjdk {DebianPackage.Upstream("openjdk-17-jre-headless")}", $"{package.Name} {package.Version}");
        Assert.Equal(places.Order(StringComparer.Ordinal), package.Locations.Select(location => location.Path));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static IEnumerable<string> Found(RootFolder root) => root.Packages.Where(package => package.FoundBy == "binary/native")
        .SelectMany(package => package.Locations.Select(location => $"{package.Name} {package.Version} {location.Path}")).Order(StringComparer.Ordinal);

    /// <returns>The path in the root.</returns>
    private string Copy(string package, string file, string to)
    {
        var target = Path.Combine(folder, to);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(DebianPackage.File(package, file), target);
        File.SetUnixFileMode(target, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        return "/" + to;
    }
}
