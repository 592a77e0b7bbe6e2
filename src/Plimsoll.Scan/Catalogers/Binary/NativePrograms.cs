using static Plimsoll.Scan.Catalogers.Binary.NativeVersion;

namespace Plimsoll.Scan.Catalogers.Binary;

/// <summary>
/// The applications that are known by their bytes. Each was proven on real builds, which docs/binaries.md names,
/// or says that it was not. A version's end may carry what a distribution adds (`-1+deb12u4`).
/// </summary>
internal static class NativePrograms
{
    public static readonly IReadOnlyList<NativeProgram> All =
    [
        new("bash", "gnu:bash", "@(#)Bash version ", After("("), (1, 9, 3), "BASH_VERSINFO"),
        new("busybox", "busybox:busybox", "BusyBox v1.", Near("BusyBox v", " ", 64), (1, 1, 3), "busybox --list"),
        new("curl", "haxx:curl", "WARNING: curl and libcurl versions do not match", Near("curl ", " ", 4096), (7, 9, 3)),
        new("haproxy", "haproxy:haproxy", ", released 20", Before(), (1, 9, 2), "Statistics Report for HAProxy"),
        new("httpd", "apache:http_server", "\0Apache/2.", Near("\0Apache/", "\0 ", 32), (2, 2, 3), "Server's Module Magic Number"),
        new("libcurl", "haxx:libcurl", "\0libcurl/", After("\0-"), (7, 9, 3), "Could not resolve host: %s", "Unsupported protocol"),
        new("mariadb", "mariadb:mariadb", "\0MariaDB ", After("\0-"), (5, 20, 3), "max_binlog_cache_size", "InnoDB: "),
        new("memcached", "memcached:memcached", "\0memcached 1.", Near("\0memcached ", "\0\n_", 32), (1, 1, 3), "lru_crawler"),
        new("mysql", "oracle:mysql", "  Ver %s for %s on %s (%s)\n", Near("\0", "\0-", 8192), (5, 9, 3), "binlog_order_commits", "mysqld got signal"),
        new("nginx", "f5:nginx", "nginx version: nginx/", After("\0\n "), (0, 9, 3), "ngx_http_core_module", "worker_processes"),
        new("node", "nodejs:node.js", "\0node.js/v", After("\0-"), (0, 99, 3), "nodejs.org/download/", "process.binding"),
        new("openjdk", "oracle:openjdk", "OpenJDK 64-Bit Server VM (", Java(), (1, 99, 1), "hs_err_pid"),
        new("openssl", "openssl:openssl", "\0OpenSSL ", After(" "), (1, 9, 3), "SECG curve over a 256 bit prime field"),
        new("perl", "perl:perl", "This is perl 5, version ", Perl(), (5, 5, 3), "PERL5LIB"),
        new("php", "php:php", "X-Powered-By: PHP/", After("\0-"), (5, 9, 3), "zend.assertions", "allow_url_include"),
        new("postgresql", "postgresql:postgresql", "postgres (PostgreSQL) ", After("\0 \n"), (8, 99, 2), "pg_hba.conf", "checkpoint_timeout"),
        new("python", "python:python", "\0%.80s (%.80s) %.80s\0", Near("\0", "\0+", 8192), (2, 3, 3), "PYTHONHOME", "PYTHONHASHSEED"),
        new("redis", "redis:redis", "\0standalone\0", Near("\0", "\0", 256), (2, 9, 3), "oO0OoO0OoO0Oo Redis is starting"),
        new("ruby", "ruby-lang:ruby", "ruby - Copyright (C) 1993-", Near("\0ruby ", " p", 1024), (1, 9, 3), "RUBY_DESCRIPTION"),
        new("sqlite", "sqlite:sqlite", "SQLite format 3\0", Near("3.", "\0", 64 * 1024, back: 2), (3, 3, 3), "sqlite_master", "no such column"),
        new("valkey", "lfprojects:valkey", "\0standalone\0", Near("\0", "\0", 256, except: "7.2.4"), (7, 19, 3), "oO0OoO0OoO0Oo Valkey is starting") { IsUnproven = true },
        new("zlib", "zlib:zlib", " Jean-loup Gailly ", Near(" deflate ", " ", 128), (1, 1, 2), "invalid distance too far back"),
    ];
}
