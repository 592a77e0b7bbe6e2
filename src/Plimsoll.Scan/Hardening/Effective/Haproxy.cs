using System.Collections.Frozen;
using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// haproxy(1): each `-f` in its order, a folder with its files `*.cfg`; `--` and what follows it are files too. A frontend, backend or listen takes what it does not say
/// from the section `defaults` that it names with `from`, else from the last one before it.
/// </summary>
internal sealed class Haproxy : IHardenedApplication
{
    /// <summary>Of which every one counts; those of `defaults` come first.</summary>
    private static readonly FrozenSet<string> several = FrozenSet.Create(
        StringComparer.Ordinal,
        "acl", "bind", "errorfile", "frontend", "backend", "listen", "defaults", "userlist", "user", "group", "http-request", "http-response", "http-after-response", "log", "server", "server-template", "stats socket", "stats auth", "stats http-request", "stats admin", "tcp-request", "tcp-response", "use_backend", "lua-load", "lua-load-per-thread", "program", "command", "monitor-uri");

    /// <summary>Of which those in `defaults` say nothing for a proxy.</summary>
    private static readonly FrozenSet<string> local = FrozenSet.Create(StringComparer.Ordinal, "acl", "bind", "server", "server-template", "use_backend", "user", "group", "stats socket");

    public string Name => "haproxy";

    public FilePattern Files => FilePattern.WithExtension(".cfg");

    public ImmutableArray<ExampleFrame> Frames { get; } =
    [
        Frame("main", "{}"),
        Frame("global", "global\n{}\n" + Rest),
        Frame("defaults", Global + "defaults\n    mode http\n{}frontend web\n    bind :8080\n    default_backend app\nbackend app\n    server a 192.0.2.1:80\n"),
        Frame("frontend", Global + "defaults\n    mode http\n    log global\n    timeout connect 5s\n    timeout client 30s\n    timeout server 30s\n    timeout http-request 10s\nfrontend web\n{}    default_backend app\nbackend app\n    server a 192.0.2.1:80\n"),
        Frame("backend", Global + "defaults\n    mode http\n    log global\n    timeout connect 5s\n    timeout client 30s\n    timeout server 30s\n    timeout http-request 10s\nfrontend web\n    bind :8080\n    default_backend app\nbackend app\n{}"),
    ];

    public ServerCheck Check { get; } = new("haproxy", "/usr/local/etc/haproxy/haproxy.cfg", ["-c", "-f", "{main}"]) { Taken = ["no error but will not start"] };

    private const string Global = "global\n    log stdout format raw local0\n    chroot /var/empty\n    user haproxy\n    group haproxy\n";
    private const string Rest = "defaults\n    mode http\n    log global\n    timeout connect 5s\n    timeout client 30s\n    timeout server 30s\n    timeout http-request 10s\nfrontend web\n    bind :8080\n    default_backend app\nbackend app\n    server a 192.0.2.1:80\n";

    public ImmutableArray<Setting> Configure(Subject subject)
    {
        var process = subject.Process;
        var options = Options.Parse(process.Arguments, "fLnNpCmxS", [], mixed: true);
        var reading = new HaproxyReading(subject);
        var folder = options.Last("-C") is { Known: true } change ? Programs.Absolute(process.WorkingDir, change.Text) : process.WorkingDir;
        var separator = process.Argv.IndexOf("--");
        var named = options.Given.Where(option => option.Name == "-f").Select(option => option.Value).Concat(separator < 0 ? [] : process.Argv.Skip(separator + 1)).ToList();
        foreach (var name in named) Read(name);
        if (named.Count == 0) reading.Gap(Setting.Gap("", [], Origin.Argument("-f"), "a file, which the command does not name"));
        if (process.Arguments.ToArray().FirstOrDefault(word => !word.Known) is { Text: not null } unknown && !named.Contains(unknown))
            reading.Gap(Setting.Gap("", [unknown.Text], Origin.Argument(unknown.Text), $"the value of `{unknown.Text}` when the container starts"));
        var first = ImmutableArray.CreateBuilder<Setting>();
        first.Add(new Setting("process-user", [process.User.Split(':')[0] is "" or "0" or "root" ? "root" : process.User.Split(':')[0]], Origin.Image("USER")));
        // It turns the check off before the files are read.
        if (process.Argv.Contains("-dV")) first.Add(new Setting("ssl-server-verify", ["none"], Origin.Argument("-dV")));
        return reading.Result(first);

        void Read(Value name)
        {
            if (!name.Known) reading.Gap(Setting.Gap("", [name.Text], Origin.Argument("-f"), $"the value of `{name.Text}` when the container starts"));
            else if (subject.TryFind(folder, name.Text, out var file)) reading.ReadFile(file);
            else if (subject.Files.TryFind(Programs.Absolute(folder, name.Text), out var found) && found.IsFolder)
            {
                foreach (var below in found.Children().Where(child => child.IsFile && child.Name.EndsWith(".cfg", StringComparison.Ordinal) && child.Name[0] != '.').OrderBy(child => child.Name, StringComparer.Ordinal)) reading.ReadFile(below);
                if (subject.IsVolume(found.Path)) reading.Gap(Setting.Gap("", [name.Text], Origin.Argument("-f"), $"what is mounted at {found.Path}"));
            }
            else reading.Gap(Subject.Missing("", Programs.Absolute(folder, name.Text), Origin.Argument("-f")));
        }
    }

    public Found Find(Scope scope, string key)
    {
        if (!scope.MayHave(key)) return Found.Nothing;
        var gap = scope.Gap ?? scope.Outwards.Last().Gap;
        if (several.Contains(key))
        {
            List<Setting> all = [];
            foreach (var at in local.Contains(key) ? [scope] : Sources(scope).Reverse())
                foreach (var setting in at.Block.Children)
                    if (setting.Key == key) all.Add(setting);
                    else if (setting.Key == "no log" && key == "log") all.Clear();
            return new Found(all, gap);
        }
        foreach (var at in Sources(scope))
        {
            var children = at.Block.Children;
            for (var i = children.Length - 1; i >= 0; i--)
                if (children[i].IsGap) return new Found([], children[i]);
                else if (children[i].Key == key) return new Found([Timed(children[i])], null);
                else if (children[i].Key == "no " + key || children[i].Key == "default " + key) return Found.Nothing;
        }
        return new Found([], gap);
    }

    public Setting? Default(string key, string? version) => key switch
    {
        "mode" => new Setting(key, ["tcp"], Origin.Default(Name)),
        "ssl-server-verify" => new Setting(key, ["required"], Origin.Default(Name)),
        _ => null,
    };

    /// <summary>The section, then the defaults that it takes, each of which may take others.</summary>
    private static IEnumerable<Scope> Sources(Scope scope)
    {
        yield return scope;
        if (scope.Parent is not { } root || scope.Block.Key is not ("frontend" or "backend" or "listen" or "defaults")) yield break;
        var sections = root.Block.Children;
        var seen = new HashSet<int>();
        var place = 0;
        while (place < sections.Length && !ReferenceEquals(sections[place], scope.Block)) place++;
        var isProxy = scope.Block.Key != "defaults";
        for (var block = scope.Block; ;)
        {
            var from = block.Arguments.IndexOf("from") is >= 0 and var word && word + 1 < block.Arguments.Length ? block.Arguments[word + 1] : null;
            if (from is null && !isProxy) yield break;
            var next = -1;
            for (var i = place - 1; i >= 0 && next < 0; i--)
                if (sections[i].Key == "defaults" && (from is null || (sections[i].Arguments is [var name, ..] && name == from))) next = i;
            if (next < 0 || !seen.Add(next)) yield break;
            yield return new Scope(sections[next], root);
            (block, place, isProxy) = (sections[next], next, false);
        }
    }

    /// <summary>A time without a unit is milliseconds.</summary>
    private static Setting Timed(Setting setting) =>
        setting.Key.StartsWith("timeout ", StringComparison.Ordinal) && setting.Arguments is [var time, ..] && time.All(char.IsAsciiDigit) ? setting with { Arguments = setting.Arguments.SetItem(0, time + "ms") } : setting;

    private static ExampleFrame Frame(string name, string text) => new(name, "/usr/local/etc/haproxy/haproxy.cfg", text, ["/usr/local/sbin/haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"], ["HAPROXY_VERSION=2.6.12"]);
}
