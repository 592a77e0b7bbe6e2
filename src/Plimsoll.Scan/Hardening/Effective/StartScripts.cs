using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>What scripts of the start command do to a configuration file before the application reads it: they may write anything, so it is not known.</summary>
internal static class StartScripts
{
    private static readonly string[] harmlessRedirections = ["2>&1", "1>&2", ">&2", ">&3", "2>/dev/null", "2> /dev/null", ">/dev/null", "> /dev/null"];
    private static readonly string[] changing = ["tee", "cp", "mv", "ln", "rm", "install", "envsubst", "patch", "dd", "truncate", "perl", "python", "python3", "source", ".", "eval", "confd", "j2", "gomplate"];

    /// <summary>A gap for each script of the start command that names the file and writes.</summary>
    public static IEnumerable<Setting> Gaps(Subject subject, string path)
    {
        foreach (var word in subject.Image.Config.Entrypoint.Concat(subject.Image.Config.Cmd).Distinct(StringComparer.Ordinal))
        {
            if (!TryFind(subject, word, out var script) || script.Magic == Magic.Elf || !subject.TryRead(script, out var text) || !text.StartsWith("#!", StringComparison.Ordinal)) continue; // No script.
            if (Writes(text, path)) yield return Setting.Gap("", [], Origin.Entrypoint(script.Path), $"what {script.Path} writes to {path}");
        }
    }

    /// <summary>Names the path, and has a command or redirection that changes files; what only reads and tells is no gap.</summary>
    public static bool Writes(string script, string path)
    {
        if (!script.Contains(path, StringComparison.Ordinal)) return false;
        foreach (var raw in script.Split('\n'))
        {
            var line = raw.Trim();
            if (line.StartsWith('#')) continue; // A comment.
            foreach (var told in harmlessRedirections) line = line.Replace(told, "", StringComparison.Ordinal);
            if (line.Contains('>', StringComparison.Ordinal) || line.Contains("sed -i", StringComparison.Ordinal) || line.Split([' ', '\t', ';', '|', '&', '(', '`', '"'], StringSplitOptions.RemoveEmptyEntries).Any(word => changing.Contains(word))) return true;
        }
        return false;
    }

    private static bool TryFind(Subject subject, string word, out ImageFile file)
    {
        file = subject.Files.Root;
        if (word.Length == 0 || word[0] == '-' || word.Contains(' ', StringComparison.Ordinal)) return false;
        if (word.Contains('/', StringComparison.Ordinal)) return subject.TryFind(subject.Process.WorkingDir, word, out file);
        foreach (var folder in subject.Process.SearchPath.Split(':'))
            if (subject.TryFind(folder, word, out file)) return true;
        return false;
    }
}
