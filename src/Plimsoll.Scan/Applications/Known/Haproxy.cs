using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>haproxy(1): `-f` names files or folders (their `*.cfg`); without it nothing is read.</summary>
internal sealed class Haproxy : IKnownApplication
{
    public string Name => "haproxy";
    public ImmutableArray<string> Executables => ["haproxy"];
    public ImmutableArray<string> VersionVariables => ["HAPROXY_VERSION"];

    public bool GoesToBackground(Process process) => Parse(process).Last("-D") is not null;

    public IEnumerable<ImageFile> ConfigFiles(ConfigSearch search) =>
        Parse(search.Process).Given.Where(option => option.Name == "-f").SelectMany(option =>
            search.Programs.TryFindAny(search.Process.WorkingDir, option.Value.Text, out var found) && found.IsFolder
                ? search.Files(found.Path, "*.cfg") : search.Files(option.Value.Text));

    private static Options Parse(Process process) => Options.Parse(process.Arguments, "fLnNpCmxS", [], mixed: true);
}
