using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>memcached(1) has no configuration file: its command line is all.</summary>
internal sealed class Memcached : IKnownApplication
{
    public string Name => "memcached";
    public ImmutableArray<string> Executables => ["memcached", "systemd-memcached-wrapper"];
    public ImmutableArray<string> VersionVariables => ["MEMCACHED_VERSION"];

    public bool GoesToBackground(Process process) => Options.Parse(process.Arguments, "pUslaumcktDLRCbBIfnoe", [], mixed: true).Last("-d", "--daemon") is not null;

    public IEnumerable<ImageFile> ConfigFiles(ConfigSearch search) => [];
}
