using System.Collections.Frozen;
using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Hardening.Grammars;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// sshd(8): options of the command line first, then the file of `-f` or the built-in one, each `Include` in its place. Of a keyword the first counts; a
/// `Match` block that applies goes before what stands outside. Not keywords, but files that are in the image: `host-key-in-image` and
/// `authorized-keys-in-image`, with their paths.
/// </summary>
internal sealed class OpenSsh : IHardenedApplication
{
    private const string Arguments = "the command line";

    /// <summary>Keywords that add up.</summary>
    private static readonly FrozenSet<string> several = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase, "AcceptEnv", "AllowGroups", "AllowUsers", "DenyGroups", "DenyUsers", "HostCertificate", "HostKey", "ListenAddress", "LogVerbose", "Port", "Subsystem", SshdGrammar.Match, OpenSshKeys.HostKey, OpenSshKeys.AuthorizedKeys);

    /// <summary>Former names of keywords, which sshd takes as the present ones.</summary>
    private static readonly FrozenDictionary<string, string> aliases = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["ChallengeResponseAuthentication"] = "KbdInteractiveAuthentication",
        ["DSAAuthentication"] = "PubkeyAuthentication",
        ["HostbasedAcceptedKeyTypes"] = "HostbasedAcceptedAlgorithms",
        ["HostDSAKey"] = "HostKey",
        ["KeepAlive"] = "TCPKeepAlive",
        ["PubkeyAcceptedKeyTypes"] = "PubkeyAcceptedAlgorithms",
        ["SKeyAuthentication"] = "KbdInteractiveAuthentication",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> algorithms = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "Ciphers", "MACs", "KexAlgorithms");

    public string Name => "openssh";

    public ImmutableArray<ExampleFrame> Frames { get; } = [new("conf", OpenSshFiles.Folder + "/sshd_config", "{}", ["/usr/sbin/sshd", "-D"], [])];

    public ServerCheck Check { get; } = new("/usr/sbin/sshd", OpenSshFiles.Folder + "/sshd_config", ["-t", "-f", "{main}", "-h", "{folder}host_key"])
    {
        Keys = ["host_key"],
        Lacking = ["Missing privilege separation directory", "Unsupported option"],
    };

    public ImmutableArray<Setting> Configure(Subject subject)
    {
        var options = Options.Parse(subject.Process.Arguments, "fbCcEghkoup", [], mixed: true);
        var settings = ImmutableArray.CreateBuilder<Setting>();
        settings.AddRange(StartScripts.Gaps(subject, "/etc/ssh/sshd_config"));
        foreach (var (name, value) in options.Given) Add(name, value, settings, subject);
        foreach (var word in options.Rest)
            if (!word.Known) settings.Add(Setting.Gap("", [word.Text], Origin.Argument(word.Text), $"the value of `{word.Text}` when the container starts"));
        var file = new OpenSshFiles(subject).Main(options.Last("-f"));
        var ports = settings.Any(setting => setting.Key == "Port" && setting.Origin.Detail == "-p");
        settings.AddRange(file.Where(setting => !ports || !setting.Key.Equals("Port", StringComparison.OrdinalIgnoreCase)).Select(setting => Resolved(setting, subject.Version)));
        settings.AddRange(OpenSshKeys.InImage(subject, this, [.. settings]));
        return settings.ToImmutable();
    }

    public Setting? Default(string key, string? version) => OpenSshDefaults.Of(key, version);

    /// <summary>Blocks that apply go before what stands outside, and in each the first counts; a gap may hold any keyword or block.</summary>
    public Found Find(Scope scope, string key)
    {
        if (!scope.MayHave(key)) return Found.Nothing;
        var way = scope.Outwards.Select(at => at.Block).ToHashSet(ReferenceEqualityComparer.Instance);
        var root = scope.Outwards.Last().Block;
        var (inside, outside) = (new List<Setting>(), new List<Setting>());
        Setting? gap = null;
        Collect(root, inBlock: false);
        var found = inside.Count > 0 ? inside : outside;
        return new Found(found.Count > 1 && !several.Contains(key) ? [found[0]] : found, gap);

        void Collect(Setting block, bool inBlock)
        {
            foreach (var child in block.Children)
                if (child.IsGap) gap ??= child;
                else if (child.Key.Equals(key, StringComparison.OrdinalIgnoreCase)) (inBlock ? inside : outside).Add(child);
                else if (child.IsBlock && (way.Contains(child) || IsForAll(child))) Collect(child, inBlock: true);
        }
    }

    /// <summary>`Match all`, or only criteria that every connection meets.</summary>
    private static bool IsForAll(Setting match)
    {
        if (match.Arguments is [var only]) return only.Equals("all", StringComparison.OrdinalIgnoreCase);
        for (var i = 1; i < match.Arguments.Length; i += 2)
            if (match.Arguments[i] != "*") return false;
        return match.Arguments.Length % 2 == 0;
    }

    private static void Add(string name, Value value, ImmutableArray<Setting>.Builder settings, Subject subject)
    {
        var origin = Origin.Argument(name);
        if (!value.Known)
        {
            settings.Add(Setting.Gap("", [value.Text], origin, $"the value of `{value.Text}` when the container starts"));
            return;
        }
        if (name == "-o")
        {
            if (!SshdGrammar.TryLine(value.Text, origin, out var setting, out var message)) subject.Problems.Report(ProblemKind.Malformed, Arguments, $"{message}; sshd would not start with `-o {Quote.Line(value.Text)}`");
            else if (setting is not null) settings.Add(Resolved(setting, subject.Version));
            return;
        }
        var (key, argument) = name switch
        {
            "-p" => ("Port", value.Text),
            "-h" => ("HostKey", value.Text),
            "-c" => ("HostCertificate", value.Text),
            "-g" => ("LoginGraceTime", value.Text),
            "-d" => ("LogLevel", "DEBUG"),
            "-q" => ("LogLevel", "QUIET"),
            "-4" => ("AddressFamily", "inet"),
            "-6" => ("AddressFamily", "inet6"),
            _ => ("", ""),
        };
        if (key.Length > 0) settings.Add(new Setting(key, [argument], origin));
    }

    /// <summary>Present names, and lists of algorithms that say how the default changes written out.</summary>
    private static Setting Resolved(Setting setting, string? version)
    {
        if (setting.IsBlock) return setting with { Children = [.. setting.Children.Select(child => Resolved(child, version))] };
        if (aliases.TryGetValue(setting.Key, out var present)) setting = setting with { Key = present };
        if (!algorithms.Contains(setting.Key) || setting.Arguments is not [['+' or '-' or '^', ..] change]) return setting;
        if (OpenSshDefaults.Of(setting.Key, version) is not { Needs: null, Arguments: [var usual] }) return setting with { Needs = "the algorithms that this version of openssh has by default" };
        var (before, names) = (usual.Split(','), change[1..].Split(','));
        var listed = change[0] switch
        {
            '+' => before.Concat(names.Except(before)),
            '^' => names.Concat(before.Except(names)),
            _ => before.Where(name => !Array.Exists(names, pattern => ImageGlob.Matches(pattern, name))),
        };
        return setting with { Arguments = [string.Join(',', listed)] };
    }
}
