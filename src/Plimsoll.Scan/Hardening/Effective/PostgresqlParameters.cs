using System.Collections.Frozen;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// Parameters of PostgreSQL with their kind, the unit of a number that has none, and what they are where nothing is written (PostgreSQL's documentation,
/// "Server Configuration", and the column boot_val of pg_settings). A later version has another default where its notes say so.
/// </summary>
internal static class PostgresqlParameters
{
    private const string Flag = "flag", Word = "word", Text = "text", Number = "number", Octal = "octal";

    /// <summary>Kind or unit, default. Blocks are those of 8 KiB.</summary>
    private static readonly FrozenDictionary<string, (string Kind, string Default)> known = new Dictionary<string, (string, string)>(StringComparer.Ordinal)
    {
        ["allow_system_table_mods"] = (Flag, "off"),
        ["archive_mode"] = (Word, "off"),
        ["authentication_timeout"] = ("s", "60s"),
        ["backslash_quote"] = (Word, "safe_encoding"),
        ["bonjour"] = (Flag, "off"),
        ["client_min_messages"] = (Word, "notice"),
        ["data_sync_retry"] = (Flag, "off"),
        ["db_user_namespace"] = (Flag, "off"),
        ["escape_string_warning"] = (Flag, "on"),
        ["fsync"] = (Flag, "on"),
        ["full_page_writes"] = (Flag, "on"),
        ["idle_in_transaction_session_timeout"] = ("ms", "0ms"),
        ["idle_session_timeout"] = ("ms", "0ms"),
        ["ignore_checksum_failure"] = (Flag, "off"),
        ["ignore_invalid_pages"] = (Flag, "off"),
        ["ignore_system_indexes"] = (Flag, "off"),
        ["jit"] = (Flag, "on"),
        ["krb_caseins_users"] = (Flag, "off"),
        ["listen_addresses"] = (Text, "localhost"),
        ["lo_compat_privileges"] = (Flag, "off"),
        ["local_preload_libraries"] = (Text, ""),
        ["log_connections"] = (Flag, "off"),
        ["log_destination"] = (Text, "stderr"),
        ["log_disconnections"] = (Flag, "off"),
        ["log_duration"] = (Flag, "off"),
        ["log_error_verbosity"] = (Word, "default"),
        ["log_file_mode"] = (Octal, "0600"),
        ["log_hostname"] = (Flag, "off"),
        ["log_line_prefix"] = (Text, "%m [%p] "),
        ["log_min_duration_statement"] = ("ms", "-1"),
        ["log_min_error_statement"] = (Word, "error"),
        ["log_min_messages"] = (Word, "warning"),
        ["log_parameter_max_length_on_error"] = ("B", "0B"),
        ["log_replication_commands"] = (Flag, "off"),
        ["log_statement"] = (Word, "none"),
        ["logging_collector"] = (Flag, "off"),
        ["max_connections"] = (Number, "100"),
        ["password_encryption"] = (Word, "scram-sha-256"),
        ["port"] = (Number, "5432"),
        ["row_security"] = (Flag, "on"),
        ["scram_iterations"] = (Number, "4096"),
        ["session_preload_libraries"] = (Text, ""),
        ["session_replication_role"] = (Word, "origin"),
        ["shared_buffers"] = ("8kB", "131072kB"),
        ["shared_preload_libraries"] = (Text, ""),
        ["ssl"] = (Flag, "off"),
        ["ssl_ca_file"] = (Text, ""),
        ["ssl_cert_file"] = (Text, "server.crt"),
        ["ssl_ciphers"] = (Text, "HIGH:MEDIUM:+3DES:!aNULL"),
        ["ssl_key_file"] = (Text, "server.key"),
        ["ssl_max_protocol_version"] = (Word, ""),
        ["ssl_min_protocol_version"] = (Word, "TLSv1.2"),
        ["ssl_passphrase_command_supports_reload"] = (Flag, "off"),
        ["ssl_prefer_server_ciphers"] = (Flag, "on"),
        ["standard_conforming_strings"] = (Flag, "on"),
        ["statement_timeout"] = ("ms", "0ms"),
        ["superuser_reserved_connections"] = (Number, "3"),
        ["synchronous_commit"] = (Word, "on"),
        ["tcp_keepalives_idle"] = ("s", "0s"),
        ["unix_socket_group"] = (Text, ""),
        ["unix_socket_permissions"] = (Octal, "0777"),
        ["wal_level"] = (Word, "replica"),
        ["work_mem"] = ("kB", "4096kB"),
        ["zero_damaged_pages"] = (Flag, "off"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Since when the default is that one; what it was before, null where the parameter was not there, or what it is from that version on.</summary>
    private static readonly FrozenDictionary<string, (string From, string? Before)> since = new Dictionary<string, (string, string?)>(StringComparer.Ordinal)
    {
        ["idle_session_timeout"] = ("14", null),
        ["jit"] = ("12", "off"),
        ["log_line_prefix"] = ("10", ""),
        ["password_encryption"] = ("14", "md5"),
        ["scram_iterations"] = ("16", null),
        ["ssl_max_protocol_version"] = ("12", null),
        ["ssl_min_protocol_version"] = ("13", "TLSv1"),
        ["wal_level"] = ("10", "minimal"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> removed = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["db_user_namespace"] = "17",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static Setting? Of(string key, string? version)
    {
        if (!known.TryGetValue(key, out var parameter)) return null;
        var (bound, isGone) = since.TryGetValue(key, out var change) ? (change.From, false) : removed.TryGetValue(key, out var end) ? (end, true) : (null, false);
        if (bound is null) return new Setting(key, [parameter.Default], Origin.Default("postgresql"));
        if (version is null) return new Setting(key, [], Origin.Default("postgresql")) { Needs = "the version of postgresql, on which the default depends" };
        var isBefore = VersionSchemes.Named("generic")!.TryCompare(version, bound, out var order) && order < 0;
        var value = isGone ? isBefore ? parameter.Default : null : isBefore ? change.Before : parameter.Default;
        return value is null ? null : new Setting(key, [value], Origin.Default($"postgresql {version}"));
    }

    /// <summary>
    /// A value in one form, whichever way it was written: flags as `on` and `off`, words in small letters, numbers in tens, with the unit that they are
    /// counted in where none is written, modes with a zero before them. Protocol versions keep their capitals.
    /// </summary>
    public static string Normal(string key, string value)
    {
        if (!known.TryGetValue(key, out var parameter)) return value;
        var text = value.Trim(' ', '\t');
        return parameter.Kind switch
        {
            Text => value,
            Flag => Switch(text),
            Word => key.EndsWith("_protocol_version", StringComparison.Ordinal) ? Protocol(text) : key == "password_encryption" ? Encryption(text) : text.ToLowerInvariant(),
            Octal => text.StartsWith('0') ? text : Whole(text) is { } mode ? "0" + Convert.ToString(mode, 8) : text,
            Number => Whole(text) is { } number ? number.ToString(CultureInfo.InvariantCulture) : text,
            var unit => WithUnit(text, unit),
        };
    }

    /// <summary>Any beginning of true, false, yes and no, and `on`, `off`, `of`, 1 and 0.</summary>
    private static string Switch(string text)
    {
        var lower = text.ToLowerInvariant();
        if (lower.Length == 0) return text;
        if (lower is "1" or "on" || "true".StartsWith(lower, StringComparison.Ordinal) || "yes".StartsWith(lower, StringComparison.Ordinal)) return "on";
        return lower is "0" or "of" or "off" || "false".StartsWith(lower, StringComparison.Ordinal) || "no".StartsWith(lower, StringComparison.Ordinal) ? "off" : text;
    }

    private static string Protocol(string text) => text.ToUpperInvariant() is ['T', 'L', 'S', 'V', ..] upper ? "TLSv" + upper[4..] : text;

    /// <summary>Before version 14 it was a flag; then on means md5.</summary>
    private static string Encryption(string text) => text.ToLowerInvariant() is "scram-sha-256" ? "scram-sha-256" : Switch(text) == "on" ? "md5" : text.ToLowerInvariant();

    private static string WithUnit(string text, string unit)
    {
        if (Whole(text) is not { } number) return text.Replace(" ", "", StringComparison.Ordinal);
        if (number < 0) return "-1";
        return unit == "8kB" ? string.Create(CultureInfo.InvariantCulture, $"{number * 8}kB") : string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");
    }

    /// <summary>As strtol(3) with base 0: `0x1F`, `017`, `15`.</summary>
    private static long? Whole(string text)
    {
        var negative = text.StartsWith('-');
        var digits = text.TrimStart('-', '+');
        if (digits.Length is 0 or > 15) return null;
        long number;
        if (digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            if (!long.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)) return null;
        }
        else if (digits.Length > 1 && digits[0] == '0')
        {
            number = 0;
            foreach (var c in digits)
                if (c is >= '0' and <= '7') number = (number * 8) + (c - '0');
                else return null;
        }
        else if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number)) return null;
        return negative ? -number : number;
    }
}
