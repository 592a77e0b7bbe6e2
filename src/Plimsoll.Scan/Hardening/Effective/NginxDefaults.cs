using System.Collections.Frozen;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>What nginx does where nothing is written: the line "Default" of each directive in its reference, and what changed by version.</summary>
internal static class NginxDefaults
{
    private static readonly FrozenDictionary<string, Setting> always = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["absolute_redirect"] = "on",
        ["auth_basic"] = "off",
        ["autoindex"] = "off",
        ["client_body_buffer_size"] = "16k",
        ["client_body_timeout"] = "60s",
        ["client_header_buffer_size"] = "1k",
        ["client_header_timeout"] = "60s",
        ["client_max_body_size"] = "1m",
        ["disable_symlinks"] = "off",
        ["ignore_invalid_headers"] = "on",
        ["keepalive_timeout"] = "75s",
        ["large_client_header_buffers"] = "4 8k",
        ["limit_conn_status"] = "503",
        ["limit_req_status"] = "503",
        ["log_not_found"] = "on",
        ["merge_slashes"] = "on",
        ["proxy_intercept_errors"] = "off",
        ["proxy_ssl_server_name"] = "off",
        ["proxy_ssl_verify"] = "off",
        ["grpc_ssl_verify"] = "off",
        ["uwsgi_ssl_verify"] = "off",
        ["reset_timedout_connection"] = "off",
        ["satisfy"] = "all",
        ["send_timeout"] = "60s",
        ["server_name_in_redirect"] = "off",
        ["server_tokens"] = "on",
        ["ssl_ciphers"] = "HIGH:!aNULL:!MD5",
        ["ssl_early_data"] = "off",
        ["ssl_prefer_server_ciphers"] = "off",
        ["ssl_reject_handshake"] = "off",
        ["ssl_session_cache"] = "none",
        ["ssl_session_tickets"] = "on",
        ["ssl_session_timeout"] = "5m",
        ["ssl_stapling"] = "off",
        ["ssl_stapling_verify"] = "off",
        ["ssl_verify_client"] = "off",
        ["ssl_verify_depth"] = "1",
        ["underscores_in_headers"] = "off",
        ["user"] = "nobody",
        ["worker_connections"] = "512",
        ["worker_processes"] = "1",
    }.ToFrozenDictionary(pair => pair.Key, pair => new Setting(pair.Key, [.. pair.Value.Split(' ')], Origin.Default("nginx")), StringComparer.Ordinal);

    /// <summary>Newest first; the last has no bound.</summary>
    private static readonly FrozenDictionary<string, (string? From, string Value)[]> byVersion = new Dictionary<string, (string?, string)[]>(StringComparer.Ordinal)
    {
        ["ssl_protocols"] = [("1.27.3", "TLSv1.2 TLSv1.3"), ("1.23.4", "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"), (null, "TLSv1 TLSv1.1 TLSv1.2")],
        ["proxy_ssl_protocols"] = [("1.27.3", "TLSv1.2 TLSv1.3"), ("1.23.4", "TLSv1 TLSv1.1 TLSv1.2 TLSv1.3"), (null, "TLSv1 TLSv1.1 TLSv1.2")],
        ["keepalive_requests"] = [("1.19.10", "1000"), (null, "100")],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static Setting? Of(string key, string? version)
    {
        if (always.TryGetValue(key, out var setting)) return setting;
        if (!byVersion.TryGetValue(key, out var changes)) return null;
        if (version is null) return new Setting(key, [], Origin.Default("nginx")) { Needs = "the version of nginx, on which the default depends" };
        foreach (var (from, then) in changes)
            if (from is null || (VersionSchemes.Named("generic")!.TryCompare(version, from, out var order) && order >= 0)) return new Setting(key, [.. then.Split(' ')], Origin.Default($"nginx {version}"));
        return null;
    }
}
