using System.Collections.Immutable;
using Plimsoll.Core.Results;
using Plimsoll.Yaml;

namespace Plimsoll.Scan.Deployments;

/// <summary>
/// Compose files (compose-spec.io): several are laid over one another, `include` and `extends` are followed, variables are those of `.env` beside the
/// first file. Maps are merged by key, lists added up, commands and single values replaced, mounts replaced by their target.
/// </summary>
internal sealed class ComposeFile
{
    private const string Kind = "a compose file with `services`";
    private const int MostFiles = 64;
    private const int MostExtends = 16;

    /// <summary>Lists that are replaced as one.</summary>
    private static readonly string[] replaced = ["command", "entrypoint", "test"];

    /// <summary>Lists of `NAME=value` that are the same as maps.</summary>
    private static readonly string[] pairs = ["environment", "labels", "args", "extra_hosts", "sysctls"];

    private readonly Interpolation interpolation;
    private readonly Dictionary<string, YamlMap> files = new(StringComparer.Ordinal);

    private ComposeFile(DeploymentFolder folder)
    {
        Folder = folder;
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        if (folder.Text(".env", out _) is { } text)
            foreach (var (name, value) in EnvironmentFile.Read(text))
                if (value is not null) variables[name] = value;
        interpolation = new Interpolation(variables);
    }

    public DeploymentFolder Folder { get; }

    /// <exception cref="PlimsollException">One of them cannot be used.</exception>
    public static ImmutableArray<Deployment> Read(IReadOnlyList<string> paths)
    {
        var compose = new ComposeFile(new DeploymentFolder(Path.GetDirectoryName(Path.GetFullPath(paths[0]))!));
        var project = paths.Select(path => compose.Open(path, 0)).Aggregate(Laid);
        if (project["services"] is not YamlMap { Entries.IsEmpty: false } services) throw DeploymentFolder.Invalid(paths[0], 1, "it has no `services`", Kind);
        return [.. services.Entries.Where(entry => entry.Value is YamlMap).Select(entry => new ComposeService(compose.Folder, project, entry.Key, (YamlMap)entry.Value, paths[0]).Read())];
    }

    /// <summary>A file with its variables resolved, what it includes beneath it, and its services extended.</summary>
    private YamlMap Open(string path, int depth)
    {
        var full = Path.GetFullPath(path);
        if (files.TryGetValue(full, out var known)) return known;
        if (depth > MostExtends || files.Count >= MostFiles) throw DeploymentFolder.Invalid(path, 1, $"more than {MostFiles} files, or {MostExtends} that lead to one another, belong to it", Kind);
        var documents = DeploymentFolder.Read(path, Kind);
        if (documents is not [YamlMap raw]) throw DeploymentFolder.Invalid(path, 1, "it is not one map", Kind);
        var map = (YamlMap)interpolation.Resolve(raw);
        files[full] = map;
        var included = map.List("include").Select(item => item is YamlText text ? text.Text : (item as YamlMap)?.String("path")).OfType<string>().Select(name => Open(Beside(path, name), depth + 1)).ToList();
        var services = map.Map("services");
        var extended = services with { Entries = [.. services.Entries.Select(entry => entry.Value is YamlMap service ? entry with { Value = Extended(service, path, map, depth, [entry.Key]) } : entry)] };
        map = map with { Entries = [.. map.Entries.Where(entry => entry.Key is not ("services" or "include")), new(new(services.Line, services.Column, "services"), extended)] };
        return files[full] = included.Aggregate(map, (over, under) => Laid(under, over));
    }

    private YamlMap Extended(YamlMap service, string path, YamlMap file, int depth, ImmutableArray<string> seen)
    {
        if (service["extends"] is not { } extends) return service;
        var (name, from) = extends is YamlText text ? (text.Text, (string?)null) : ((extends as YamlMap)?.String("service"), (extends as YamlMap)?.String("file"));
        if (depth > MostExtends) throw DeploymentFolder.Invalid(path, extends.Line, $"more than {MostExtends} services extend one another", Kind);
        if (name is null) throw DeploymentFolder.Invalid(path, extends.Line, "`extends` names no service", Kind);
        var own = service with { Entries = [.. service.Entries.Where(entry => entry.Key != "extends")] };
        if (from is not null)
        {
            var other = Open(Beside(path, from), depth + 1);
            var found = other.Map("services")[name] as YamlMap ?? throw DeploymentFolder.Invalid(path, extends.Line, $"`{from}` has no service `{name}`", Kind);
            return Laid(Extended(found, Beside(path, from), other, depth + 1, []), own);
        }
        if (seen.Contains(name) || seen.Length > MostExtends) throw DeploymentFolder.Invalid(path, extends.Line, $"the service `{name}` extends itself", Kind);
        var here = file.Map("services")[name] as YamlMap ?? throw DeploymentFolder.Invalid(path, extends.Line, $"there is no service `{name}` to extend", Kind);
        return Laid(Extended(here, path, file, depth, seen.Add(name)), own);
    }

    private static string Beside(string path, string name) => Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, name);

    /// <summary>One map laid over another.</summary>
    private static YamlMap Laid(YamlMap under, YamlMap over)
    {
        var entries = under.Entries.ToBuilder();
        foreach (var entry in over.Entries)
        {
            var at = 0;
            while (at < entries.Count && entries[at].Key != entry.Key) at++;
            if (at == entries.Count) entries.Add(entry);
            else entries[at] = entry with { Value = Merged(entries[at].Value, entry.Value, entry.Key) };
        }
        return over with { Entries = entries.ToImmutable() };
    }

    private static YamlNode Merged(YamlNode under, YamlNode over, string key)
    {
        if (pairs.Contains(key)) (under, over) = (Pairs(under), Pairs(over));
        return (under, over) switch
        {
            (YamlMap lower, YamlMap upper) => Laid(lower, upper),
            (YamlList lower, YamlList upper) when key == "volumes" => upper with { Items = [.. lower.Items.Where(item => upper.Items.All(other => Target(other) != Target(item))), .. upper.Items] },
            (YamlList lower, YamlList upper) when !replaced.Contains(key) => upper with { Items = [.. lower.Items, .. upper.Items] },
            (_, YamlText { IsNothing: true }) => under,
            _ => over,
        };
    }

    /// <summary>`NAME=value` as the entry of a map; a name alone has no value.</summary>
    public static YamlNode Pairs(YamlNode node) => node is not YamlList list ? node : new YamlMap(list.Line, list.Column,
        [.. list.Items.OfType<YamlText>().Select(item => item.Text.IndexOf('=', StringComparison.Ordinal) is var equals and > 0
            ? new YamlEntry(item with { Text = item.Text[..equals] }, item with { Text = item.Text[(equals + 1)..], IsPlain = false })
            : new YamlEntry(item, item with { Text = "", IsPlain = true })).GroupBy(pair => pair.Key, StringComparer.Ordinal).Select(same => same.Last())]);

    private static string? Target(YamlNode volume) => volume switch
    {
        YamlMap map => map.String("target"),
        YamlText { Text: var text } => ComposeMounts.Parts(text).Target,
        _ => null,
    };
}
