using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Known;

/// <summary>sshd(8): `-f` names the file, else /etc/ssh/sshd_config; `Include` counts from /etc/ssh.</summary>
internal sealed class OpenSsh : IKnownApplication
{
    public string Name => "openssh";
    public ImmutableArray<string> Executables => ["sshd"];
    public ImmutableArray<string> VersionVariables => [];

    public bool GoesToBackground(Process process) => Parse(process).Last("-D", "-d", "-t", "-T") is null;

    public IEnumerable<ImageFile> ConfigFiles(ConfigSearch search) =>
        search.WithIncludes(search.Files(Parse(search.Process).Last("-f")?.Text ?? "/etc/ssh/sshd_config"), line => ConfigSearch.After(line, "Include"), "/etc/ssh");

    private static Options Parse(Process process) => Options.Parse(process.Arguments, "fbCcEghkoup", [], mixed: true);
}
