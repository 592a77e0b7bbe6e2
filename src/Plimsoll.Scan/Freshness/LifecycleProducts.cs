using Plimsoll.Core.Applications;

namespace Plimsoll.Scan.Freshness;

/// <summary>
/// Which product of endoflife.date is meant by the names that Plimsoll uses: facts where the two differ, and where
/// nothing in <see cref="LifecycleTable"/>'s identifiers says it.
/// </summary>
internal static class LifecycleProducts
{
    /// <summary>By `ID` of os-release(5).</summary>
    public static string? OfSystem(OsRelease system) => system.Id switch
    {
        "almalinux" or "debian" or "devuan" or "eurolinux" or "fedora" or "linuxmint" or "mageia" or "nixos" or "openwrt"
            or "postmarketos" or "rhel" or "slackware" or "sles" or "steamos" or "ubuntu" => system.Id,
        "alpine" => "alpine-linux",
        "amzn" => "amazon-linux",
        "centos" => system.PrettyName?.Contains("Stream", StringComparison.Ordinal) == true ? "centos-stream" : "centos",
        "clear-linux-os" => "clearlinux",
        "ol" => "oracle-linux",
        "opensuse-leap" => "opensuse",
        "photon" => "vmware-photon",
        "pop" => "pop-os",
        "rocky" => "rocky-linux",
        "sl-micro" or "sle-micro" => "suse-linux-micro",
        _ => null, // Rolling ones (Arch, Gentoo, openSUSE Tumbleweed, Wolfi) have no end of life.
    };

    /// <summary>By the names of applications (Applications/Known) and of programs known by their bytes (Catalogers/Binary/NativePrograms.cs).</summary>
    public static string? OfApplication(string name) => name switch
    {
        "haproxy" or "mariadb" or "memcached" or "mysql" or "nginx" or "openssl" or "perl" or "php" or "postgresql"
            or "python" or "rabbitmq" or "redis" or "ruby" or "sqlite" or "tomcat" or "valkey" => name,
        "apache-httpd" or "httpd" => "apache-http-server",
        "node" => "nodejs",
        "openjdk" => "openjdk-builds-from-oracle",
        "php-fpm" => "php",
        _ => null, // bash, busybox, curl, libcurl, openssh and zlib have no product there.
    };
}
