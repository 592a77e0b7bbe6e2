using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Versions;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// memcached(1): arguments only, each by its long name; of one the last counts, `listen` adds up, and `-o` holds several, which come under their own names.
/// /etc/memcached.conf is Debian's: only its start script, systemd-memcached-wrapper, makes arguments of its lines. `process-user` is who it runs as:
/// root becomes the user of `-u`, without which memcached does not start as root.
/// </summary>
internal sealed class Memcached : IHardenedApplication
{
    private const string Wrapper = "systemd-memcached-wrapper";

    /// <summary>Letters that take a value, with their long names.</summary>
    private static readonly FrozenDictionary<string, string> valued = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["p"] = "port", ["U"] = "udp-port", ["s"] = "unix-socket", ["a"] = "unix-mask", ["l"] = "listen", ["u"] = "user", ["m"] = "memory-limit", ["c"] = "conn-limit", ["P"] = "pidfile", ["f"] = "slab-growth-factor", ["n"] = "slab-min-size",
        ["D"] = "enable-stats-prefix", ["t"] = "threads", ["R"] = "max-reqs-per-event", ["b"] = "listen-backlog", ["B"] = "protocol", ["I"] = "max-item-size", ["Y"] = "auth-file", ["e"] = "memory-file", ["N"] = "napi-ids", ["o"] = "extended",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> flags = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["A"] = "enable-shutdown", ["d"] = "daemon", ["r"] = "enable-coredumps", ["M"] = "disable-evictions", ["k"] = "lock-memory", ["v"] = "verbose", ["L"] = "enable-largepages", ["C"] = "disable-cas", ["S"] = "enable-sasl", ["F"] = "disable-flush-all",
        ["X"] = "disable-dumping", ["W"] = "disable-watch", ["Z"] = "enable-ssl",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> defaults = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["conn-limit"] = "1024",
        ["disable-dumping"] = "no",
        ["disable-flush-all"] = "no",
        ["disable-watch"] = "no",
        ["enable-sasl"] = "no",
        ["enable-shutdown"] = "no",
        ["enable-ssl"] = "no",
        ["enable-coredumps"] = "no",
        ["listen"] = "",
        ["max-item-size"] = "1m",
        ["memory-limit"] = "64",
        ["port"] = "11211",
        ["threads"] = "4",
        ["unix-mask"] = "700",
        ["unix-socket"] = "",
        ["auth-file"] = "",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public string Name => "memcached";

    public bool IsWritten => false;

    public ImmutableArray<ExampleFrame> Frames { get; } = [new("image", "/README", "{}", ["/usr/bin/memcached"], ["MEMCACHED_VERSION=1.6.18"])];

    /// <summary>On a socket of its own, whatever address the example says.</summary>
    public ServerCheck Check { get; } = new("memcached", "", ["-o", "ssl_chain_cert={folder}key,ssl_key={folder}key", ServerCheck.Command, "-u", "root", "-s", "{folder}socket", "-vv"])
    {
        Ready = "server listening",
        Keys = ["key"],
        Beside = [("memcached.conf", "")],
        Environment = [("SASL_CONF_PATH", "{folder}")],
        Lacking = ["unrecognized option", "Illegal suboption", "Error initializing sasl", "Could not open authfile", "Error loading the certificate chain"],
    };

    public ImmutableArray<Setting> Configure(Subject subject)
    {
        var settings = ImmutableArray.CreateBuilder<Setting>();
        if (subject.Process.EnvValue("MEMCACHED_PORT_FILENAME") is { } file) settings.Add(new Setting("port-file", [file], Origin.Environment("MEMCACHED_PORT_FILENAME")));
        if (subject.Process.Name == Wrapper) AddFile(subject, settings);
        else Add([.. subject.Process.Arguments], Origin.Argument, settings);
        // An `-l` with a port, or `-s`, leaves no UDP; `-p` alone was its port too, as long as UDP was on by default.
        var user = subject.Process.User.Split(':')[0];
        var isRoot = user is "" or "0" or "root";
        var named = settings.LastOrDefault(setting => setting.Key == "user");
        if (isRoot && named is not null) settings.Add(named with { Key = "process-user" });
        else settings.Add(new Setting("process-user", [isRoot ? "root" : user], Origin.Image("USER")));
        return settings.ToImmutable();
    }

    /// <summary>Each argument is seen whatever stands before and behind it; an unknown word may be any.</summary>
    public Found Find(Scope scope, string key)
    {
        var own = scope.Own(key);
        if (scope.Gap is null || key == "process-user") return new Found(own, null);
        if (own.Count == 0 || key == "listen") return new Found(own, scope.Gap);
        var children = scope.Block.Children;
        for (var i = children.Length - 1; i >= 0 && !ReferenceEquals(children[i], own[^1]); i--)
            if (children[i].IsGap) return new Found(own, children[i]);
        return new Found(own, null);
    }

    public Setting? Default(string key, string? version)
    {
        if (key != "udp-port") return defaults.TryGetValue(key, out var value) ? new Setting(key, value.Length == 0 ? [""] : [value], Origin.Default("memcached")) : null;
        // UDP was taken out of the default by the release that answered attacks through it.
        if (version is null) return new Setting(key, [], Origin.Default("memcached")) { Needs = "the version of memcached, on which the default depends" };
        return new Setting(key, [VersionSchemes.Named("generic")!.TryCompare(version, "1.5.6", out var order) && order < 0 ? "11211" : "0"], Origin.Default($"memcached {version}"));
    }

    /// <summary>The last of memcached's own sizes as mebibytes; `1024m`, `1g` and, for items, `512k`.</summary>
    private static string Normal(string name, string value) =>
        name == "memory-limit" && Quantities.Number(value) is null && Quantities.Size(value) is { } bytes ? ((long)(bytes / (1 << 20))).ToString(CultureInfo.InvariantCulture) : value;

    private static void Add(ImmutableArray<Value> arguments, Func<string, Origin> origin, ImmutableArray<Setting>.Builder settings)
    {
        var options = Options.Parse(arguments.AsSpan(), string.Concat(valued.Keys), [.. valued.Values.Select(name => "--" + name), "--unix-mask", "--extended"], mixed: true);
        foreach (var (option, value) in options.Given)
        {
            var letter = option.TrimStart('-');
            var name = option.StartsWith("--", StringComparison.Ordinal) ? letter : valued.GetValueOrDefault(letter) ?? flags.GetValueOrDefault(letter) ?? letter;
            var needs = value.Known ? null : $"the value of `{value.Text}` when the container starts";
            if (name == "extended") AddExtended(value, origin(option), settings);
            else if (name == "listen" && value.Known)
                foreach (var address in value.Text.Split(',', StringSplitOptions.RemoveEmptyEntries)) settings.Add(new Setting(name, [address], origin(option)));
            else settings.Add(new Setting(name, [valued.Values.Contains(name) ? Normal(name, value.Text) : "yes"], origin(option)) { Needs = needs });
        }
        foreach (var word in options.Rest)
            if (!word.Known) settings.Add(Setting.Gap("", [word.Text], origin(word.Text), $"the value of `{word.Text}` when the container starts"));
    }

    private static void AddExtended(Value value, Origin origin, ImmutableArray<Setting>.Builder settings)
    {
        if (!value.Known)
        {
            settings.Add(Setting.Gap("", [value.Text], origin, $"the value of `{value.Text}` when the container starts"));
            return;
        }
        foreach (var part in value.Text.Split(',', StringSplitOptions.RemoveEmptyEntries))
            settings.Add(part.IndexOf('=', StringComparison.Ordinal) is var equals and > 0 ? new Setting(part[..equals], [part[(equals + 1)..]], origin) : new Setting(part, ["yes"], origin));
    }

    /// <summary>A line is an argument and its value; `#` begins a comment.</summary>
    private static void AddFile(Subject subject, ImmutableArray<Setting>.Builder settings)
    {
        var path = subject.Process.Arguments is [{ Known: true } given, ..] ? given.Text : "/etc/memcached.conf";
        if (!subject.TryFind("/", path, out var file)) settings.Add(Subject.Missing("", path, Origin.Argument(Wrapper)));
        else if (!subject.TryRead(file, out var text)) settings.Add(Setting.Gap("", [path], Origin.At(file.At()), $"the text of {path}, which could not be read"));
        else
        {
            var number = 0;
            foreach (var raw in text.Split('\n'))
            {
                number++;
                var line = raw.Trim();
                if (!line.StartsWith('-')) continue; // The wrapper takes arguments only.
                var at = Origin.At(file.At(number), raw.IndexOf('-', StringComparison.Ordinal) + 1);
                Add([.. line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(word => (Value)word)], _ => at, settings);
            }
        }
    }
}
