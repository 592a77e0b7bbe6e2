using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// The image itself as a configuration: `user`, `env NAME VALUE`, `port`, `volume`, `healthcheck`, what a deployment says over it
/// (`deployment NAME`, `privileged`, `read-only-root`, `capability-drop`, `host-mount` and others), and of its files what a container
/// does not need: `setuid`, `shell`, `package-manager`, `download-tool`. Rules for it stand in rules/image.
/// </summary>
internal sealed class ImagePosture : IHardenedApplication
{
    public const string Id = "image";

    /// <summary>Files of one kind that are told.</summary>
    private const int MostFiles = 100;

    private static readonly string[] folders = ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];
    private static readonly string[] shells = ["sh", "bash", "dash", "ash", "zsh", "ksh", "busybox"];
    private static readonly string[] packageManagers = ["apt-get", "apt", "dpkg", "apk", "yum", "dnf", "microdnf", "rpm", "zypper", "pacman", "pip", "pip3", "npm", "gem"];
    private static readonly string[] tools = ["curl", "wget", "nc", "ncat", "netcat", "socat", "telnet", "gcc", "cc", "make", "gdb", "strace", "tcpdump", "nmap", "ssh"];

    public string Name => Id;

    /// <summary>A Dockerfile is, and it is not in the image.</summary>
    public bool IsWritten => false;

    public ImmutableArray<ExampleFrame> Frames => [new("image", "/app/README", "{}", ["/app/server"], [])];

    /// <summary>A gap is one of its key alone: files that were not listed leave the user known.</summary>
    public Found Find(Scope scope, string key) => scope.Here(key) with { Gap = scope.Block.Children.FirstOrDefault(child => child.IsGap && child.Key.Equals(key, StringComparison.OrdinalIgnoreCase)) };

    public ImmutableArray<Setting> Configure(Hardening.Subject subject)
    {
        var config = subject.Image.Config;
        var settings = ImmutableArray.CreateBuilder<Setting>();
        var process = subject.Process.User;
        var userOrigin = subject.Deployment?.User is null ? Origin.Image("USER") : Origin.Deployment("user of the deployment");
        settings.Add(new Setting("user", [Normal(config.User)], userOrigin));
        settings.Add(new Setting("process-user", [Normal(process)], process == config.User ? userOrigin : Origin.Entrypoint(subject.Process.Evidence.Length > 0 ? subject.Process.Evidence[^1] : "")));
        settings.Add(new Setting("application", [subject.Application.Name], Origin.Image("start command")));
        foreach (var pair in config.Env)
            if (pair.IndexOf('=', StringComparison.Ordinal) is var equals and > 0) settings.Add(new Setting("env", [pair[..equals], pair[(equals + 1)..]], Origin.Environment(pair[..equals])));
        foreach (var port in config.ExposedPorts) settings.Add(new Setting("port", [port], Origin.Image("EXPOSE")));
        foreach (var volume in config.Volumes) settings.Add(new Setting("volume", [volume], subject.Deployment?.Unseen(volume) is null ? Origin.Image("VOLUME") : Origin.Deployment("mounts of the deployment")));
        if (config.HasHealthcheck) settings.Add(new Setting("healthcheck", [], Origin.Image("HEALTHCHECK")));
        settings.AddRange(subject.Deployment?.Settings ?? []);
        if (subject.Deployment?.EnvironmentGap is { } gap) settings.Add(Setting.Gap("env", [], Origin.Deployment("environment"), gap));
        AddSetuid(subject.Files, settings);
        foreach (var (key, names) in (ReadOnlySpan<(string, string[])>)[("shell", shells), ("package-manager", packageManagers), ("tool", tools)])
            foreach (var path in Programs(subject.Files, names)) settings.Add(new Setting(key, [path], Origin.Image(path)));
        return settings.ToImmutable();
    }

    private static string Normal(string user) => user.Split(':')[0] is "" or "0" or "root" ? "root" : user;

    /// <summary>Files that run as their owner or group whoever starts them (execve(2)), by path.</summary>
    private static void AddSetuid(ImageFiles files, ImmutableArray<Setting>.Builder settings)
    {
        var tree = files.Tree;
        var found = new List<ImageFile>();
        for (var node = 0; node < tree.NodeCount; node++)
        {
            var entry = tree.Visible(node);
            if (entry == FileTree.None || (tree.EntryAt(entry).Mode & 0xC00) == 0) continue;
            var file = new ImageFile(files, node);
            // Setgid alone on what is not executable for the group is a mark for locking, and no right.
            if (file.IsFile && ((file.Permissions & 0x800) != 0 || (file.Permissions & 0x408) == 0x408)) found.Add(file);
        }
        foreach (var file in found.OrderBy(file => file.Path, StringComparer.Ordinal).Take(MostFiles))
            settings.Add(new Setting("setuid", [file.Path, Convert.ToString(file.Permissions, 8)], Origin.At(file.At())));
        if (found.Count > MostFiles) settings.Add(Setting.Gap("setuid", [], Origin.Image("files"), string.Create(CultureInfo.InvariantCulture, $"a look at {found.Count - MostFiles:N0} more files with setuid")));
    }

    private static IEnumerable<string> Programs(ImageFiles files, string[] names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
            foreach (var folder in folders)
                if (files.TryFind($"{folder}/{name}", out var file) && file.IsFile && seen.Add($"{file.Path}"))
                {
                    yield return $"{folder}/{name}";
                    break;
                }
    }
}
