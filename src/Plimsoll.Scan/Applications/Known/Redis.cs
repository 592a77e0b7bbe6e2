using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>redis-server and its forks: the first operand is the file; without one nothing is read. `include` is followed.</summary>
internal sealed class Redis : IKnownApplication
{
    public string Name => "redis";
    public ImmutableArray<string> Executables => ["redis-server", "redis-sentinel", "redis-stack-server"];
    public ImmutableArray<string> VersionVariables => ["REDIS_VERSION"];

    public bool GoesToBackground(Process process)
    {
        var at = process.Argv.IndexOf("--daemonize");
        return at >= 0 && at + 1 < process.Argv.Length && process.Argv[at + 1].Text == "yes";
    }

    public IEnumerable<ImageFile> ConfigFiles(ConfigSearch search) =>
        search.Process.Argv is [_, { Known: true, Text: not ['-', ..] } file, ..]
            ? search.WithIncludes(search.Files(file.Text), line => ConfigSearch.After(line, "include"), search.Process.WorkingDir) : [];
}
