using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Applications;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>A main file that was named: its path, or what would be needed to know it.</summary>
internal readonly record struct NamedFile(string Path, Origin Origin, Setting? Gap = null)
{
    public bool IsGap => Gap is not null;
}

/// <summary>
/// The arguments of postgres(1), `-c name=value`, `--name=value` and letters that stand for parameters, or of Debian's pg_ctlcluster(1), whose
/// cluster has its files in /etc/postgresql/VERSION/NAME.
/// </summary>
internal sealed record PostgresqlCommand(Options Options, string Data, Origin DataOrigin, NamedFile? Main)
{
    private const string Letters = "BbcCdDfhkNprStvW";

    public static PostgresqlCommand Of(Subject subject)
    {
        if (subject.Process.Name == "pg_ctlcluster") return Cluster(subject);
        var options = Options.Parse(subject.Process.Arguments, Letters, [], mixed: true);
        var folder = options.Last("-D");
        var (data, origin) = folder is { Known: true } given ? (given.Text, Origin.Argument("-D")) : (subject.Process.EnvValue("PGDATA") ?? "", Origin.Environment("PGDATA"));
        var command = new PostgresqlCommand(options, data.Length > 0 ? Programs.Absolute(subject.Process.WorkingDir, data) : "", origin, null);
        NamedFile? main = folder is { Known: false } unknown ? Unknown(unknown) : null;
        foreach (var (name, value, _) in command.Named())
            if (name == "config_file") main = value.Known ? new NamedFile(value.Text, Origin.Argument("config_file")) : Unknown(value);
        return command with { Main = main };
    }

    /// <summary>What the arguments set, in their order.</summary>
    public ImmutableArray<Setting> Parameters()
    {
        var settings = ImmutableArray.CreateBuilder<Setting>();
        foreach (var (name, value, origin) in Named())
            if (name.Length == 0) settings.Add(Setting.Gap("", [value.Text], origin, $"the value of `{value.Text}` when the container starts"));
            else if (name != "config_file") settings.Add(new Setting(name, [value.Known ? PostgresqlParameters.Normal(name, value.Text) : value.Text], origin) { Needs = value.Known ? null : $"the value of `{value.Text}` when the container starts" });
        foreach (var word in Options.Rest)
            if (!word.Known) settings.Add(Setting.Gap("", [word.Text], Origin.Argument(word.Text), $"the value of `{word.Text}` when the container starts"));
        return settings.ToImmutable();
    }

    private IEnumerable<(string Name, Value Value, Origin Origin)> Named()
    {
        foreach (var (option, value) in Options.Given)
        {
            var (name, of) = option switch
            {
                "-B" => ("shared_buffers", value),
                "-F" => ("fsync", "off"),
                "-h" => ("listen_addresses", value),
                "-i" => ("listen_addresses", "*"),
                "-k" => ("unix_socket_directories", value),
                "-l" => ("ssl", "on"),
                "-N" => ("max_connections", value),
                "-O" => ("allow_system_table_mods", "on"),
                "-P" => ("ignore_system_indexes", "on"),
                "-p" => ("port", value),
                "-S" => ("work_mem", value),
                "-c" => Pair(value),
                ['-', '-', ..] when value.Text.Length > 0 => (Plain(option[2..]), value),
                _ => (null, value),
            };
            if (name is not null) yield return (name, of, Origin.Argument(option));
        }
    }

    /// <summary>The name may be known although the value is not.</summary>
    private static (string Name, Value Value) Pair(Value given)
    {
        var equals = given.Text.IndexOf('=', StringComparison.Ordinal);
        var name = equals > 0 ? given.Text[..equals] : "";
        return name.Length == 0 || name.Contains('$', StringComparison.Ordinal) ? ("", given) : (Plain(name), given with { Text = given.Text[(equals + 1)..] });
    }

    private static string Plain(string name) => name.Replace('-', '_').ToLowerInvariant();

    private static NamedFile Unknown(Value value) => new("", Origin.Argument(value.Text), Setting.Gap("include", [value.Text], Origin.Argument(value.Text), $"the value of `{value.Text}` when the container starts"));

    /// <summary>`pg_ctlcluster VERSION CLUSTER start`, or a service that starts every cluster: then the only one there is.</summary>
    private static PostgresqlCommand Cluster(Subject subject)
    {
        var parsed = Options.Parse(subject.Process.Arguments, "omtuD", ["--options", "--mode", "--timeout"], mixed: true);
        var (start, none) = (Origin.Argument("pg_ctlcluster"), new Options([], []));
        string? folder = null;
        if (parsed.Rest is [{ Known: true } version, { Known: true } name, ..]) folder = $"/etc/postgresql/{version.Text}/{name.Text}";
        else if (parsed.Rest is [{ Known: true } joined, { Known: true }, ..] && joined.Text.Split(['-', '/']) is [var major, var cluster]) folder = $"/etc/postgresql/{major}/{cluster}";
        else if (subject.Glob("/", "/etc/postgresql/*/*/postgresql.conf") is [var only]) folder = only.Parent.Path;
        if (folder is null) return new PostgresqlCommand(none, "", start, new NamedFile("", start, Setting.Gap("include", [], start, "which cluster of /etc/postgresql is started")));
        var given = parsed.Last("-o", "--options") is { } more ? more.Known ? [.. more.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => (Value)word)] : [more] : Array.Empty<Value>();
        return new PostgresqlCommand(Options.Parse(given, Letters, [], mixed: true), "", start, new NamedFile(folder + "/postgresql.conf", start));
    }
}
