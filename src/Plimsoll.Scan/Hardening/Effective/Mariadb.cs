using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>mariadbd(8); see <see cref="OptionFileServer"/>.</summary>
internal sealed class Mariadb : OptionFileServer
{
    private const string NewTls = "TLSv1.2,TLSv1.3";

    public override string Name => "mariadb";

    public override ImmutableArray<ExampleFrame> Frames { get; } =
    [
        new("conf", "/etc/mysql/my.cnf", "[mariadbd]\n{}", ["/usr/sbin/mariadbd"], ["MARIADB_VERSION=10.11.6"]),
        new("file", "/etc/mysql/my.cnf", "{}", ["/usr/sbin/mariadbd"], ["MARIADB_VERSION=10.11.6"]),
    ];

    public override ServerCheck Check { get; } = new("mariadbd", "/etc/mysql/my.cnf", ["--defaults-file={main}", "--verbose", "--help"]) { Lacking = ["Failed to normalize the argument for --secure-file-priv"] };

    protected override ImmutableArray<string> GlobalFiles => ["/etc/my.cnf", "/etc/mysql/my.cnf"];
    protected override ImmutableArray<string> Prefixes => ["MARIADB_", "MYSQL_"];
    protected override ImmutableArray<string> Groups => ["mysqld", "server", "mariadb", "mariadbd", "client-server", "galera"];
    protected override ImmutableArray<string> VersionedGroups => ["mysqld", "mariadb", "mariadbd"];

    protected override FrozenSet<string> Flags { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        "allow_suspicious_udfs", "automatic_sp_privileges", "core_file", "disconnect_on_expired_password", "general_log", "local_infile", "log_bin_trust_function_creators", "log_slow_admin_statements", "old_passwords", "performance_schema",
        "require_secure_transport", "safe_user_create", "secure_auth", "skip_grant_tables", "skip_name_resolve", "skip_networking", "skip_show_database", "slow_query_log", "ssl", "strict_password_validation", "symbolic_links", "read_only");

    protected override FrozenSet<string> Others { get; } = FrozenSet.Create(
        StringComparer.Ordinal,
        "bind_address", "chroot", "datadir", "default_password_lifetime", "extra_port", "general_log_file", "init_file", "log_bin", "log_error", "log_output", "log_warnings", "max_allowed_packet", "max_connect_errors", "max_connections", "max_password_errors", "old_mode",
        "plugin_load", "plugin_load_add", "plugin_maturity", "port", "proxy_protocol_networks", "secure_file_priv", "secure_timestamp", "server_id", "socket", "sql_mode", "ssl_ca", "ssl_cert", "ssl_cipher", "ssl_crl", "ssl_key", "tls_version", "tmpdir", "user", "wait_timeout");

    protected override FrozenDictionary<string, (string? From, string? Value)[]> Defaults { get; } = new Dictionary<string, (string?, string?)[]>(StringComparer.Ordinal)
    {
        ["allow_suspicious_udfs"] = [(null, Off)],
        ["automatic_sp_privileges"] = [(null, On)],
        ["bind_address"] = [(null, "")],
        ["core_file"] = [(null, Off)],
        ["default_password_lifetime"] = [("10.4.3", "0"), (null, null)],
        ["disconnect_on_expired_password"] = [("10.4.3", Off), (null, null)],
        ["general_log"] = [(null, Off)],
        ["local_infile"] = [(null, On)],
        ["log_bin_trust_function_creators"] = [(null, Off)],
        ["log_warnings"] = [("10.2.4", "2"), (null, "1")],
        ["max_connect_errors"] = [(null, "100")],
        ["max_connections"] = [(null, "151")],
        ["max_password_errors"] = [("10.4.2", "4294967295"), (null, null)],
        ["old_passwords"] = [(null, Off)],
        ["plugin_maturity"] = [("10.3.1", "gamma"), (null, null)],
        ["port"] = [(null, "3306")],
        ["proxy_protocol_networks"] = [("10.3.1", ""), (null, null)],
        ["require_secure_transport"] = [("10.5.2", Off), (null, null)],
        ["secure_auth"] = [("10.1.7", On), (null, Off)],
        ["secure_file_priv"] = [(null, "")],
        ["skip_grant_tables"] = [(null, Off)],
        ["skip_name_resolve"] = [(null, Off)],
        ["skip_networking"] = [(null, Off)],
        ["skip_show_database"] = [(null, Off)],
        ["slow_query_log"] = [(null, Off)],
        ["sql_mode"] = [("10.2.4", "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION"), ("10.1.7", "NO_ENGINE_SUBSTITUTION,NO_AUTO_CREATE_USER"), (null, "")],
        ["ssl"] = [("11.4", On), (null, Off)],
        ["strict_password_validation"] = [("10.1.1", On), (null, null)],
        ["symbolic_links"] = [(null, On)],
        // Each branch dropped TLS 1.1 in a release of its own; these are those that were looked at.
        ["tls_version"] = [("11.4", NewTls), ("11.0", Unknown), ("10.11.19", NewTls), ("10.4.6", Unknown), (null, null)],
    }.ToFrozenDictionary(StringComparer.Ordinal);
}
