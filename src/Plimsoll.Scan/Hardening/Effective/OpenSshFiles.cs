using System.Collections.Immutable;
using System.Globalization;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>The file of sshd with all that it includes; a pattern counts from the folder of the built-in file and may name nothing.</summary>
internal sealed class OpenSshFiles(Subject subject)
{
    public const string Folder = "/etc/ssh";

    private const int MostDepth = 16; // As sshd itself allows.
    private const int MostFiles = 1024;

    private static readonly string[] folders = [Folder, "/usr/local/etc", "/usr/local/etc/ssh"];

    private readonly List<string> open = [];
    private string folder = Folder;
    private int files;

    /// <param name="given">The value of `-f`; null for the built-in file.</param>
    public ImmutableArray<Setting> Main(Value? given)
    {
        if (given is { Known: false } unknown) return [Setting.Gap("Include", [unknown.Text], Origin.Argument("-f"), $"the value of `{unknown.Text}` when the container starts")];
        if (given is { Text: "none" }) return [];
        folder = folders.FirstOrDefault(at => subject.TryFind("/", at + "/sshd_config", out _)) ?? Folder;
        var path = given is { } file ? Programs.Absolute(subject.Process.WorkingDir, file.Text) : folder + "/sshd_config";
        return subject.TryFind("/", path, out var found) ? Read(found) : [Subject.Missing("Include", path, given is null ? Origin.Image("built-in path of sshd_config") : Origin.Argument("-f"))];
    }

    private ImmutableArray<Setting> Read(ImageFile file)
    {
        var origin = Origin.At(file.At());
        if (open.Count >= MostDepth || open.Contains(file.Path) || ++files > MostFiles)
        {
            subject.Problems.Report(ProblemKind.LimitReached, file.Path, string.Create(CultureInfo.InvariantCulture, $"it includes itself, or includes are more than {MostDepth} deep or {MostFiles:N0} files; sshd would not start with it"));
            return [Setting.Gap("Include", [file.Path], origin, $"an end to the includes of {file.Path}")];
        }
        if (!subject.TryRead(file, out var text)) return [Setting.Gap("Include", [file.Path], origin, $"the text of {file.Path}, which could not be read")];
        var parsed = SshdGrammar.Parse(text, file.At());
        if (parsed.Error is { } error) subject.Problems.Report(ProblemKind.Malformed, new Location(file.Path, Line: error.Line).ToString(), $"{error.Message}; sshd would not start with this file, and what follows in it was not read");
        open.Add(file.Path);
        var expanded = Expand(parsed.Settings);
        open.RemoveAt(open.Count - 1);
        return expanded;
    }

    private ImmutableArray<Setting> Expand(ImmutableArray<Setting> settings)
    {
        var all = ImmutableArray.CreateBuilder<Setting>(settings.Length);
        foreach (var setting in settings)
            if (setting.IsBlock) all.Add(setting with { Children = Expand(setting.Children) });
            else if (!setting.IsGap && setting.Key.Equals("Include", StringComparison.OrdinalIgnoreCase))
                foreach (var pattern in setting.Arguments) Include(pattern, setting.Origin, all);
            else all.Add(setting);
        return all.ToImmutable();
    }

    private void Include(string pattern, Origin origin, ImmutableArray<Setting>.Builder all)
    {
        var path = Programs.Absolute(folder, pattern);
        foreach (var file in subject.Glob("/", path)) all.AddRange(Read(file));
        // Whoever runs the container fills a volume; and nothing keeps sshd from starting when there is no file.
        if (subject.IsVolume(path)) all.Add(Setting.Gap("Include", [pattern], origin, $"what is mounted at {path[..Math.Max(1, path.LastIndexOf('/'))]}"));
    }
}
