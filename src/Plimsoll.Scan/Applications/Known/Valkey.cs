using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>valkey-server, which is started and configured as redis-server is.</summary>
internal sealed class Valkey : IKnownApplication
{
    private readonly Redis redis = new();

    public string Name => "valkey";
    public ImmutableArray<string> Executables => ["valkey-server", "valkey-sentinel"];
    public ImmutableArray<string> VersionVariables => ["VALKEY_VERSION"];

    public bool GoesToBackground(Process process) => redis.GoesToBackground(process);

    public IEnumerable<ImageFile> ConfigFiles(ConfigSearch search) => redis.ConfigFiles(search);
}
