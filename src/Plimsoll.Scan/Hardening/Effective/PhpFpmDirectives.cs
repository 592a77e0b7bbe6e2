using System.Collections.Frozen;
using System.Globalization;

namespace Plimsoll.Scan.Hardening.Effective;

internal enum PhpFpmKind
{
    Text,
    Number,
    Seconds,
    Switch,
    Manager,
    Core,
}

/// <summary>Directives of php-fpm's own files (PHP's manual, "FastCGI Process Manager (FPM)", Configuration), with what it takes for each and its default.</summary>
internal static class PhpFpmDirectives
{
    public const string Global = "global", Pool = "pool";

    /// <summary>The last release whose directives these are.</summary>
    public const string LastKnown = "8.5";

    private static readonly FrozenDictionary<string, (PhpFpmKind Kind, string? Default)> ofAll = new Dictionary<string, (PhpFpmKind, string?)>(StringComparer.OrdinalIgnoreCase)
    {
        ["pid"] = default,
        ["error_log"] = default,
        ["syslog.facility"] = default,
        ["syslog.ident"] = (PhpFpmKind.Text, "php-fpm"),
        ["log_buffering"] = (PhpFpmKind.Switch, "yes"),
        ["log_level"] = (PhpFpmKind.Text, "notice"),
        ["log_limit"] = (PhpFpmKind.Number, "1024"),
        ["emergency_restart_threshold"] = (PhpFpmKind.Number, "0"),
        ["emergency_restart_interval"] = (PhpFpmKind.Seconds, "0s"),
        ["process_control_timeout"] = (PhpFpmKind.Seconds, "0s"),
        ["process.max"] = (PhpFpmKind.Number, "0"),
        ["process.priority"] = default,
        ["daemonize"] = (PhpFpmKind.Switch, "yes"),
        ["rlimit_files"] = (PhpFpmKind.Number, "0"),
        ["rlimit_core"] = (PhpFpmKind.Core, "0"),
        ["events.mechanism"] = default,
        ["systemd_interval"] = (PhpFpmKind.Seconds, "10s"),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, (PhpFpmKind Kind, string? Default)> ofPools = new Dictionary<string, (PhpFpmKind, string?)>(StringComparer.OrdinalIgnoreCase)
    {
        ["prefix"] = default,
        ["user"] = default,
        ["group"] = default,
        ["listen"] = default,
        ["listen.backlog"] = (PhpFpmKind.Number, null),
        ["listen.acl_users"] = default,
        ["listen.acl_groups"] = default,
        ["listen.owner"] = default,
        ["listen.group"] = default,
        ["listen.mode"] = (PhpFpmKind.Text, "0660"),
        ["listen.allowed_clients"] = (PhpFpmKind.Text, ""),
        ["listen.setfib"] = (PhpFpmKind.Number, null),
        ["process.priority"] = default,
        ["process.dumpable"] = (PhpFpmKind.Switch, "no"),
        ["pm"] = (PhpFpmKind.Manager, null),
        ["pm.max_children"] = (PhpFpmKind.Number, null),
        ["pm.start_servers"] = (PhpFpmKind.Number, null),
        ["pm.min_spare_servers"] = (PhpFpmKind.Number, null),
        ["pm.max_spare_servers"] = (PhpFpmKind.Number, null),
        ["pm.max_spawn_rate"] = (PhpFpmKind.Number, "32"),
        ["pm.process_idle_timeout"] = (PhpFpmKind.Seconds, "10s"),
        ["pm.max_requests"] = (PhpFpmKind.Number, "0"),
        ["pm.status_path"] = default,
        ["pm.status_listen"] = default,
        ["ping.path"] = default,
        ["ping.response"] = default,
        ["access.log"] = default,
        ["access.format"] = default,
        ["slowlog"] = default,
        ["request_slowlog_timeout"] = (PhpFpmKind.Seconds, "0s"),
        ["request_slowlog_trace_depth"] = (PhpFpmKind.Number, "20"),
        ["request_terminate_timeout"] = (PhpFpmKind.Seconds, "0s"),
        ["request_terminate_timeout_track_finished"] = (PhpFpmKind.Switch, "no"),
        ["rlimit_files"] = (PhpFpmKind.Number, "0"),
        ["rlimit_core"] = (PhpFpmKind.Core, "0"),
        ["chroot"] = default,
        ["chdir"] = default,
        ["catch_workers_output"] = (PhpFpmKind.Switch, "no"),
        ["decorate_workers_output"] = (PhpFpmKind.Switch, "yes"),
        ["clear_env"] = (PhpFpmKind.Switch, "yes"),
        ["security.limit_extensions"] = (PhpFpmKind.Text, ".php .phar"),
        ["apparmor_hat"] = default,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static readonly FrozenSet<string> Lists = FrozenSet.Create(StringComparer.Ordinal, "env", "php_value", "php_flag", "php_admin_value", "php_admin_flag");

    public static bool IsOfPool(string key) => ofPools.ContainsKey(key);

    public static string? Default(string block, string key) => (block == Global ? ofAll : ofPools).TryGetValue(key, out var directive) ? directive.Default : null;

    /// <returns>The value in one form: yes and no, seconds; null where there is no such directive, or with the reason where php-fpm does not take the value.</returns>
    public static string? Normal(string block, string key, string value, out string? wrong)
    {
        wrong = null;
        if (!(block == Global ? ofAll : ofPools).TryGetValue(key, out var directive)) return null;
        switch (directive.Kind)
        {
            case PhpFpmKind.Switch:
                if (value is "1") return "yes";
                if (value.Length == 0 || value is "0" || IsWord(value, "no", "off", "false")) return "no";
                if (IsWord(value, "yes", "on", "true")) return "yes";
                wrong = $"`{value}` is neither yes nor no, which {key} is";
                return null;
            case PhpFpmKind.Manager:
                if (IsWord(value, "static", "dynamic", "ondemand")) return value.ToLowerInvariant();
                wrong = $"`{value}` is none of static, dynamic and ondemand, which pm is";
                return null;
            case PhpFpmKind.Seconds:
                var unit = value is [.., 's' or 'm' or 'h' or 'd'] ? value[^1] : '\0';
                var digits = unit == '\0' ? value : value[..^1];
                if (value.Length > 0 && (unit != '\0' || char.IsAsciiDigit(value[^1]))) return string.Create(CultureInfo.InvariantCulture, $"{Seconds(digits) * (unit switch { 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 1 })}s");
                wrong = $"`{value}` is no time such as 30s or 5m, which {key} is";
                return null;
            case PhpFpmKind.Number or PhpFpmKind.Core when (directive.Kind != PhpFpmKind.Core || !IsWord(value, "unlimited")) && (value.StartsWith('-') ? value.AsSpan(1) : value).ContainsAnyExceptInRange('0', '9'):
                wrong = $"`{value}` is no number, which {key} is";
                return null;
            default: return value;
        }
    }

    private static long Seconds(string digits)
    {
        var end = 0;
        while (end < digits.Length && end < 9 && char.IsAsciiDigit(digits[end])) end++;
        return end == 0 ? 0 : long.Parse(digits.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture);
    }

    private static bool IsWord(string value, params ReadOnlySpan<string> words) => words.Contains(value, StringComparer.OrdinalIgnoreCase);
}
