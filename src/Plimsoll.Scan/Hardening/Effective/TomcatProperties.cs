using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Applications;
using Plimsoll.Scan.Hardening.Grammars;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>
/// What `${name}` and `${name:-otherwise}` in Tomcat's files stand for: conf/catalina.properties, then `-Dname=value` of CATALINA_OPTS and JAVA_OPTS, which bin/setenv.sh may set. A name that nobody
/// sets stays as it is written.
/// </summary>
internal sealed class TomcatProperties
{
    private const int MostDepth = 8;

    private readonly Dictionary<string, Setting> values = new(StringComparer.Ordinal);
    private readonly List<Setting> given = [];

    public TomcatProperties(Subject subject, string home, string folder)
    {
        foreach (var variable in (ReadOnlySpan<string>)["JAVA_OPTS", "CATALINA_OPTS"])
            if (subject.Process.Env.TryGetValue(variable, out var value)) Options(value.Text, Origin.Environment(variable), value.Known ? null : $"the value of {variable} when the container starts");
        SetEnvironment(subject, home, folder);
        values["catalina.home"] = Named("catalina.home", home);
        values["catalina.base"] = Named("catalina.base", folder);
        if (!subject.TryFind(folder, "conf/catalina.properties", out var file) || !subject.TryRead(file, out var text)) return;
        var parsed = PropertiesGrammar.Parse(text, file.At());
        subject.Report(file, parsed.Error, "what follows in this file was not read");
        // Tomcat makes them properties of the system, whatever the command line said before.
        foreach (var setting in parsed.Settings)
            if (setting.IsGap) given.Add(setting);
            else values[setting.Key] = setting;
    }

    /// <summary>`system-property NAME VALUE` of the command line, and what of it is not known.</summary>
    public IReadOnlyList<Setting> Given => given;

    public Setting Replaced(Setting setting)
    {
        if (setting.IsBlock) return setting with { Children = [.. setting.Children.Select(Replaced)] };
        if (!setting.Arguments.Any(argument => argument.Contains("${", StringComparison.Ordinal))) return setting;
        string? needs = null;
        return setting with { Arguments = [.. setting.Arguments.Select(argument => Text(argument, 0, ref needs))], Needs = needs };
    }

    private string Text(string text, int depth, ref string? needs)
    {
        var start = text.IndexOf("${", StringComparison.Ordinal);
        var end = start < 0 ? -1 : text.IndexOf('}', start);
        if (end < 0 || depth > MostDepth) return text;
        var name = text[(start + 2)..end];
        var colon = name.IndexOf(":-", StringComparison.Ordinal);
        var otherwise = colon > 0 ? name[(colon + 2)..] : null;
        if (colon > 0) name = name[..colon];
        string? value = otherwise;
        if (values.TryGetValue(name, out var set))
        {
            needs ??= set.Needs;
            value = Text(set.Value, depth + 1, ref needs);
        }
        else if (given.Exists(option => option.IsGap)) needs ??= given.Find(option => option.IsGap)!.Needs;
        // A name that is not set stays, and what follows is looked at all the same.
        return text[..start] + (value ?? text[start..(end + 1)]) + Text(text[(end + 1)..], depth + 1, ref needs);
    }

    private static Setting Named(string name, string value) => new(name, [value], Origin.Image(name));

    private void Options(string text, Origin origin, string? needs)
    {
        if (needs is not null) given.Add(Setting.Gap("", [text], origin, needs));
        foreach (var word in text.Split([' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries))
            if (word.StartsWith("-D", StringComparison.Ordinal) && word.Length > 2)
            {
                var parts = word[2..].Trim('"', '\'').Split('=', 2);
                var setting = new Setting(parts[0], [parts.Length > 1 ? parts[1] : ""], origin);
                values[parts[0]] = setting;
                given.Add(new Setting("system-property", [parts[0], setting.Value], origin));
            }
    }

    /// <summary>bin/setenv.sh of the base, else of the home: a shell script; what it computes is not known.</summary>
    private void SetEnvironment(Subject subject, string home, string folder)
    {
        if ((!subject.TryFind(folder, "bin/setenv.sh", out var file) && !subject.TryFind(home, "bin/setenv.sh", out file)) || !subject.TryRead(file, out var text)) return;
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.Trim();
            if (line.StartsWith("export ", StringComparison.Ordinal)) line = line[7..].TrimStart();
            if (!line.StartsWith("CATALINA_OPTS=", StringComparison.Ordinal) && !line.StartsWith("JAVA_OPTS=", StringComparison.Ordinal)) continue; // Sets nothing of ours.
            var value = line[(line.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim('"', '\'');
            // What was in the variable before is read from the environment.
            var rest = value.Replace("$CATALINA_OPTS", "", StringComparison.Ordinal).Replace("${CATALINA_OPTS}", "", StringComparison.Ordinal).Replace("$JAVA_OPTS", "", StringComparison.Ordinal).Replace("${JAVA_OPTS}", "", StringComparison.Ordinal);
            Options(rest, Origin.At(file.At(number), 1), rest.AsSpan().ContainsAny('$', '`') ? $"what {file.Path} makes of `{Quote.Line(rest.Trim())}` when the container starts" : null);
        }
    }
}
