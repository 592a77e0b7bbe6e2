using System.Collections.Frozen;
using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Versions;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>Settings of PHP itself, as against those of php-fpm: which are switches, and what holds where nothing sets them (PHP's manual, "List of php.ini directives").</summary>
internal static class PhpValues
{
    public const string On = "on", Off = "off";

    private static readonly FrozenSet<string> switches = FrozenSet.Create(
        StringComparer.Ordinal,
        "allow_url_fopen", "allow_url_include", "auto_globals_jit", "cgi.discard_path", "cgi.fix_pathinfo", "cgi.force_redirect", "display_errors", "display_startup_errors", "enable_dl", "enable_post_data_reading", "expose_php", "fastcgi.logging", "file_uploads", "html_errors",
        "ignore_repeated_errors", "ignore_user_abort", "implicit_flush", "log_errors", "mail.add_x_header", "mysqli.allow_local_infile", "opcache.enable", "opcache.validate_permission", "opcache.validate_root", "opcache.validate_timestamps", "phar.readonly", "phar.require_hash", "register_argc_argv",
        "session.auto_start", "session.cookie_httponly", "session.cookie_secure", "session.use_cookies", "session.use_only_cookies", "session.use_strict_mode", "session.use_trans_sid", "short_open_tag", "zend.detect_unicode", "zend.enable_gc", "zend.exception_ignore_args");

    /// <summary>Newest first: from which version on the default is which.</summary>
    private static readonly FrozenDictionary<string, (string? From, string Value)[]> defaults = new Dictionary<string, (string?, string)[]>(StringComparer.Ordinal)
    {
        ["allow_url_fopen"] = [(null, On)],
        ["allow_url_include"] = [(null, Off)],
        ["cgi.fix_pathinfo"] = [(null, On)],
        ["disable_functions"] = [(null, "")],
        ["display_errors"] = [(null, On)],
        ["display_startup_errors"] = [("8.0", On), (null, Off)],
        ["enable_dl"] = [(null, On)],
        ["expose_php"] = [(null, On)],
        ["file_uploads"] = [(null, On)],
        ["html_errors"] = [(null, On)],
        ["ignore_repeated_errors"] = [(null, Off)],
        ["log_errors"] = [("8.0", Off), (null, On)],
        ["mail.add_x_header"] = [(null, Off)],
        ["max_execution_time"] = [(null, "30")],
        ["max_file_uploads"] = [(null, "20")],
        ["max_input_time"] = [(null, "-1")],
        ["max_input_vars"] = [(null, "1000")],
        ["memory_limit"] = [(null, "128M")],
        ["mysqli.allow_local_infile"] = [("7.3.3", Off), ("7.3", On), ("7.2.16", Off), (null, On)],
        ["post_max_size"] = [(null, "8M")],
        ["register_argc_argv"] = [(null, On)],
        ["session.cookie_httponly"] = [("8.6", On), (null, Off)],
        ["session.cookie_lifetime"] = [(null, "0")],
        ["session.cookie_samesite"] = [("8.6", "Lax"), (null, "")],
        ["session.cookie_secure"] = [(null, Off)],
        ["session.use_cookies"] = [(null, On)],
        ["session.use_only_cookies"] = [(null, On)],
        ["session.use_strict_mode"] = [("8.6", On), (null, Off)],
        ["session.use_trans_sid"] = [(null, Off)],
        ["short_open_tag"] = [(null, On)],
        ["unserialize_max_depth"] = [(null, "4096")],
        ["upload_max_filesize"] = [(null, "2M")],
        ["user_ini.filename"] = [(null, ".user.ini")],
        ["variables_order"] = [(null, "EGPCS")],
        ["zend.assertions"] = [(null, "1")],
        ["zend.exception_ignore_args"] = [(null, Off)],
        // Of extensions that are part of most builds.
        ["ffi.enable"] = [(null, "preload")],
        ["opcache.enable"] = [(null, On)],
        ["opcache.validate_permission"] = [(null, Off)],
        ["phar.readonly"] = [(null, On)],
        ["phar.require_hash"] = [(null, On)],
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public static IEnumerable<string> Known => defaults.Keys;

    public static bool IsSwitch(string name) => switches.Contains(name);

    /// <summary>A switch as on or off, as PHP reads its text; what errors may be shown on besides stays.</summary>
    public static Setting Normal(Setting setting, string name)
    {
        if (setting.Needs is not null || !switches.Contains(name) || (name == "display_errors" && setting.Value.Equals("stderr", StringComparison.OrdinalIgnoreCase))) return setting;
        return setting with { Arguments = [IsOn(setting.Value, name) ? On : Off] };
    }

    public static Setting? Default(string name, string? version)
    {
        if (!defaults.TryGetValue(name, out var changes)) return null;
        if (changes is [(null, var always)]) return new Setting(name, [always], Origin.Default("PHP"));
        if (version is null) return new Setting(name, [], Origin.Default("PHP")) { Needs = "the version of PHP, on which the default depends" };
        foreach (var (from, value) in changes)
            if (from is null || (VersionSchemes.Named("generic")!.TryCompare(version, from, out var order) && order >= 0)) return new Setting(name, [value], Origin.Default($"PHP {version}"));
        return null;
    }

    /// <summary>What `-1` forbids of assertions and what guards archives is decided before a pool has its say: there it can only be made stricter.</summary>
    /// <param name="current">What holds until then.</param>
    /// <param name="ofIni">What held at the start.</param>
    public static bool Counts(string name, string ofPool, string current, string ofIni) => name switch
    {
        "zend.assertions" => ofPool == current || (!ofPool.StartsWith('-') && !current.StartsWith('-')),
        "phar.readonly" or "phar.require_hash" => ofPool == On || ofIni == Off,
        _ => true,
    };

    private static bool IsOn(string value, string name)
    {
        if (value.Equals("on", StringComparison.OrdinalIgnoreCase) || value.Equals("yes", StringComparison.OrdinalIgnoreCase) || value.Equals("true", StringComparison.OrdinalIgnoreCase) || (name == "display_errors" && value.Equals("stdout", StringComparison.OrdinalIgnoreCase))) return true;
        var digits = value.AsSpan().Trim(" \t\n\r\v\f").TrimStart("+-");
        var end = 0;
        while (end < digits.Length && char.IsAsciiDigit(digits[end])) end++;
        return digits[..end].ContainsAnyExcept('0');
    }
}
