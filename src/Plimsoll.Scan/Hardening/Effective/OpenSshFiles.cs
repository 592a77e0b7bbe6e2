using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>The file of sshd with all that it includes; a pattern counts from the folder of the built-in file and may name nothing.</summary>
internal sealed class OpenSshFiles(Subject subject)
{
    public const string Folder = "/etc/ssh";

    private static readonly string[] folders = [Folder, "/usr/local/etc", "/usr/local/etc/ssh"];

    private readonly IncludedFiles included = new(subject, mostOpen: 16, mostFiles: 1024, "; sshd would not start with it"); // Includes of sshd itself are at most so deep.
    private string folder = Folder;

    /// <param name="given">The value of `-f`; null for the built-in file.</param>
    public ImmutableArray<Setting> Main(Value? given)
    {
        if (given is { Known: false } unknown) return [Setting.Gap("Include", [unknown.Text], Origin.Argument("-f"), $"the value of `{unknown.Text}` when the container starts")];
        if (given is { Text: "none" }) return [];
        folder = folders.FirstOrDefault(at => subject.TryFind("/", at + "/sshd_config", out _)) ?? Folder;
        var path = given is { } file ? Programs.Absolute(subject.Process.WorkingDir, file.Text) : folder + "/sshd_config";
        var origin = given is null ? Origin.Image("built-in path of sshd_config") : Origin.Argument("-f");
        return subject.TryFind("/", path, out var found) ? Read(found, origin) : [Subject.Missing("Include", path, origin)];
    }

    private ImmutableArray<Setting> Read(ImageFile file, Origin origin)
    {
        if (!included.TryOpen(file, "Include", origin, out var text, out var gap)) return [gap];
        var parsed = SshdGrammar.Parse(text, file.At());
        subject.Report(file, parsed.Error, "sshd would not start with this file, and what follows in it was not read");
        var expanded = Expand(parsed.Settings);
        included.Close();
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
        foreach (var file in subject.Glob("/", path)) all.AddRange(Read(file, origin));
        // Whoever runs the container fills a volume; and nothing keeps sshd from starting when there is no file.
        if (subject.IsVolume(path)) all.Add(Setting.Gap("Include", [pattern], origin, $"what is mounted at {path[..Math.Max(1, path.LastIndexOf('/'))]}"));
    }
}
