using System.Collections.Immutable;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications.Supervisors;

/// <summary>
/// supervisord's configuration (supervisord.org, "Configuration File"): sections `[program:x]` with command, user,
/// directory, environment, autostart; `[include] files=`. Comments start with `;` or `#`, a value goes on in indented lines.
/// </summary>
internal static class Supervisord
{
    private static readonly string[] Defaults = ["supervisord.conf", "etc/supervisord.conf", "/etc/supervisord.conf", "/etc/supervisor/supervisord.conf"];

    public static ImmutableArray<Process> Services(Process process, Programs programs)
    {
        var options = Options.Parse(process.Arguments, "cuedljyzaqix", ["--configuration", "--user", "--directory", "--logfile", "--pidfile", "--loglevel"]);
        IEnumerable<string> paths = options.Last("-c", "--configuration") is { } given ? [given.Text] : Defaults;
        foreach (var path in paths)
            if (programs.TryFindFile(process.WorkingDir, path, out var file)) return Read(process, file, programs);
        return [];
    }

    private static ImmutableArray<Process> Read(Process process, ImageFile main, Programs programs)
    {
        var services = ImmutableArray.CreateBuilder<Process>();
        List<ImageFile> files = [main];
        for (var i = 0; i < files.Count && i < ImageGlob.Most; i++)
        {
            if (!programs.TryRead(files[i], out var text)) continue; // Reported where it was read.
            foreach (var (section, line, values) in Sections(text))
            {
                if (section == "include" && i == 0 && values.GetValueOrDefault("files") is { } patterns)
                    foreach (var pattern in patterns.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries))
                        files.AddRange(ImageGlob.Expand(programs.Files, Programs.Absolute(main.Parent.Path, pattern)).Where(file => file.IsFile && !files.Contains(file)));
                if (section.StartsWith("program:", StringComparison.Ordinal) && values.GetValueOrDefault("command") is { } command && values.GetValueOrDefault("autostart") is not ("false" or "0" or "off"))
                    services.Add(Service(process, files[i], line, command, values));
            }
        }
        return services.ToImmutable();
    }

    private static Process Service(Process process, ImageFile file, int line, string command, Dictionary<string, string> values)
    {
        var expanded = command;
        foreach (var (name, value) in process.Env) expanded = expanded.Replace($"%(ENV_{name})s", value.Text, StringComparison.Ordinal);
        ImmutableArray<Value> argv = [.. Supervisor.Words(expanded.Replace("%%", "%", StringComparison.Ordinal))];
        return process.Becomes(argv, $"{file.Path}:{line} starts `{Quote.Line(expanded)}`.") with
        {
            User = values.GetValueOrDefault("user", process.User),
            WorkingDir = values.GetValueOrDefault("directory", process.WorkingDir),
        };
    }

    private static IEnumerable<(string Section, int Line, Dictionary<string, string> Values)> Sections(string text)
    {
        var (section, start, key, number) = ("", 0, "", 0);
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var comment = raw.IndexOf(" ;", StringComparison.Ordinal);
            var line = comment >= 0 ? raw[..comment] : raw;
            if (line.Trim().Length == 0 || line[0] is ';' or '#') continue; // A comment.
            if (line[0] == '[' && line.IndexOf(']', StringComparison.Ordinal) is var end and > 0)
            {
                yield return (section, start, values);
                (section, start, key) = (line[1..end].Trim(), number, "");
                values = new Dictionary<string, string>(StringComparer.Ordinal);
            }
            else if (line[0] is ' ' or '\t' && key.Length > 0) values[key] += "\n" + line.Trim();
            else if (line.IndexOfAny(['=', ':']) is var equals and > 0)
            {
                key = line[..equals].Trim();
                values[key] = line[(equals + 1)..].Trim();
            }
        }
        yield return (section, start, values);
    }
}
