using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>Option files of MySQL and MariaDB (MySQL manual, "Using Option Files").</summary>
internal static class OptionFiles
{
    public static IEnumerable<ImageFile> Find(ConfigSearch search)
    {
        var options = Options.Parse(search.Process.Arguments, "", ["--defaults-file", "--defaults-extra-file"], mixed: true);
        if (options.Last("--no-defaults") is not null) return [];
        var main = options.Last("--defaults-file") is { } only
            ? search.Files(only.Text)
            : [.. search.Files("/etc/my.cnf", "/etc/mysql/my.cnf"), .. options.Last("--defaults-extra-file") is { } extra ? search.Files(extra.Text) : []];
        return search.WithIncludes(main, line => ConfigSearch.After(line, "!includedir") is { } folder ? folder.TrimEnd('/') + "/*.cnf" : ConfigSearch.After(line, "!include"));
    }
}
