using System.Collections.Frozen;
using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Versions;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// redis-server and valkey-server: the file of the first argument, includes in their places, then the arguments from the first `--` on as if they stood
/// at the end of the file; of a directive the last counts, `user` and a few others add up. Users of the `aclfile` are directives `user`, too.
/// The official image is built with `protected-mode no` in place of the vendor's `yes`.
/// </summary>
internal sealed class Redis : IHardenedApplication
{
    private static readonly string[] builtFromSource = ["REDIS_DOWNLOAD_URL", "REDIS_DOWNLOAD_SHA", "VALKEY_DOWNLOAD_URL", "VALKEY_DOWNLOAD_SHA", "VALKEY_VERSION", "REDIS_VERSION"];

    private static readonly FrozenDictionary<string, string> defaults = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["acllog-max-len"] = "128",
        ["appendonly"] = "no",
        ["bind"] = "* -::*",
        ["client-query-buffer-limit"] = "1gb",
        ["crash-memcheck-enabled"] = "yes",
        ["daemonize"] = "no",
        ["enable-debug-command"] = "no",
        ["enable-module-command"] = "no",
        ["enable-protected-configs"] = "no",
        ["loglevel"] = "notice",
        ["masterauth"] = "",
        ["maxclients"] = "10000",
        ["maxmemory"] = "0",
        ["maxmemory-policy"] = "noeviction",
        ["port"] = "6379",
        ["proto-max-bulk-len"] = "512mb",
        ["protected-mode"] = "yes",
        ["replica-read-only"] = "yes",
        ["requirepass"] = "",
        ["stop-writes-on-bgsave-error"] = "yes",
        ["tcp-keepalive"] = "300",
        ["timeout"] = "0",
        ["tls-auth-clients"] = "yes",
        ["tls-cluster"] = "no",
        ["tls-port"] = "0",
        ["tls-replication"] = "no",
        ["unixsocketperm"] = "0",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Directives that an earlier version does not have, or has another default of.</summary>
    private static readonly FrozenDictionary<string, (string From, string? Before)> changed = new Dictionary<string, (string, string?)>(StringComparer.Ordinal)
    {
        ["enable-debug-command"] = ("7.0", "yes"),
        ["enable-module-command"] = ("7.0", "yes"),
        ["enable-protected-configs"] = ("7.0", "yes"),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    public string Name => "redis";

    /// <summary>Valkey went its own way at 7.2, with the directives and defaults of that release.</summary>
    public bool IsFor(Application application) => application.Name is "redis" or "valkey";

    public string? Version(Subject subject) => subject.Version;

    public ImmutableArray<ExampleFrame> Frames { get; } =
    [
        new("conf", "/etc/redis/redis.conf", "{}", ["/usr/bin/redis-server", "/etc/redis/redis.conf"], ["REDIS_VERSION_OF_PACKAGE=7.0.15"]),
    ];

    public ServerCheck Check { get; } = new("redis-server", "/etc/redis/redis.conf", ["{main}", "--port", "0", "--tls-port", "0", "--unixsocket", "{folder}socket", "--dir", "{folder}", "--logfile", "", "--daemonize", "no"])
    {
        Ready = "eady to accept connections",
        Lacking = ["Bad directive or wrong number of arguments"],
    };

    public FilePattern Files => FilePattern.WithExtension(".acl");

    public ImmutableArray<Setting> Configure(Subject subject)
    {
        var settings = ImmutableArray.CreateBuilder<Setting>();
        if (IsBuiltFromSource(subject)) settings.Add(new Setting("protected-mode", ["no"], Origin.Image("built with protected mode off")));
        var arguments = subject.Process.Argv.RemoveAt(0);
        if (arguments is [var first, ..] && !(first.Known && first.Text.StartsWith('-') && first.Text.Length > 1))
        {
            if (!first.Known) settings.Add(Setting.Gap("include", [first.Text], Origin.Argument(first.Text), $"the value of `{first.Text}` when the container starts"));
            else if (first.Text == "-") settings.Add(Setting.Gap("include", ["-"], Origin.Argument("-"), "what the standard input holds when the container starts"));
            else new Reader(subject, settings).Add(first.Text, Origin.Argument(first.Text));
            arguments = arguments.RemoveAt(0);
        }
        AddArguments(arguments, settings);
        var users = settings.LastOrDefault(setting => setting.Key == "aclfile");
        if (users is { Arguments: [{ Length: > 0 } path] }) new Reader(subject, settings).Add(path, users.Origin);
        return settings.ToImmutable();
    }

    public Setting? Default(string key, string? version)
    {
        if (!defaults.TryGetValue(key, out var value)) return null;
        if (!changed.TryGetValue(key, out var change)) return new Setting(key, [.. value.Split(' ')], Origin.Default("redis"));
        if (version is null) return new Setting(key, [], Origin.Default("redis")) { Needs = "the version of redis, on which the default depends" };
        var isOlder = VersionSchemes.Named("generic")!.TryCompare(version, change.From, out var order) && order < 0;
        return isOlder ? change.Before is { } before ? new Setting(key, [before], Origin.Default($"redis {version}")) : null : new Setting(key, [.. value.Split(' ')], Origin.Default($"redis {version}"));
    }

    /// <summary>A later directive takes the place of an earlier one, so only what was not seen behind it matters.</summary>
    public Found Find(Scope scope, string key)
    {
        var own = scope.Own(key);
        if (own.Count == 0 || scope.Gap is null || key is "user" or "rename-command" or "loadmodule") return new Found(own, scope.Gap);
        var children = scope.Block.Children;
        for (var i = children.Length - 1; i >= 0 && !ReferenceEquals(children[i], own[^1]); i--)
            if (children[i].IsGap) return new Found(own, children[i]);
        return new Found(own, null);
    }

    /// <summary>What the official images set and distributions do not: how they got the source.</summary>
    private static bool IsBuiltFromSource(Subject subject) =>
        subject.Application.Executable?.Path.StartsWith("/usr/local/bin/", StringComparison.Ordinal) == true && subject.Application.PackageKey is null
        && builtFromSource.Any(variable => subject.Process.EnvValue(variable) is not null);

    /// <summary>`--name` begins a directive; words up to the next are its values.</summary>
    private static void AddArguments(ImmutableArray<Value> arguments, ImmutableArray<Setting>.Builder settings)
    {
        for (var i = 0; i < arguments.Length;)
        {
            var name = arguments[i++];
            if (!name.Known)
            {
                settings.Add(Setting.Gap("", [name.Text], Origin.Argument(name.Text), $"the value of `{name.Text}` when the container starts"));
                continue;
            }
            if (!name.Text.StartsWith("--", StringComparison.Ordinal)) continue; // `--sentinel` aside, Redis would stop at it.
            var values = ImmutableArray.CreateBuilder<string>();
            string? needs = null;
            while (i < arguments.Length && !(arguments[i].Known && arguments[i].Text.StartsWith("--", StringComparison.Ordinal)))
            {
                if (!arguments[i].Known) needs = $"the value of `{arguments[i].Text}` when the container starts";
                values.Add(arguments[i++].Text);
            }
            var words = values.Count == 0 ? RedisGrammar.Words(name.Text[2..]) ?? [] : [name.Text[2..], .. values];
            if (words.IsEmpty || words is ["sentinel"]) continue; // A mode, no directive.
            settings.Add(new Setting(words[0].ToLowerInvariant(), words.RemoveAt(0), Origin.Argument(name.Text)) { Needs = needs });
        }
    }

    private sealed class Reader(Subject subject, ImmutableArray<Setting>.Builder settings)
    {
        private readonly IncludedFiles included = new(subject, mostOpen: 16, mostFiles: 1024); // So many Redis itself allows since 7.0.

        public void Add(string path, Origin origin)
        {
            if (ImageGlob.IsPattern(path))
            {
                foreach (var file in subject.Glob(subject.Process.WorkingDir, path)) AddFile(file, origin);
                return;
            }
            if (subject.TryFind(subject.Process.WorkingDir, path, out var found)) AddFile(found, origin);
            else settings.Add(Subject.Missing("include", Programs.Absolute(subject.Process.WorkingDir, path), origin));
        }

        private void AddFile(ImageFile file, Origin origin)
        {
            if (!included.TryOpen(file, "include", origin, out var text, out var gap))
            {
                settings.Add(gap);
                return;
            }
            var parsed = RedisGrammar.Parse(text, file.At());
            subject.Report(file, parsed.Error, "Redis would not start with this file, and what follows in it was not read");
            foreach (var setting in parsed.Settings)
                if (setting is { Key: "include", IsGap: false, Arguments: [var path] }) Add(path, setting.Origin);
                else settings.Add(setting);
            included.Close();
        }
    }
}
