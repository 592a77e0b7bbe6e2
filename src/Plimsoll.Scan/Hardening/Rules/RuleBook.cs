using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Hardening.Rules;

/// <summary>Our rules, which are inside the program, and those of users' folders.</summary>
internal sealed class RuleBook
{
    /// <summary>Rule files of one folder of a user's.</summary>
    private const int MostFiles = 10_000;

    /// <summary>Errors that are told: more than a person mends at a time.</summary>
    private const int MostErrors = 100;

    private const string Prefix = "rules/";
    private static readonly Assembly assembly = typeof(RuleBook).Assembly;

    private readonly ImmutableArray<Rule> added;

    private RuleBook(ImmutableArray<Rule> added) => this.added = added;

    /// <param name="folders">Of a user's own, each with `APPLICATION/NAME.yaml` in it. One with the id of ours takes its place.</param>
    /// <exception cref="PlimsollException">A folder or a file in it cannot be used; all that is wrong is said at once.</exception>
    public static RuleBook Open(IEnumerable<string> folders)
    {
        var errors = new List<string>();
        ImmutableArray<Rule> own = [.. folders.SelectMany(folder => ReadFolder(folder, errors))];
        foreach (var twice in own.GroupBy(rule => rule.Told.Id, StringComparer.Ordinal).Where(same => same.Count() > 1))
            errors.Add($"{string.Join(" and ", twice.Select(rule => rule.File))} are both `{twice.Key}`");
        if (errors.Count > 0) throw new PlimsollException("rules-invalid", $"The rules cannot be used:{(errors.Count == 1 ? $" {errors[0]}." : string.Concat(errors.Take(MostErrors).Select(error => $"\n  {error}")))}{(errors.Count > MostErrors ? $"\n  and {errors.Count - MostErrors} more" : "")}", "docs/hardening.md says what a rule file holds; `plimsoll rules test DIR` tries the examples.");
        return new RuleBook(own);
    }

    /// <summary>The rules of one application, by id.</summary>
    public ImmutableArray<Rule> Of(string application)
    {
        var own = added.Where(rule => rule.Application == application).ToList();
        return [.. BuiltIn(application).Where(rule => own.TrueForAll(other => other.Told.Id != rule.Told.Id)).Concat(own).OrderBy(rule => rule.Told.Id, StringComparer.Ordinal)];
    }

    /// <summary>Every rule, by id.</summary>
    public ImmutableArray<Rule> All() => [.. Effective.All.Applications.SelectMany(application => Of(application.Name)).OrderBy(rule => rule.Told.Id, StringComparer.Ordinal)];

    /// <summary>Those that come from users' folders, by id.</summary>
    public ImmutableArray<Rule> Added => [.. added.OrderBy(rule => rule.Told.Id, StringComparer.Ordinal)];

    private static IEnumerable<Rule> BuiltIn(string application)
    {
        var errors = new List<string>();
        foreach (var name in assembly.GetManifestResourceNames())
        {
            if (!name.StartsWith($"{Prefix}{application}/", StringComparison.Ordinal)) continue;
            using var stream = assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            if (RuleReader.Read(name, name[Prefix.Length..^".yaml".Length], Encoding.UTF8.GetString(bytes), errors, isOurs: true) is { } rule) yield return rule;
        }
        if (errors.Count > 0) throw new InvalidOperationException(string.Join("; ", errors)); // Ours; a test reads them all.
    }

    private static IEnumerable<Rule> ReadFolder(string folder, List<string> errors)
    {
        if (!Directory.Exists(folder))
        {
            errors.Add($"there is no folder `{folder}`");
            yield break;
        }
        var files = Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories).Take(MostFiles + 1).Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0) errors.Add($"`{folder}` has no file *.yaml in it");
        if (files.Count > MostFiles) errors.Add($"`{folder}` has more than {MostFiles:N0} rules");
        foreach (var file in files.Take(MostFiles))
        {
            var parts = Path.GetFullPath(file).Split('/');
            if (Text(file, errors) is { } text && RuleReader.Read(file, $"{parts[^2]}/{parts[^1][..^".yaml".Length]}", text, errors) is { } rule) yield return rule;
        }
    }

    private static string? Text(string file, List<string> errors)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[Math.Min(stream.Length, (RuleReader.MostText * 4) + 4)];
            return Encoding.UTF8.GetString(bytes.AsSpan(0, stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)));
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            errors.Add($"{file}: it cannot be read: {thrown.Message}");
            return null;
        }
    }
}
