using System.Collections.Frozen;
using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Versions;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Catalogers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// The servers of MariaDB and MySQL: option files in their order, then arguments; of an option the last counts. Names come with underscores; of `skip-x`,
/// `disable-x` and `enable-x` it is `x` that is switched, unless the option is called so, and `loose-` is left out. What the official images' entrypoint
/// does to the account root at the first start is `root-password`, one of empty, set and random, and `root-host`.
/// </summary>
internal abstract class OptionFileServer : IHardenedApplication
{
    protected const string On = "on", Off = "off";

    /// <summary>A default that changed in some release between those that we know.</summary>
    protected const string Unknown = "?";

    public abstract string Name { get; }

    public FilePattern Files => FilePattern.WithExtension(".cnf");

    public abstract ImmutableArray<ExampleFrame> Frames { get; }

    public virtual ServerCheck? Check => null;

    /// <summary>Options that are on or off.</summary>
    protected abstract FrozenSet<string> Flags { get; }

    /// <summary>Further options that we know, whole names: none is short for another.</summary>
    protected abstract FrozenSet<string> Others { get; }

    /// <summary>Newest first: from which version on the default is which; null in the last for always, a null value for none.</summary>
    protected abstract FrozenDictionary<string, (string? From, string? Value)[]> Defaults { get; }

    /// <summary>Files that are read where no argument says otherwise, before those of `--defaults-extra-file` and the user's own.</summary>
    protected abstract ImmutableArray<string> GlobalFiles { get; }

    /// <summary>Prefixes of variables of the official image, the one that goes before first.</summary>
    protected abstract ImmutableArray<string> Prefixes { get; }

    /// <summary>Groups that the server reads, without those that name a version.</summary>
    protected abstract ImmutableArray<string> Groups { get; }

    /// <summary>Groups that exist with the version behind them, as `mysqld-10.11`.</summary>
    protected abstract ImmutableArray<string> VersionedGroups { get; }

    public IEnumerable<string> KnownOptions => Flags.Concat(Others);

    public virtual ImmutableArray<Setting> Configure(Subject subject)
    {
        var settings = ImmutableArray.CreateBuilder<Setting>();
        settings.AddRange(FirstStart(subject));
        foreach (var (variable, key) in (ReadOnlySpan<(string, string)>)[("MYSQL_TCP_PORT", "port"), ("MYSQL_UNIX_PORT", "socket")])
            if (subject.Process.EnvValue(variable) is { } value) settings.Add(new Setting(key, [value], Origin.Environment(variable)));
        var arguments = subject.Process.Argv.RemoveAt(0);
        var leading = new Dictionary<string, Value>(StringComparer.Ordinal);
        // These count only in front of all others.
        while (arguments is [{ } word, ..] && Leading(word) is { } name)
        {
            leading[name] = word with { Text = word.Text[Math.Min(word.Text.Length, name.Length + 1)..] };
            arguments = arguments.RemoveAt(0);
        }
        AddFiles(subject, leading, settings);
        AddArguments(arguments, settings);
        return settings.ToImmutable();
    }

    /// <summary>Below the first group that every version of the server reads, or in one of its own at the end.</summary>
    public (int At, string Before) Outermost(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at) is var found and >= 0 ? found + 1 : text.Length;
            if (text[at..end].Trim() is ['[', .. var name, ']'] && Groups.Contains(name) && name != "client-server") return (end, "");
            at = end;
        }
        return (text.Length, $"[{Groups[0]}]");
    }

    /// <summary>The last counts, so only what was not seen behind it matters; plugins add up.</summary>
    public Found Find(Scope scope, string key)
    {
        var own = scope.Own(key);
        if (own.Count == 0 || scope.Gap is null || key is "plugin_load_add" or "ignored-file" or "root-host" or "root-password") return new Found(own, key is "root-host" or "root-password" ? null : scope.Gap);
        var children = scope.Block.Children;
        for (var i = children.Length - 1; i >= 0 && !ReferenceEquals(children[i], own[^1]); i--)
            if (children[i].IsGap) return new Found(own, children[i]);
        return new Found(own, null);
    }

    public Setting? Default(string key, string? version)
    {
        if (!Defaults.TryGetValue(key, out var changes)) return null;
        if (changes is [(null, { } always)]) return new Setting(key, [always], Origin.Default(Name));
        if (version is null) return new Setting(key, [], Origin.Default(Name)) { Needs = $"the version of {Name}, on which the default depends" };
        foreach (var (from, value) in changes)
            if (from is null || (VersionSchemes.Named("generic")!.TryCompare(version, from, out var order) && order >= 0)) return value is null ? null : new Setting(key, [value], Origin.Default($"{Name} {version}")) { Needs = value == Unknown ? $"the default of {key} in {Name} {version}, which changed in a release near it" : null };
        return null;
    }

    private static string? Leading(Value word)
    {
        foreach (var name in (ReadOnlySpan<string>)["--no-defaults", "--defaults-file", "--defaults-extra-file", "--defaults-group-suffix", "--print-defaults"])
            if (word.Text == name || word.Text.StartsWith(name + "=", StringComparison.Ordinal)) return name;
        return null;
    }

    private void AddFiles(Subject subject, Dictionary<string, Value> leading, ImmutableArray<Setting>.Builder settings)
    {
        if (leading.ContainsKey("--no-defaults")) return;
        foreach (var (name, value) in leading)
            if (!value.Known)
            {
                settings.Add(Setting.Gap("", [name], Origin.Argument(name), $"the value of `{value.Text}` when the container starts"));
                return;
            }
        var suffix = leading.TryGetValue("--defaults-group-suffix", out var given) ? given.Text : subject.Process.EnvValue("MYSQL_GROUP_SUFFIX") ?? "";
        var version = subject.Version?.Split('.', '-') is [var major, var minor, ..] ? $"{major}.{minor}" : null;
        HashSet<string> groups = [.. Groups, .. version is null ? [] : VersionedGroups.Select(group => $"{group}-{version}")];
        if (suffix.Length > 0) groups.UnionWith(groups.Select(group => group + suffix).ToList());
        var files = new OptionFiles(subject, groups.Contains, option => Named(option.Key, option.Arguments, option.Origin));
        if (leading.TryGetValue("--defaults-file", out var only)) files.Add(only.Text, Origin.Argument("--defaults-file"));
        else
        {
            foreach (var path in GlobalFiles) files.Add(path, origin: null);
            if ((subject.Process.EnvValue("MARIADB_HOME") ?? subject.Process.EnvValue("MYSQL_HOME")) is { Length: > 0 } home) files.Add(home.TrimEnd('/') + "/my.cnf", origin: null);
            if (leading.TryGetValue("--defaults-extra-file", out var extra)) files.Add(extra.Text, Origin.Argument("--defaults-extra-file"));
            if (subject.Process.EnvValue("HOME") is { Length: > 0 } own) files.Add(own.TrimEnd('/') + "/.my.cnf", origin: null);
        }
        settings.AddRange(files.Settings);
    }

    private void AddArguments(ImmutableArray<Value> arguments, ImmutableArray<Setting>.Builder settings)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var word = arguments[i];
            var origin = Origin.Argument(word.Text.Split('=')[0]);
            var equals = word.Text.IndexOf('=', StringComparison.Ordinal);
            if (word.Text.StartsWith("--", StringComparison.Ordinal) && word.Text.Length > 2 && (word.Known || equals > 0))
            {
                var name = equals > 0 ? word.Text[2..equals] : word.Text[2..];
                ImmutableArray<string> values = equals > 0 ? [word.Text[(equals + 1)..]] : [];
                string? needs = word.Known ? null : $"the value of `{word.Text}` when the container starts";
                // A server has no operands, so a word without a dash belongs to the option before it.
                if (equals < 0 && !Flags.Contains(Plain(name)) && i + 1 < arguments.Length && !arguments[i + 1].Text.StartsWith('-'))
                {
                    var next = arguments[++i];
                    values = [next.Text];
                    if (!next.Known) needs = $"the value of `{next.Text}` when the container starts";
                }
                settings.Add(Named(name, values, origin) with { Needs = needs });
            }
            else if (word.Known && word.Text is ['-', 'u' or 'P' or 'h' or 'b' or 't', ..])
            {
                var key = word.Text[1] switch { 'u' => "user", 'P' => "port", 'h' => "datadir", 'b' => "basedir", _ => "tmpdir" };
                var value = word.Text.Length > 2 ? word.Text[2..] : i + 1 < arguments.Length ? arguments[++i] : (Value)"";
                settings.Add(new Setting(key, [value.Text], Origin.Argument(word.Text[..2])) { Needs = value.Known ? null : $"the value of `{value.Text}` when the container starts" });
            }
            else if (!word.Known) settings.Add(Setting.Gap("", [word.Text], origin, $"the value of `{word.Text}` when the container starts"));
        }
    }

    private Setting Named(string written, ImmutableArray<string> values, Origin origin)
    {
        var name = Plain(written);
        string? switched = null;
        if (name.StartsWith("loose_", StringComparison.Ordinal)) name = name["loose_".Length..];
        if (Whole(name) is { } whole) name = whole;
        else
            foreach (var (prefix, value) in (ReadOnlySpan<(string, string)>)[("skip_", Off), ("disable_", Off), ("enable_", On)])
                if (name.StartsWith(prefix, StringComparison.Ordinal) && name.Length > prefix.Length)
                {
                    name = Whole(name[prefix.Length..]) ?? name[prefix.Length..];
                    switched = value;
                    break;
                }
        if (switched is not null) return new Setting(name, [values is [['0', ..]] ? switched == On ? Off : On : switched], origin);
        if (!Flags.Contains(name)) return new Setting(name, values, origin);
        return new Setting(name, [values is [] ? On : values[0].ToLowerInvariant() switch { "" or "1" or "on" or "true" => On, "0" or "off" or "false" => Off, _ => values[0] }], origin);
    }

    /// <summary>The option of which this is the name or an unmistakable beginning; null for none that we know.</summary>
    private string? Whole(string name)
    {
        if (Flags.Contains(name) || Others.Contains(name)) return name;
        string? found = null;
        foreach (var option in KnownOptions)
            if (name.Length >= 4 && option.StartsWith(name, StringComparison.Ordinal))
            {
                if (found is not null) return null;
                found = option;
            }
        return found;
    }

    private static string Plain(string name) => name.Replace('-', '_');

    /// <summary>What the entrypoint makes of root while the data folder holds no database; nothing where whoever runs the image must still say it.</summary>
    private IEnumerable<Setting> FirstStart(Subject subject)
    {
        if (!subject.Image.Config.Entrypoint.Any(word => word.EndsWith("docker-entrypoint.sh", StringComparison.Ordinal)) && !subject.Process.Evidence.Any(step => step.Contains("docker-entrypoint.sh", StringComparison.Ordinal))) yield break;
        var (password, variable) = ("", "");
        foreach (var (name, state) in ((string, string)[])[("ALLOW_EMPTY_ROOT_PASSWORD", "empty"), ("ALLOW_EMPTY_PASSWORD", "empty"), ("RANDOM_ROOT_PASSWORD", "random"), ("ROOT_PASSWORD_HASH", "set"), ("ROOT_PASSWORD_FILE", "set"), ("ROOT_PASSWORD", "set")])
            foreach (var prefix in Prefixes)
                if (subject.Process.EnvValue(prefix + name) is { Length: > 0 }) (password, variable) = (state, prefix + name);
        if (password.Length > 0) yield return new Setting("root-password", [password], Origin.Environment(variable));
        var named = Prefixes.Select(prefix => prefix + "ROOT_HOST").FirstOrDefault(name => subject.Process.EnvValue(name) is { Length: > 0 });
        yield return named is null ? new Setting("root-host", ["%"], Origin.Entrypoint("docker-entrypoint.sh, at the first start")) : new Setting("root-host", [subject.Process.EnvValue(named)!], Origin.Environment(named));
    }
}
