using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>A file that is not in the image but will be there when the application starts.</summary>
internal sealed record WrittenFile(ImmutableArray<Setting> Settings);

/// <summary>
/// What /docker-entrypoint.sh of the official image does before nginx starts: it runs the scripts of /docker-entrypoint.d. Of those that it
/// comes with, 20-envsubst-on-templates.sh makes files of templates, and 10-listen-on-ipv6-by-default.sh adds a `listen` to the default
/// server as long as nobody changed it. Other scripts that name nginx's folder and write files are a gap: they may write anything.
/// </summary>
internal static class NginxEntrypoint
{
    private const string Scripts = "/docker-entrypoint.d";
    private const string Envsubst = "20-envsubst-on-templates.sh";
    private const string ListenOnIpv6 = "10-listen-on-ipv6-by-default.sh";
    private const int MostTemplates = 256;

    private static readonly string[] harmless = ["15-local-resolvers.envsh", "30-tune-worker-processes.sh"];

    /// <param name="settings">Gets what cannot be seen.</param>
    public static ImmutableSortedDictionary<string, WrittenFile> Written(Subject subject, ImmutableArray<Setting>.Builder settings)
    {
        var written = ImmutableSortedDictionary.CreateBuilder<string, WrittenFile>(StringComparer.Ordinal);
        if (subject.Image.Config.Entrypoint is not [var first, ..] || !first.EndsWith("/docker-entrypoint.sh", StringComparison.Ordinal)) return written.ToImmutable();
        if (!subject.Files.TryFind(Scripts, out var folder) || !folder.IsFolder) return written.ToImmutable();
        foreach (var script in folder.Children().Where(file => file.IsFile).OrderBy(file => file.Path, StringComparer.Ordinal))
        {
            if (script.Name == ListenOnIpv6) AddListen(subject, script, written);
            else if (script.Name == Envsubst) Render(subject, script, written);
            else if (!harmless.Contains(script.Name) && subject.TryRead(script, out var text) && StartScripts.Writes(text, "/etc/nginx"))
                settings.Add(Setting.Gap("", [], Origin.Entrypoint(script.Path), $"what {script.Path} writes below /etc/nginx"));
        }
        return written.ToImmutable();
    }

    private static void AddListen(Subject subject, ImageFile script, ImmutableSortedDictionary<string, WrittenFile>.Builder written)
    {
        const string path = "/etc/nginx/conf.d/default.conf";
        if (!subject.TryFind("/", path, out var file) || !subject.TryRead(file, out var text)) return;
        // The script compares a checksum with the package's: the vendor's file has this very line, and no other for IPv6.
        if (!text.Contains("\n    listen       80;\n", StringComparison.Ordinal) || text.Contains("[::]:80", StringComparison.Ordinal)) return;
        var own = NginxGrammar.Parse(text, file.At());
        written[path] = new WrittenFile([.. own.Settings.Select(setting => setting.Key == "server" && setting.IsBlock ? setting with { Children = WithIpv6(setting.Children) } : setting)]);

        ImmutableArray<Setting> WithIpv6(ImmutableArray<Setting> children)
        {
            for (var i = 0; i < children.Length; i++)
                if (children[i] is { Key: "listen", Arguments: ["80"] } listen)
                    return children.Insert(i + 1, new Setting("listen", ["[::]:80"], new Origin(OriginKind.Entrypoint, listen.Origin.File, Detail: script.Path)));
            return children;
        }
    }

    private static void Render(Subject subject, ImageFile script, ImmutableSortedDictionary<string, WrittenFile>.Builder written)
    {
        var folder = Variable("NGINX_ENVSUBST_TEMPLATE_DIR", "/etc/nginx/templates").TrimEnd('/');
        var suffix = Variable("NGINX_ENVSUBST_TEMPLATE_SUFFIX", ".template");
        var output = Variable("NGINX_ENVSUBST_OUTPUT_DIR", "/etc/nginx/conf.d").TrimEnd('/');
        var filter = Filter(Variable("NGINX_ENVSUBST_FILTER", ""));
        if (!subject.Files.TryFind(folder, out var from)) return;
        foreach (var (name, template) in Below(from, "").Where(file => file.Name.EndsWith(suffix, StringComparison.Ordinal)).Take(MostTemplates))
        {
            if (!subject.TryRead(template, out var text)) continue; // Reported there.
            var place = template.At();
            var result = NginxGrammar.Parse(Substituted(text, subject, filter, out var unset), (line, column) => new Origin(OriginKind.Entrypoint, place with { Line = line }, column, script.Path));
            subject.Report(template, result.Error, "nginx would not start with what is made of this template");
            written[$"{output}/{name[..^suffix.Length]}"] = new WrittenFile([.. result.Settings.Select(setting => Marked(setting, unset))]);
        }

        string Variable(string variable, string otherwise) => subject.Process.EnvValue(variable) is { Length: > 0 } value ? value : otherwise;
    }

    private static Regex? Filter(string pattern)
    {
        if (pattern.Length == 0) return null;
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception wrong) when (wrong is ArgumentException or NotSupportedException)
        {
            return null; // awk would stop at it; then nothing is left out.
        }
    }

    /// <summary>As envsubst(1) for the variables that are set: `$NAME` and `${NAME}`.</summary>
    /// <param name="unset">Variables in capitals that the image does not set: whoever runs it is meant to.</param>
    private static string Substituted(string text, Subject subject, Regex? filter, out HashSet<string> unset)
    {
        var missing = new HashSet<string>(StringComparer.Ordinal);
        unset = missing;
        return new Regex(@"\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))", RegexOptions.NonBacktracking).Replace(text, match =>
        {
            var name = match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value;
            if (filter?.IsMatch(name) != false && subject.Process.EnvValue(name) is { } value) return value;
            if (!name.Any(char.IsAsciiLetterLower)) missing.Add(name);
            return match.Value;
        });
    }

    private static Setting Marked(Setting setting, HashSet<string> unset)
    {
        if (unset.Count == 0) return setting;
        var name = unset.FirstOrDefault(name => setting.Arguments.Any(argument => argument.Contains("$" + name, StringComparison.Ordinal) || argument.Contains("${" + name + "}", StringComparison.Ordinal)));
        return setting with
        {
            Needs = name is null ? setting.Needs : $"the variable {name}, which the image does not set",
            Children = [.. setting.Children.Select(child => Marked(child, unset))],
        };
    }

    private static IEnumerable<(string Name, ImageFile File)> Below(ImageFile folder, string path)
    {
        foreach (var child in folder.Children().OrderBy(child => child.Name, StringComparer.Ordinal))
            if (child.IsFile) yield return (path + child.Name, child);
            else if (child.IsFolder && path.Count(c => c == '/') < 8)
                foreach (var below in Below(child, $"{path}{child.Name}/")) yield return below;
    }
}
