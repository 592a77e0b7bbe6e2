using System.Collections.Frozen;
using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>mysqld(8); see <see cref="OptionFileServer"/>.</summary>
internal sealed class Mysql : OptionFileServer
{
    public override string Name => "mysql";

    public override ImmutableArray<ExampleFrame> Frames { get; } =
    [
        new("conf", "/etc/my.cnf", "[mysqld]\n{}", ["/usr/sbin/mysqld"], ["MYSQL_VERSION=8.4.3-1.el9"]),
        new("file", "/etc/my.cnf", "{}", ["/usr/sbin/mysqld"], ["MYSQL_VERSION=8.4.3-1.el9"]),
    ];

    /// <summary>Debian's `mysqld` is MariaDB's server, which is no judge of MySQL, but knows the options that both have.</summary>
    public override ServerCheck Check { get; } = Asked("mysqld") with { Foreign = "MariaDB", StandIn = Asked("mariadbd") };

    private static ServerCheck Asked(string program) => new(program, "/etc/my.cnf", ["--defaults-file={main}", "--verbose", "--help"])
    {
        Lacking = ["unknown variable", "unknown option", "ambiguous option", "to 'tls_version'", "Failed to normalize the argument for --secure-file-priv"],
    };

    /// <summary>Before 8.0 `skip_name_resolve` counts by being named, whatever it is set to.</summary>
    public override ImmutableArray<Setting> Configure(Subject subject)
    {
        var settings = base.Configure(subject);
        if (subject.Version is not { } version || !VersionSchemes.Named("generic")!.TryCompare(version, "8.0", out var order) || order >= 0) return settings;
        return [.. settings.Select(setting => setting is { Key: "skip_name_resolve", Arguments: [Off], Needs: null } ? setting with { Arguments = [On] } : setting)];
    }

    protected override ImmutableArray<string> GlobalFiles => ["/etc/my.cnf", "/etc/mysql/my.cnf", "/usr/etc/my.cnf"];
    protected override ImmutableArray<string> Prefixes => ["MYSQL_"];
    protected override ImmutableArray<string> Groups => ["mysqld", "server"];
    protected override ImmutableArray<string> VersionedGroups => ["mysqld"];

    protected override FrozenSet<string> Flags { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        "allow_suspicious_udfs", "automatic_sp_privileges", "check_proxy_users", "core_file", "disconnect_on_expired_password", "general_log", "local_infile", "log_bin_trust_function_creators", "log_raw", "performance_schema",
        "read_only", "require_secure_transport", "safe_user_create", "secure_auth", "skip_grant_tables", "skip_name_resolve", "skip_networking", "skip_show_database", "slow_query_log", "ssl", "super_read_only", "symbolic_links");

    protected override FrozenSet<string> Others { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        "admin_address", "admin_tls_version", "authentication_policy", "bind_address", "chroot", "datadir", "default_authentication_plugin", "default_password_lifetime", "early_plugin_load", "general_log_file", "init_file", "log_bin", "log_error", "log_error_verbosity", "log_output",
        "max_allowed_packet", "max_connect_errors", "max_connections", "mysqlx", "mysqlx_bind_address", "mysqlx_port", "mysql_native_password", "old_passwords", "password_history", "plugin_load", "plugin_load_add", "port", "secure_file_priv", "server_id", "socket", "sql_mode", "ssl_ca", "ssl_cert", "ssl_cipher", "ssl_key",
        "tls_version", "tmpdir", "user", "wait_timeout");

    protected override FrozenDictionary<string, (string? From, string? Value)[]> Defaults { get; } = new Dictionary<string, (string?, string?)[]>(StringComparer.Ordinal)
    {
        ["allow_suspicious_udfs"] = [(null, Off)],
        ["automatic_sp_privileges"] = [(null, On)],
        ["bind_address"] = [(null, "*")],
        ["core_file"] = [(null, Off)],
        ["default_authentication_plugin"] = [("8.4", null), ("8.0.4", "caching_sha2_password"), (null, "mysql_native_password")],
        ["general_log"] = [(null, Off)],
        ["local_infile"] = [("8.0.2", Off), (null, On)],
        ["log_bin_trust_function_creators"] = [(null, Off)],
        ["log_error_verbosity"] = [("8.0.4", "2"), ("5.7.2", "3"), (null, null)],
        ["log_raw"] = [(null, Off)],
        ["max_connect_errors"] = [(null, "100")],
        ["port"] = [(null, "3306")],
        ["require_secure_transport"] = [("5.7.8", Off), (null, null)],
        ["skip_grant_tables"] = [(null, Off)],
        ["skip_name_resolve"] = [(null, Off)],
        ["skip_networking"] = [(null, Off)],
        ["skip_show_database"] = [(null, Off)],
        ["symbolic_links"] = [("8.0.2", Off), (null, On)],
        ["tls_version"] = [("8.0.28", "TLSv1.2,TLSv1.3"), ("8.0.16", "TLSv1,TLSv1.1,TLSv1.2,TLSv1.3"), ("5.7.10", "TLSv1,TLSv1.1,TLSv1.2"), (null, null)],
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
