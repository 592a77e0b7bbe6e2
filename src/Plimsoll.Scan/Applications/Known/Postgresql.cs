using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>postgres(1): `-D` or PGDATA names the data folder, `-c config_file=` the main file; Debian keeps it in /etc/postgresql/VERSION/CLUSTER.</summary>
internal sealed class Postgresql : IKnownApplication
{
    public string Name => "postgresql";
    public ImmutableArray<string> Executables => ["postgres", "postmaster", "pg_ctlcluster"];
    public ImmutableArray<string> VersionVariables => ["PG_VERSION"];

    public IEnumerable<ImageFile> ConfigFiles(ConfigSearch search)
    {
        var options = Options.Parse(search.Process.Arguments, "BcCdDhkNpStWorf", ["--config-file", "--config_file"], mixed: true);
        var data = options.Last("-D")?.Text ?? search.Process.EnvValue("PGDATA") ?? "";
        var named = options.Last("--config-file", "--config_file")?.Text
            ?? options.Given.Where(option => option.Name == "-c").Select(option => ConfigSearch.After(option.Value.Text, "config_file", "config-file")).LastOrDefault(value => value is not null);
        var main = named is not null ? search.Files(named) : data.Length > 0 ? search.Files(data, "postgresql.conf") : search.Files("/etc/postgresql/*/*/postgresql.conf");
        var first = main.ToList();
        var all = search.WithIncludes(first, line => ConfigSearch.After(line, "include_dir") is { } folder ? folder.Trim() + "/*.conf" : ConfigSearch.After(line, "include", "include_if_exists"));
        var access = first.Count > 0 ? first[0].Parent.Path : data;
        return access.Length == 0 ? all : [.. all, .. search.Files(access, "pg_hba.conf")];
    }
}
