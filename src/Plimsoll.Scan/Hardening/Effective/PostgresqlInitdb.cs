using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// What the official image's docker-entrypoint.sh does at the first start, while the data folder holds no database: initdb(1) makes postgresql.conf of
/// its template and pg_hba.conf by the methods of POSTGRES_INITDB_ARGS, then a record for everybody with POSTGRES_HOST_AUTH_METHOD, or with
/// the kind of passwords that is in force, is added, and the scripts of /docker-entrypoint-initdb.d run, whose `ALTER SYSTEM` counts after the files.
/// </summary>
internal sealed class PostgresqlInitdb(Subject subject, string data)
{
    private const string Scripts = "/docker-entrypoint-initdb.d";

    private static readonly Origin initdb = Origin.Entrypoint("initdb, at the first start");
    private static readonly Regex alterSystem = new("""\bALTER\s+SYSTEM\s+SET\s+(?<name>"?[A-Za-z_][A-Za-z0-9_.]*"?)\s*(?:=|\s+TO\s)\s*(?<value>'(?:[^']|'')*'|[A-Za-z0-9_.+-]+)\s*;""", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture);
    private static readonly Regex anyAlterSystem = new(@"\bALTER\s+SYSTEM\b", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking);
    private static readonly string[] templates = ["/usr/share/postgresql/postgresql.conf.sample", "/usr/local/share/postgresql/postgresql.conf.sample"];

    private Options Arguments { get; } = Words(subject);

    /// <summary>Whether this image makes its database when it starts: the data folder named, nothing in it.</summary>
    public static bool Makes(Subject subject, string data) =>
        data.Length > 0 && !subject.TryFind(data, "PG_VERSION", out _)
        && (subject.Image.Config.Entrypoint.Any(word => word.EndsWith("docker-entrypoint.sh", StringComparison.Ordinal)) || subject.Process.Evidence.Any(step => step.Contains("docker-entrypoint.sh", StringComparison.Ordinal)));

    public IEnumerable<Setting> Parameters()
    {
        if (subject.Process.Env.TryGetValue("POSTGRES_INITDB_ARGS", out var given) && !given.Known) return [Setting.Gap("", [], Origin.Environment("POSTGRES_INITDB_ARGS"), "the value of POSTGRES_INITDB_ARGS when the container starts")];
        var major = subject.Version?.Split('.')[0] ?? "";
        var template = templates.Prepend($"/usr/share/postgresql/{major}/postgresql.conf.sample").FirstOrDefault(path => subject.TryFind("/", path, out _));
        if (template is null) return [Subject.Missing("include", templates[0], initdb)];
        var settings = new PostgresqlFiles(subject).Parameters(template, initdb).Select(setting => setting with { Origin = new Origin(OriginKind.Entrypoint, setting.Origin.File, setting.Origin.Column, "initdb, at the first start") }).ToList();
        var (local, host) = Methods();
        var isOld = int.TryParse(major, out var version) && version < 14;
        string[] methods = [local, host];
        if (isOld && methods.Contains("scram-sha-256")) settings.Add(new Setting("password_encryption", ["scram-sha-256"], initdb));
        if (!isOld && methods.Contains("md5") && !methods.Contains("scram-sha-256")) settings.Add(new Setting("password_encryption", ["md5"], initdb));
        foreach (var (name, value) in Arguments.Given)
            if (name is "-c" or "--set" && value.Text.IndexOf('=', StringComparison.Ordinal) is var equals and > 0)
                settings.Add(new Setting(value.Text[..equals].ToLowerInvariant(), [PostgresqlParameters.Normal(value.Text[..equals].ToLowerInvariant(), value.Text[(equals + 1)..])], Origin.Environment("POSTGRES_INITDB_ARGS")));
        return settings;
    }

    /// <param name="encryption">`password_encryption` as it is in force when the record is written; null when that is not known.</param>
    public IEnumerable<Setting> Access(string? encryption)
    {
        var (local, host) = Methods();
        var origin = Arguments.Given.IsEmpty ? initdb : Origin.Environment("POSTGRES_INITDB_ARGS");
        foreach (var database in (string[])["all", "replication"])
        {
            yield return Record("local", database, "-", local, origin);
            yield return Record("host", database, "127.0.0.1/32", host, origin);
            yield return Record("host", database, "::1/128", host, origin);
        }
        if (subject.Process.Env.TryGetValue("POSTGRES_HOST_AUTH_METHOD", out var method) && !method.Known) yield return Setting.Gap(HbaGrammar.Key, [], Origin.Environment("POSTGRES_HOST_AUTH_METHOD"), "the value of POSTGRES_HOST_AUTH_METHOD when the container starts");
        else if (method.Text is { Length: > 0 } given) yield return Record("host", "all", "all", given, Origin.Environment("POSTGRES_HOST_AUTH_METHOD"));
        else if (encryption is not null) yield return Record("host", "all", "all", encryption, Origin.Entrypoint("docker-entrypoint.sh, at the first start"));
        else yield return Setting.Gap(HbaGrammar.Key, [], Origin.Entrypoint("docker-entrypoint.sh, at the first start"), "the value of password_encryption, of which the entrypoint takes the method");
    }

    /// <summary>What the scripts of the first start change: parameters, and gaps for what cannot be seen of them.</summary>
    public IEnumerable<Setting> Altered()
    {
        if (!subject.Files.TryFind(Scripts, out var folder) || !folder.IsFolder) yield break;
        foreach (var script in folder.Children().Where(file => file.IsFile).OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            var isSql = script.Name.EndsWith(".sql", StringComparison.Ordinal);
            if (script.Name.Contains(".sql.", StringComparison.Ordinal)) yield return Setting.Gap("", [], Origin.At(script.At()), $"what the compressed {script.Path} changes with ALTER SYSTEM");
            if ((!isSql && !script.Name.EndsWith(".sh", StringComparison.Ordinal)) || !subject.TryRead(script, out var text)) continue; // The entrypoint ignores it, or it was reported.
            var statements = alterSystem.Matches(text);
            foreach (Match statement in statements)
            {
                var origin = new Origin(OriginKind.Entrypoint, script.At(1 + text.AsSpan(0, statement.Index).Count('\n')), Detail: script.Path);
                var name = statement.Groups["name"].Value.Trim('"').ToLowerInvariant();
                yield return new Setting(name, [PostgresqlParameters.Normal(name, Unquoted(statement.Groups["value"].Value))], origin);
            }
            if (anyAlterSystem.Count(text) > statements.Count) yield return Setting.Gap("", [], Origin.At(script.At()), $"what {script.Path} sets with ALTER SYSTEM");
            if (isSql) continue; // SQL writes no files of the configuration in another way.
            if (text.Contains("postgresql.conf", StringComparison.Ordinal) || text.Contains("postgresql.auto.conf", StringComparison.Ordinal)) yield return Setting.Gap("", [], Origin.At(script.At()), $"what {script.Path} writes to postgresql.conf");
            if (text.Contains("pg_hba.conf", StringComparison.Ordinal)) yield return Setting.Gap(HbaGrammar.Key, [], Origin.At(script.At()), $"what {script.Path} writes to pg_hba.conf");
        }
    }

    public string AccessFile => data.TrimEnd('/') + "/pg_hba.conf";

    private static Setting Record(string type, string database, string address, string method, Origin origin) => new(HbaGrammar.Key, [type, database, "all", address, method], origin);

    /// <summary>What initdb makes of `--auth`, `--auth-local` and `--auth-host`: peer is for local ones what ident is for the network.</summary>
    private (string Local, string Host) Methods()
    {
        var (local, host) = ("trust", "trust");
        foreach (var (name, value) in Arguments.Given)
            if (name is "-A" or "--auth") (local, host) = (value.Text == "ident" ? "peer" : value.Text, value.Text == "peer" ? "ident" : value.Text);
            else if (name == "--auth-local") local = value.Text;
            else if (name == "--auth-host") host = value.Text;
        return (local, host);
    }

    private static Options Words(Subject subject)
    {
        var words = (subject.Process.EnvValue("POSTGRES_INITDB_ARGS") ?? "").Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
        Value[] values = [.. words.Select(word => (Value)word.Replace("\"", "", StringComparison.Ordinal).Replace("'", "", StringComparison.Ordinal))];
        return Options.Parse(values, "ADEUXLTc", ["--auth", "--auth-host", "--auth-local", "--set", "--encoding", "--locale", "--pwfile", "--username", "--pgdata", "--waldir", "--wal-segsize"], mixed: true);
    }

    private static string Unquoted(string value) => value.StartsWith('\'') ? value[1..^1].Replace("''", "'", StringComparison.Ordinal) : value;
}
