using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// Files of PostgreSQL with what they include in its place: `include`, `include_if_exists` and, sorted and without hidden ones, the `*.conf` of `include_dir`.
/// Relative paths count from the folder of the including file. In pg_hba.conf also `@name` for members of a field.
/// </summary>
internal sealed class PostgresqlFiles(Subject subject)
{
    private readonly IncludedFiles included = new(subject, mostOpen: 11, mostFiles: 1024, "; PostgreSQL would not start with it"); // PostgreSQL itself allows includes that are ten deep.

    private delegate Parsed Grammar(string text, Location file);

    /// <summary>Parameters of a main file.</summary>
    public IEnumerable<Setting> Parameters(string path, Origin origin) => Read(path, origin, PostgresqlGrammar.Parse, "")
        .Select(setting => setting.IsGap || setting.Arguments is not [var value] ? setting : setting with { Arguments = [PostgresqlParameters.Normal(setting.Key, value)] });

    /// <summary>Records of an access file, gaps in it with the key of records.</summary>
    public IEnumerable<Setting> Access(string path, Origin origin) => Read(path, origin, HbaGrammar.Parse, HbaGrammar.Key).Select(setting => setting.IsGap ? setting with { Key = HbaGrammar.Key } : Expanded(setting));

    public IEnumerable<Setting> Mappings(string path, Origin origin) => Read(path, origin, HbaGrammar.ParseIdent, "ident").Select(setting => setting.IsGap ? setting with { Key = "ident" } : setting);

    private ImmutableArray<Setting> Read(string path, Origin origin, Grammar grammar, string key)
    {
        var to = ImmutableArray.CreateBuilder<Setting>();
        if (subject.TryFind(subject.Process.WorkingDir, path, out var file)) Add(file, origin, grammar, key, to);
        else to.Add(Subject.Missing(key.Length == 0 ? "include" : key, Programs.Absolute(subject.Process.WorkingDir, path), origin));
        return to.ToImmutable();
    }

    private void Add(ImageFile file, Origin origin, Grammar grammar, string key, ImmutableArray<Setting>.Builder to)
    {
        if (!included.TryOpen(file, key, origin, out var text, out var gap))
        {
            to.Add(gap);
            return;
        }
        var parsed = grammar(text, file.At());
        subject.Report(file, parsed.Error, "PostgreSQL would not start with this file, and what follows in it was not read");
        foreach (var setting in parsed.Settings)
            if (setting.IsGap || setting.Key is not ("include" or "include_if_exists" or "include_dir") || setting.Arguments is not [var path]) to.Add(setting);
            else if (setting.Key == "include_dir") AddFolder(file.Parent.Path, path, setting.Origin, grammar, key, to);
            else if (subject.TryFind(file.Parent.Path, path, out var next)) Add(next, setting.Origin, grammar, key, to);
            else if (setting.Key == "include" || subject.IsVolume(Programs.Absolute(file.Parent.Path, path))) to.Add(Subject.Missing(key.Length == 0 ? "include" : key, Programs.Absolute(file.Parent.Path, path), setting.Origin));
        included.Close();
    }

    private void AddFolder(string from, string path, Origin origin, Grammar grammar, string key, ImmutableArray<Setting>.Builder to)
    {
        var absolute = Programs.Absolute(from, path).TrimEnd('/');
        if (!subject.Files.TryFind(absolute, out var folder) || !folder.IsFolder) to.Add(Subject.Missing(key.Length == 0 ? "include_dir" : key, absolute, origin));
        else
            foreach (var file in subject.Glob("/", ImageGlob.Escape(absolute) + "/*.conf")) Add(file, origin, grammar, key, to);
        // A folder that a volume covers is filled by whoever runs the container.
        if (subject.IsVolume(absolute)) to.Add(Setting.Gap(key, [path], origin, $"what is mounted at {absolute}"));
    }

    private Setting Expanded(Setting record)
    {
        if (record.Key != HbaGrammar.Key) return record;
        for (var field = 1; field <= 2; field++)
        {
            if (!record.Arguments[field].Contains('@', StringComparison.Ordinal)) continue; // Nothing is named.
            var members = new List<string>();
            foreach (var member in record.Arguments[field].Split(','))
                if (!member.StartsWith('@')) members.Add(member);
                else if (record.Origin.File is { } file && subject.TryFind(file.Path[..Math.Max(1, file.Path.LastIndexOf('/'))], member[1..], out var list) && subject.TryRead(list, out var text)) members.AddRange(HbaGrammar.Members(text));
                else return record with { Needs = $"the file {member[1..]}, which the image does not hold" };
            record = record with { Arguments = record.Arguments.SetItem(field, string.Join(',', members)) };
        }
        return record;
    }
}
