using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>mariadb server: `--defaults-file` alone, or /etc/my.cnf, /etc/mysql/my.cnf with `!include` and `!includedir`, and `--defaults-extra-file`.</summary>
internal sealed class Mariadb : IKnownApplication
{
    public string Name => "mariadb";
    public ImmutableArray<string> Executables => ["mariadbd", "mariadbd-safe"];
    public ImmutableArray<string> VersionVariables => ["MARIADB_VERSION"];

    public bool GoesToBackground(Process process) => process.Argv.Any(word => word.Text is "--daemonize" or "-D");

    public IEnumerable<ImageFile> ConfigFiles(ConfigSearch search) => OptionFiles.Find(search);
}
