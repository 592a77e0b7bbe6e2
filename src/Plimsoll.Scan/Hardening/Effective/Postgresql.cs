using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Catalogers;
using Plimsoll.Scan.Hardening.Grammars;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// postgres(1): PGPORT and its like, postgresql.conf with what it includes, postgresql.auto.conf of the data folder, arguments; of a parameter the last counts,
/// wherever it stands. Then the records of pg_hba.conf, `hba`, in their order and the maps of pg_ident.conf, `ident`. Before all
/// that, what the official image writes at its first start (<see cref="PostgresqlInitdb"/>).
/// </summary>
internal sealed class Postgresql : IHardenedApplication
{
    private static readonly (string Variable, string Key)[] variables = [("PGPORT", "port"), ("PGDATESTYLE", "datestyle"), ("PGCLIENTENCODING", "client_encoding")];

    public string Name => "postgresql";

    public FilePattern Files => FilePattern.WithExtension(".conf", ".sample", ".sql", ".sh") | FilePattern.Named("PG_VERSION");

    public ImmutableArray<ExampleFrame> Frames { get; } =
    [
        new("conf", "/etc/postgresql/15/main/postgresql.conf", "hba_file = '/etc/postgresql/15/main/pg_hba.conf'\n{}", ["/usr/lib/postgresql/15/bin/postgres", "-D", "/var/lib/postgresql/15/main", "-c", "config_file=/etc/postgresql/15/main/postgresql.conf"], ["PG_VERSION=15.8"]),
        new("hba", "/etc/postgresql/15/main/pg_hba.conf", "{}", ["/usr/lib/postgresql/15/bin/postgres", "-D", "/var/lib/postgresql/15/main", "-c", "config_file=/etc/postgresql/15/main/postgresql.conf"], ["PG_VERSION=15.8"]),
    ];

    /// <summary>The single-user mode reads parameters as a start does and ends by itself; what it says of pg_hba.conf is asked of it.</summary>
    public ServerCheck Check { get; } = new("postgres", "/etc/postgresql/15/main/postgresql.conf", ["--single", "-F", "-D", "{prepared}", "-c", "config_file={main}", "-c", "data_directory={prepared}", "postgres"])
    {
        Places = ["/usr/lib/postgresql/*/bin"],
        User = "postgres",
        Before = ["initdb", "-D", "{prepared}", "--no-sync", "--auth=trust", "--no-instructions"],
        Beside = [("postgresql.conf", "hba_file = '{folder}pg_hba.conf'\n"), ("pg_hba.conf", "local all all trust\n")],
        // A record that only TLS could match, where that is off, is no error to the server.
        Input = "select error from pg_hba_file_rules where error is not null and error not like '%cannot match because%'\n",
        Refused = ["error = \""],
        // Releases before and behind this machine's take other values: a list from 18 on, `on` until 13.
        Lacking = ["unrecognized configuration parameter", "could not access file", "parameter \"log_connections\" requires a Boolean value", "invalid value for parameter \"password_encryption\": \"on\""],
    };

    /// <summary>At the end: what a directive needs is loaded before it, and of a setting the last counts.</summary>
    public (int At, string Before) Outermost(string text) => (text.Length, "");

    public ImmutableArray<Setting> Configure(Subject subject)
    {
        var command = PostgresqlCommand.Of(subject);
        var settings = ImmutableArray.CreateBuilder<Setting>();
        foreach (var (variable, key) in variables)
            if (subject.Process.EnvValue(variable) is { } value) settings.Add(new Setting(key, [PostgresqlParameters.Normal(key, value)], Origin.Environment(variable)));
        var files = new PostgresqlFiles(subject);
        var arguments = command.Parameters();
        var initdb = PostgresqlInitdb.Makes(subject, command.Data) ? new PostgresqlInitdb(subject, command.Data) : null;
        if (command.Main is not null) settings.AddRange(command.Main.Value.IsGap ? [command.Main.Value.Gap!] : files.Parameters(command.Main.Value.Path, command.Main.Value.Origin));
        else if (initdb is not null) settings.AddRange(initdb.Parameters());
        else if (command.Data.Length > 0) settings.AddRange(files.Parameters(Programs.Absolute(command.Data, "postgresql.conf"), command.DataOrigin));
        else settings.Add(Setting.Gap("include", [], Origin.Argument("-D"), "the data folder, which neither an argument nor PGDATA names"));
        var folder = Last(settings, arguments, "data_directory") is { } moved ? Programs.Absolute(subject.Process.WorkingDir, moved) : command.Data;
        if (initdb is not null) settings.AddRange(initdb.Altered());
        else if (folder.Length > 0 && subject.TryFind(folder, "postgresql.auto.conf", out var auto)) settings.AddRange(files.Parameters(auto.Path, Origin.At(auto.At())));
        settings.AddRange(arguments);
        settings.AddRange(PostgresqlAccess.Marked(Access(subject, files, settings, initdb, command)));
        var mappings = Last(settings, [], "ident_file") ?? (command.Data.Length > 0 && initdb is null ? Programs.Absolute(command.Data, "pg_ident.conf") : null);
        if (mappings is not null && settings.Any(setting => setting.Key == HbaGrammar.Key && setting.Arguments.Any(argument => argument.StartsWith("map=", StringComparison.Ordinal)))) settings.AddRange(files.Mappings(mappings, Origin.Image("ident_file")));
        return settings.ToImmutable();
    }

    /// <summary>Of a parameter the last counts, so only what was not seen behind it matters. Records add up, and gaps among them hide no parameter.</summary>
    public Found Find(Scope scope, string key)
    {
        var own = scope.Own(key);
        var isList = key is HbaGrammar.Key or "ident";
        Setting? gap = null;
        var children = scope.Block.Children;
        for (var i = children.Length - 1; i >= 0 && (isList || own.Count == 0 || !ReferenceEquals(children[i], own[^1])); i--)
            if (children[i].IsGap && (isList ? children[i].Key == key : children[i].Key is not (HbaGrammar.Key or "ident"))) gap = children[i];
        return new Found(own, gap);
    }

    public Setting? Default(string key, string? version) => PostgresqlParameters.Of(key, version);

    private static IEnumerable<Setting> Access(Subject subject, PostgresqlFiles files, IEnumerable<Setting> settings, PostgresqlInitdb? initdb, PostgresqlCommand command)
    {
        var scope = new Scope(Setting.Block("", [], Origin.Image(""), [.. settings]), parent: null);
        if (scope.Gap is not null && new Postgresql().Find(scope, "hba_file") is { Gap: { } gap }) return [Setting.Gap(HbaGrammar.Key, gap.Arguments, gap.Origin, gap.Needs!)];
        if (Last(settings, [], "hba_file") is { } named) return files.Access(named, scope.Own("hba_file")[^1].Origin);
        if (initdb is null) return command.Data.Length > 0 ? files.Access(Programs.Absolute(command.Data, "pg_hba.conf"), command.DataOrigin) : [];
        var found = new Postgresql().Find(scope, "password_encryption");
        var encryption = found.Gap is null ? found.Settings.Count > 0 ? found.Settings[^1] : PostgresqlParameters.Of("password_encryption", subject.Version) : null;
        var records = initdb.Access(encryption is { Needs: null, Arguments: [var value] } ? value : null);
        return [.. records, .. initdb.Altered().Where(setting => setting.Key == HbaGrammar.Key)];
    }

    private static string? Last(IEnumerable<Setting> settings, IEnumerable<Setting> further, string key) =>
        settings.Concat(further).LastOrDefault(setting => setting.Key == key && !setting.IsGap && setting.Needs is null) is { Arguments: [{ Length: > 0 } value] } ? value : null;
}
