using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Core.Versions;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// php-fpm's own files: the main file line by line, each `include` in its place, relative to the prefix. A section goes on in the next file until another begins;
/// sections of one name are one pool. At what it does not take php-fpm does not start.
/// </summary>
internal sealed class PhpFpmPools(Subject subject, PhpIniFiles ini, string prefix)
{
    /// <summary>Files inside of each other, as php-fpm itself allows.</summary>
    private const int MostDepth = 5;

    private const int MostFiles = 1024;

    private readonly ImmutableArray<Setting>.Builder global = ImmutableArray.CreateBuilder<Setting>();
    private readonly List<(Setting Head, ImmutableArray<Setting>.Builder Settings)> pools = [];
    private readonly List<string> open = [];
    private Setting? globalHead;
    private ImmutableArray<Setting>.Builder? current;
    private string pool = "";
    private Setting? gap;
    private int files;

    /// <summary>The block `global`, a block for each pool, and what was not seen.</summary>
    public IEnumerable<Setting> Read(string path, Origin origin)
    {
        if (subject.TryFind(subject.Process.WorkingDir, path, out var file)) Add(file, origin);
        else gap = Subject.Missing("include", Programs.Absolute(subject.Process.WorkingDir, path), origin);
        if (globalHead is not null || global.Count > 0) yield return (globalHead ?? Setting.Block(PhpFpmDirectives.Global, [], global[0].Origin, [])) with { Children = global.ToImmutable() };
        foreach (var (head, settings) in pools) yield return head with { Children = settings.ToImmutable() };
        if (gap is not null) yield return gap;
        else if (pools.Count == 0) subject.Problems.Report(ProblemKind.Malformed, path, "no section of it is a pool; php-fpm would not start with this file");
    }

    private void Add(ImageFile file, Origin origin)
    {
        if (open.Count >= MostDepth || ++files > MostFiles)
        {
            Refuse(origin, ["include", file.Path], string.Create(CultureInfo.InvariantCulture, $"{file.Path} is included more than {MostDepth - 1} deep, or there are more than {MostFiles:N0} files"));
            return;
        }
        if (!subject.TryRead(file, out var text))
        {
            gap = Subject.Unread("include", file, origin);
            return;
        }
        open.Add(file.Path);
        var parsed = PhpIniGrammar.Parse(text, file.At(), ini.Variable, isByLine: true);
        foreach (var setting in parsed.Settings)
            if (gap is not null) break;
            else if (setting.IsGap) Refuse(setting.Origin, [], parsed.Error!.Message);
            else Take(setting);
        open.RemoveAt(open.Count - 1);
    }

    private void Take(Setting setting)
    {
        if (setting.IsBlock) Begin(setting);
        else if (setting.Arguments.Length == 0) Refuse(setting.Origin, [], $"`{setting.Key}` has no value");
        else if (setting.Key.Equals("include", StringComparison.Ordinal)) Include(setting);
        else if (setting.Key.EndsWith(']')) AddOfList(setting);
        else
        {
            var (block, into) = current is null ? (PhpFpmDirectives.Global, global) : (PhpFpmDirectives.Pool, current);
            var key = setting.Key.ToLowerInvariant();
            var value = Expanded(setting.Value);
            var normal = PhpFpmDirectives.Normal(block, key, value, out var wrong);
            // What depends on something unknown may be of any form, and a later release may have more.
            if (setting.Needs is not null && (wrong is not null || normal is not null)) (normal, wrong) = (value, null);
            if (normal is null && wrong is null && IsNewer) normal = value;
            if (normal is null) Refuse(setting.Origin, [], wrong ?? $"there is no entry `{setting.Key}` in {(current is null ? "the section global" : "a pool")}");
            else into.Add(setting with { Key = key, Arguments = [normal] });
        }
    }

    private bool IsNewer => subject.Version is { } version && VersionSchemes.Named("generic")!.TryCompare(version, PhpFpmDirectives.LastKnown + ".999", out var order) && order > 0;

    private void Begin(Setting section)
    {
        if (section.Needs is { } needs) gap = Setting.Gap("include", [section.Key], section.Origin, needs);
        else if (section.Key.Equals(PhpFpmDirectives.Global, StringComparison.OrdinalIgnoreCase))
        {
            globalHead ??= Setting.Block(PhpFpmDirectives.Global, [], section.Origin, []);
            current = null;
        }
        else
        {
            var known = pools.FindIndex(one => one.Head.Value.Equals(section.Key, StringComparison.OrdinalIgnoreCase));
            if (known < 0)
            {
                known = pools.Count;
                pools.Add((Setting.Block(PhpFpmDirectives.Pool, [section.Key], section.Origin, []), ImmutableArray.CreateBuilder<Setting>()));
            }
            (pool, current) = (pools[known].Head.Value, pools[known].Settings);
        }
    }

    private void AddOfList(Setting setting)
    {
        var bracket = setting.Key.IndexOf('[', StringComparison.Ordinal);
        var (list, name) = (setting.Key[..bracket], setting.Key[(bracket + 1)..^1]);
        if (list == "access.suppress_path" && current is not null && name.Length == 0) current.Add(setting with { Key = list });
        else if (current is null || !PhpFpmDirectives.Lists.Contains(list)) Refuse(setting.Origin, [], $"there is no list `{list}` in {(current is null ? "the section global" : "a pool")}");
        else if (name.Length == 0) Refuse(setting.Origin, [], $"{list} needs a name between its brackets");
        else if (list.EndsWith("_flag", StringComparison.Ordinal) && setting.Needs is null && PhpFpmDirectives.Normal(PhpFpmDirectives.Pool, "clear_env", setting.Value, out _) is null) Refuse(setting.Origin, [], $"`{setting.Value}` is neither on nor off, which {list} gives");
        else if (list == "env" && setting.Needs is null && setting.Value.Length == 0) Refuse(setting.Origin, [], $"`{setting.Key}` has no value");
        else if (list == "env") current.Add(setting with { Arguments = [Expanded(setting.Value)] });
        else current.Add(PhpValues.Normal(setting with { Arguments = [Expanded(setting.Value)] }, name));
    }

    private string Expanded(string value) => pool.Length > 0 && value.Length < 4096 ? value.Replace("$pool", pool, StringComparison.Ordinal) : value;

    private void Include(Setting setting)
    {
        if (setting.Needs is { } needs)
        {
            gap = Setting.Gap("include", setting.Arguments, setting.Origin, needs);
            return;
        }
        var path = Programs.Absolute(prefix, setting.Value);
        var folder = path[..Math.Max(1, path.LastIndexOf('/'))];
        if (ImageGlob.IsPattern(path))
        {
            if (!ImageGlob.IsPattern(folder) && !subject.IsVolume(folder) && !(subject.Files.TryFind(folder, out var found) && found.IsFolder)) Refuse(setting.Origin, setting.Arguments, $"there is no folder {folder} to include files of");
            foreach (var file in subject.Glob("/", path))
                if (gap is null) Add(file, setting.Origin);
        }
        else if (subject.TryFind("/", path, out var one)) Add(one, setting.Origin);
        // Without a file there php-fpm says so and goes on; where something is mounted there may be one.
        if (gap is null && subject.IsVolume(path)) gap = Setting.Gap("include", setting.Arguments, setting.Origin, $"what is mounted at {folder}");
    }

    private void Refuse(Origin origin, ImmutableArray<string> arguments, string message)
    {
        subject.Problems.Report(ProblemKind.Malformed, origin.File?.ToString() ?? origin.ToString(), $"{message}; php-fpm would not start with this file, and what follows in it was not read");
        gap ??= Setting.Gap("include", arguments, origin, "what follows an error of the file");
    }
}
