using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>mysql server: `--defaults-file` alone, or /etc/my.cnf, /etc/mysql/my.cnf with `!include` and `!includedir`, and `--defaults-extra-file`.</summary>
internal sealed class Mysql : IKnownApplication
{
    public string Name => "mysql";
    public ImmutableArray<string> Executables => ["mysqld", "mysqld_safe"];
    public ImmutableArray<string> VersionVariables => ["MYSQL_VERSION"];

    public bool GoesToBackground(Process process) => process.Argv.Any(word => word.Text is "--daemonize" or "-D");

    public IEnumerable<ImageFile> ConfigFiles(ConfigSearch search) => OptionFiles.Find(search);
}
