using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>The main file of nginx with everything that it includes, each in its place.</summary>
/// <param name="written">Files that the entrypoint writes before nginx starts, by path: they stand in for those of the image.</param>
internal sealed class NginxIncludes(Subject subject, ImmutableSortedDictionary<string, WrittenFile> written)
{
    private const int MostDepth = 32;

    private static readonly string[] prefixes = ["/etc/nginx", "/usr/share/nginx", "/usr/local/nginx", "/usr/local/openresty/nginx", "/var/lib/nginx"];
    private static readonly string[] mains = ["/etc/nginx/nginx.conf", "/usr/local/nginx/conf/nginx.conf", "/usr/local/openresty/nginx/conf/nginx.conf"];

    private readonly Dictionary<string, ImmutableArray<Setting>> parsed = new(StringComparer.Ordinal);
    private readonly List<string> open = [];
    private string folder = "/etc/nginx";
    private int files;
    private int settings;
    private bool isFull;

    public ImmutableArray<Setting> Main(Value? file, Value? prefix)
    {
        foreach (var given in (ReadOnlySpan<Value?>)[file, prefix])
            if (given is { Known: false } unknown) return [Setting.Gap("", [unknown.Text], Origin.Argument(unknown.Text), $"the value of `{unknown.Text}` when the container starts")];
        var candidates = file is { } name
            ? prefix is { } from ? [Programs.Absolute(from.Text, name.Text)] : prefixes.Select(folder => Programs.Absolute(folder, name.Text))
            : prefix is { } other ? [mains[0], Programs.Absolute(other.Text, "conf/nginx.conf")] : mains;
        var tried = candidates.ToList();
        if (tried.Find(Exists) is not { } path) return [Subject.Missing("include", tried[0], file is null ? Origin.Image("built-in path of nginx.conf") : Origin.Argument("-c"))];
        folder = path[..Math.Max(1, path.LastIndexOf('/'))];
        return Read(path);
    }

    private bool Exists(string path) => written.ContainsKey(path) || subject.TryFind("/", path, out _);

    private ImmutableArray<Setting> Read(string path)
    {
        if (!parsed.TryGetValue(path, out var own)) parsed[path] = own = Parse(path);
        open.Add(path);
        var expanded = Expand(own);
        open.RemoveAt(open.Count - 1);
        return expanded;
    }

    private ImmutableArray<Setting> Parse(string path)
    {
        if (written.TryGetValue(path, out var file)) return file.Settings;
        if (!subject.TryFind("/", path, out var found)) return [Subject.Missing("include", path, Origin.Image("files"))];
        if (!subject.TryRead(found, out var text)) return [Setting.Gap("include", [path], Origin.At(found.At()), $"the text of {found.Path}, which could not be read")];
        var result = NginxGrammar.Parse(text, found.At());
        subject.Report(found, result.Error, "nginx would not start with this file, and what follows in it was not read");
        return result.Settings;
    }

    private ImmutableArray<Setting> Expand(ImmutableArray<Setting> from)
    {
        if (!HasIncludes(from) && settings + from.Length <= Nginx.MostSettings)
        {
            settings += from.Length;
            return from;
        }
        var to = ImmutableArray.CreateBuilder<Setting>(from.Length);
        foreach (var setting in from)
        {
            if (isFull) break;
            if (++settings > Nginx.MostSettings || files > Nginx.MostFiles)
            {
                isFull = true;
                subject.Problems.Report(ProblemKind.LimitReached, setting.Origin.ToString(), string.Create(CultureInfo.InvariantCulture, $"includes make more than {Nginx.MostSettings:N0} directives or {Nginx.MostFiles:N0} files of this configuration; the rest was not read"));
                to.Add(Setting.Gap("include", setting.Arguments, setting.Origin, "what lies beyond the limit of directives"));
            }
            else if (setting is { Key: "include", IsBlock: false, IsGap: false, Arguments: [var path] }) to.AddRange(Included(path, setting.Origin));
            else to.Add(setting.IsBlock ? setting with { Children = Expand(setting.Children) } : setting);
        }
        return to.ToImmutable();
    }

    /// <summary>Most blocks have none, and are then used as they are.</summary>
    private static bool HasIncludes(ImmutableArray<Setting> settings)
    {
        foreach (var setting in settings)
            if (setting.Key == "include" || (setting.IsBlock && HasIncludes(setting.Children))) return true;
        return false;
    }

    private ImmutableArray<Setting> Included(string path, Origin origin)
    {
        var absolute = Programs.Absolute(folder, path);
        if (open.Count >= MostDepth || open.Contains(absolute))
        {
            subject.Problems.Report(ProblemKind.Malformed, origin.ToString(), $"{absolute} includes itself; nginx would not start with it");
            return [Setting.Gap("include", [path], origin, $"an end to the includes of {absolute}")];
        }
        if (!ImageGlob.IsPattern(path))
        {
            files++;
            return Exists(absolute) ? Read(Canonical(absolute)) : [Subject.Missing("include", absolute, origin)];
        }
        var names = subject.Glob(folder, path).Select(file => file.Path).Concat(written.Keys.Where(name => ImageGlob.Matches(absolute, name) && name.Count(c => c == '/') == absolute.Count(c => c == '/')))
            .Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        files += names.Count;
        var all = ImmutableArray.CreateBuilder<Setting>();
        foreach (var name in names.TakeWhile(_ => !isFull)) all.AddRange(open.Contains(name) ? Included(name, origin) : Read(name));
        // A folder that a volume covers is filled by whoever runs the container.
        if (subject.IsVolume(absolute)) all.Add(Setting.Gap("include", [path], origin, $"what is mounted at {absolute[..absolute.LastIndexOf('/')]}"));
        return all.ToImmutable();
    }

    private string Canonical(string path) => !written.ContainsKey(path) && subject.TryFind("/", path, out var file) ? file.Path : path;
}
