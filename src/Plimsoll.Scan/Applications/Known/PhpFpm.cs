using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>php-fpm(8): `-y` names its file, `-c` php.ini; Debian keeps both under /etc/php/VERSION/fpm, the source build under /usr/local/etc.</summary>
internal sealed class PhpFpm : IKnownApplication
{
    public string Name => "php-fpm";
    public ImmutableArray<string> Executables => ["php-fpm", "php-fpm7", "php-fpm8"];
    public ImmutableArray<string> VersionVariables => ["PHP_VERSION"];

    public bool GoesToBackground(Process process) => Parse(process).Last("-D", "--daemonize") is not null;

    public IEnumerable<ImageFile> ConfigFiles(ConfigSearch search)
    {
        var options = Parse(search.Process);
        var version = search.Executable.Name["php-fpm".Length..];
        var debian = $"/etc/php/{version}/fpm";
        var pools = options.Last("-y", "--fpm-config") is { } given ? search.Files(given.Text) : search.First("/usr/local/etc/php-fpm.conf", $"{debian}/php-fpm.conf", $"/etc/php{version}/php-fpm.conf", "/etc/php-fpm.conf");
        var all = search.WithIncludes(pools, line => ConfigSearch.After(line.Replace(" = ", "=", StringComparison.Ordinal), "include"), pools.Any(file => file.Path.StartsWith("/usr/local/", StringComparison.Ordinal)) ? "/usr/local" : null);
        var ini = options.Last("-c") is { } settings ? search.Files(settings.Text) : search.First("/usr/local/etc/php/php.ini", $"{debian}/php.ini", $"/etc/php{version}/php.ini", "/etc/php.ini");
        return [.. ini, .. search.Files("/usr/local/etc/php/conf.d/*.ini", $"{debian}/conf.d/*.ini"), .. all];
    }

    private static Options Parse(Process process) => Options.Parse(process.Arguments, "cdgpyz", ["--php-ini", "--fpm-config", "--prefix", "--pid"], mixed: true);
}
