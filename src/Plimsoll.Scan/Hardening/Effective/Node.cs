using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Hardening.Grammars;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// node(1), under every application that it runs: options of NODE_OPTIONS, then those of the command line, of which the last counts; variables NODE_*, those of `--env-file` where
/// the environment does not set them. An option that is switched on is `true`, one behind `--no-` is `false`. Besides: `started-by`, a package manager or development tool in between;
/// `token-file`, files with credentials for registries; `development-dependency`, packages that are there and that only development needs.
/// </summary>
internal sealed class Node : IHardenedApplication
{
    private static readonly string[] tools = ["nodemon", "ts-node", "tsx"];
    private static readonly string[] headers = ["/usr/local/include/node/node_version.h", "/usr/include/node/node_version.h", "/usr/include/nodejs/src/node_version.h"];

    public string Name => "node";

    /// <summary>An example needs a program besides, so it is files and a command.</summary>
    public ImmutableArray<ExampleFrame> Frames => [];

    /// <summary>It reads all options before it says its version, and runs nothing.</summary>
    public ServerCheck Check { get; } = new("node", "", ["--version", ServerCheck.Command]) { Folder = "/app/", Passed = "NODE_", Lacking = ["bad option"] };

    public bool IsFor(Application application) => application.Runtime is "node" or "nodejs" || tools.Contains(application.Runtime);

    public string? Version(Subject subject)
    {
        if (subject.Process.EnvValue("NODE_VERSION") is { Length: > 0 } stated) return stated;
        foreach (var path in headers)
            if (subject.TryFind("/", path, out var file) && subject.TryRead(file, out var text) && Number(text, "MAJOR") is { } major && Number(text, "MINOR") is { } minor && Number(text, "PATCH") is { } patch) return $"{major}.{minor}.{patch}";
        return null;
    }

    public ImmutableArray<Setting> Configure(Subject subject)
    {
        var settings = ImmutableArray.CreateBuilder<Setting>();
        var ofFiles = EnvironmentFiles(subject, settings);
        var isTool = tools.Contains(subject.Process.Name);
        var command = isTool ? [] : NodeOptions.Of(subject.Process.Arguments);
        if (subject.Process.Env.TryGetValue("NODE_OPTIONS", out var given)) settings.AddRange(NodeOptions.Of(given));
        else if (ofFiles.LastOrDefault(variable => variable.Key == "NODE_OPTIONS") is { } set) settings.AddRange(NodeOptions.Of(set.Value).Select(option => option with { Origin = set.Origin }));
        settings.AddRange(command);
        foreach (var (name, value) in subject.Process.Env)
            if (name.StartsWith("NODE_", StringComparison.Ordinal) && name != "NODE_OPTIONS")
                settings.Add(new Setting(name, [value.Text], Origin.Environment(name)) { Needs = value.Known ? null : $"the value of {name} when the container starts" });
        // A variable of the environment goes before one of a file, and a later file before an earlier one.
        settings.AddRange(ofFiles.Where(variable => variable.Key.StartsWith("NODE_", StringComparison.Ordinal) && variable.Key != "NODE_OPTIONS" && !subject.Process.Env.ContainsKey(variable.Key)));
        if (isTool) settings.Add(new Setting("started-by", [subject.Process.Name], Origin.Image("start command")));
        else if (subject.Process.Evidence.LastOrDefault(step => step.Contains(" runs the script `", StringComparison.Ordinal)) is { } step) settings.Add(new Setting("started-by", [step.Split(' ')[0]], Origin.Image("start command")));
        settings.AddRange(NodePackage.Findings(subject));
        return settings.ToImmutable();
    }

    private static List<Setting> EnvironmentFiles(Subject subject, ImmutableArray<Setting>.Builder settings)
    {
        var all = new List<Setting>();
        if (tools.Contains(subject.Process.Name)) return all;
        foreach (var option in NodeOptions.Of(subject.Process.Arguments).Where(option => option.Key is "--env-file" or "--env-file-if-exists" && option.Needs is null))
            if (!subject.TryFind(subject.Process.WorkingDir, option.Value, out var file))
            {
                if (option.Key == "--env-file") settings.Add(Subject.Missing("", Programs.Absolute(subject.Process.WorkingDir, option.Value), option.Origin));
            }
            else if (subject.TryRead(file, out var text)) all.AddRange(EnvFileGrammar.Parse(text, file.At()).Settings);
            else settings.Add(Subject.Unread("", file, option.Origin));
        return all;
    }

    /// <summary>`#define NODE_MAJOR_VERSION 22`.</summary>
    private static string? Number(string header, string part)
    {
        var marker = $"#define NODE_{part}_VERSION ";
        var at = header.IndexOf(marker, StringComparison.Ordinal);
        return at < 0 ? null : header[(at + marker.Length)..].Split('\n')[0].Trim();
    }
}
