using System.Text;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Freshness.Sources;

/// <summary>A repository of rpm packages: its addresses, or where a list of them is.</summary>
/// <param name="List">Address of a `mirrorlist` or `metalink`; null when there are base addresses.</param>
internal sealed record YumSource(string Id, IReadOnlyList<string> Bases, string? List);

/// <summary>
/// Reads which repositories dnf, yum or zypper of an image ask (dnf.conf(5)): /etc/yum.repos.d/*.repo and
/// /etc/zypp/repos.d/*.repo, sections `[id]` with `baseurl` (several, divided by blanks, commas or lines), `mirrorlist`,
/// `metalink` and `enabled`. `$releasever`, `$basearch` and the variables in /etc/dnf/vars and /etc/yum/vars are put in.
/// </summary>
internal sealed class YumSources(ImageFiles files, Asking asking)
{
    /// <summary>Bytes of a file; real ones have some KB.</summary>
    private const int MostBytes = 1 << 20;

    private static readonly string[] folders = ["/etc/yum.repos.d", "/etc/zypp/repos.d"];
    private static readonly string[] variableFolders = ["/etc/dnf/vars", "/etc/yum/vars"];

    private readonly List<YumSource> found = [];

    /// <param name="architecture">`x86_64`.</param>
    public static IReadOnlyList<YumSource> Read(ImageFiles files, Asking asking, string architecture)
    {
        var reading = new YumSources(files, asking);
        var variables = reading.Variables(architecture);
        foreach (var file in reading.FilesIn(folders).Where(file => file.Name.EndsWith(".repo", StringComparison.Ordinal)))
            if (reading.Text(file) is { } text) reading.ReadSections(text, file.Path, variables);
        return reading.found;
    }

    private IEnumerable<ImageFile> FilesIn(string[] from) => from.SelectMany(path => files.TryFind(path, out var folder) && folder.IsFolder
        ? folder.Children().Where(file => file.IsFile).OrderBy(file => file.Name, StringComparer.Ordinal) : Enumerable.Empty<ImageFile>());

    private string? Text(ImageFile file)
    {
        try
        {
            return Encoding.UTF8.GetString(file.ReadBytes(MostBytes).Span);
        }
        catch (UnreadableException unreadable)
        {
            asking.Report(unreadable.Kind, Rpm.SourceId, file.Path, $"{unreadable.Message}; what it says of repositories was not used");
            return null;
        }
    }

    /// <summary>The longest names first, so that `$releasever_major` is not taken for `$releasever`.</summary>
    private List<KeyValuePair<string, string>> Variables(string architecture)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal) { ["basearch"] = architecture, ["arch"] = architecture };
        if (asking.Os is { VersionId: { } version } os)
        {
            variables["releasever"] = ReleaseVersion(os, version);
            variables["releasever_major"] = version.Split('.')[0];
        }
        foreach (var file in FilesIn(variableFolders))
            if (Text(file) is { } text) variables[file.Name] = text.Split('\n')[0].Trim();
        return [.. variables.OrderByDescending(variable => variable.Key.Length).ThenBy(variable => variable.Key, StringComparer.Ordinal)];
    }

    /// <summary>The rebuilds of Red Hat's provide `system-release(releasever)` without the minor version.</summary>
    private static string ReleaseVersion(OsRelease os, string version) => os.Id is "almalinux" or "centos" or "ol" or "rocky" ? version.Split('.')[0] : version;

    private void ReadSections(string text, string path, List<KeyValuePair<string, string>> variables)
    {
        var (id, last, number) = ("", "", 0);
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var whole in text.Split('\n'))
        {
            number++;
            var line = whole.TrimEnd();
            if (line.Length == 0 || line[0] is '#' or ';') continue; // A comment asks nobody.
            if (line is ['[', .., ']'])
            {
                Add(id, fields, path, variables);
                (id, last) = (line[1..^1], "");
                fields.Clear();
            }
            else if (line[0] is ' ' or '\t' && last.Length > 0) fields[last] += "\n" + line.Trim();
            else if (id.Length > 0 && line.IndexOf('=', StringComparison.Ordinal) is var equals and > 0) fields[last = line[..equals].Trim()] = line[(equals + 1)..].Trim();
            else asking.Report(ProblemKind.Malformed, Rpm.SourceId, $"{path}:{number}", "expected `[id]` or `name=value`, found something else; the line was not used");
        }
        Add(id, fields, path, variables);
    }

    private void Add(string id, Dictionary<string, string> fields, string path, List<KeyValuePair<string, string>> variables)
    {
        if (id is "" or "main") return; // Before the first section, and the settings of all.
        if (fields.GetValueOrDefault("enabled") is "0" or "false" or "no" or "off") return; // dnf does not ask it either.
        string[] bases = [.. (fields.GetValueOrDefault("baseurl") ?? "").Split([' ', ',', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(address => Fill(address, variables))];
        var list = fields.GetValueOrDefault("mirrorlist") ?? fields.GetValueOrDefault("metalink");
        if (bases.Length == 0 && list is null) asking.Report(ProblemKind.Malformed, Rpm.SourceId, path, $"expected `baseurl`, `mirrorlist` or `metalink` in [{id}], found none; the repository was not asked");
        else found.Add(new YumSource(id, bases, bases.Length > 0 ? null : Fill(list!, variables)));
    }

    private static string Fill(string text, List<KeyValuePair<string, string>> variables)
    {
        foreach (var (name, value) in variables) text = text.Replace($"${{{name}}}", value, StringComparison.Ordinal).Replace($"${name}", value, StringComparison.Ordinal);
        return text;
    }
}
