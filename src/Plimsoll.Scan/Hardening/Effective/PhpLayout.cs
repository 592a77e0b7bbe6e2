using Plimsoll.Scan.Applications;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>Where a build of php-fpm looks for its files.</summary>
/// <param name="Prefix">What relative paths of its configuration count from.</param>
/// <param name="Pools">The main file of php-fpm.</param>
/// <param name="Ini">The folder of php.ini.</param>
/// <param name="Scanned">The folder whose `*.ini` are read behind that.</param>
internal sealed record PhpLayout(string Prefix, string Pools, string Ini, string Scanned)
{
    private static readonly PhpLayout source = new("/usr/local", "/usr/local/etc/php-fpm.conf", "/usr/local/etc/php", "/usr/local/etc/php/conf.d");
    private static readonly PhpLayout fedora = new("/usr", "/etc/php-fpm.conf", "/etc", "/etc/php.d");

    /// <summary>The name tells Debian's (`php-fpm8.2`) and Alpine's (`php-fpm83`), the files that are there the others: built as the official image is, or Fedora's.</summary>
    public static PhpLayout Of(Subject subject)
    {
        var name = new Programs(subject.Files, subject.Problems).TryFind(subject.Process, out var found) ? found.Name : subject.Process.Name;
        var version = name.StartsWith("php-fpm", StringComparison.Ordinal) ? name["php-fpm".Length..] : "";
        if (version.Contains('.', StringComparison.Ordinal)) return new PhpLayout("/usr", $"/etc/php/{version}/fpm/php-fpm.conf", $"/etc/php/{version}/fpm", $"/etc/php/{version}/fpm/conf.d");
        if (version.Length > 0) return new PhpLayout("/usr", $"/etc/php{version}/php-fpm.conf", $"/etc/php{version}", $"/etc/php{version}/conf.d");
        return !subject.TryFind("/", source.Pools, out _) && subject.TryFind("/", fedora.Pools, out _) ? fedora : source;
    }
}
