using System.Text.Json;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Hardening.Effective;

/// <summary>What lies beside a program of Node: credentials of npm, and packages that only development needs.</summary>
internal static class NodePackage
{
    /// <summary>Packages of one kind that are told.</summary>
    private const int Most = 50;

    private static readonly string[] secrets = ["_authToken", "_auth", "_password"];

    public static IEnumerable<Setting> Findings(Subject subject)
    {
        var program = subject.Application.Executable is { } at && subject.TryFind("/", at.Path, out var file) ? file : (ImageFile?)null;
        var folders = new List<ImageFile>();
        for (var folder = program?.Parent; folder is { } here && folders.Count < 32; folder = here.IsRoot ? null : here.Parent) folders.Add(here);
        foreach (var path in folders.Select(folder => folder.Path).Append(subject.Process.WorkingDir).Append("/root").Append("/home/node").Distinct(StringComparer.Ordinal))
            if (subject.TryFind(path, ".npmrc", out var npmrc) && subject.TryRead(npmrc, out var text))
                foreach (var line in Secrets(text)) yield return new Setting("token-file", [npmrc.Path], Origin.At(npmrc.At(line), 1));
        foreach (var folder in folders)
        {
            if (folder.Path.Contains("/node_modules", StringComparison.Ordinal) || !folder.TryFind("package.json", out var manifest) || !manifest.IsFile) continue; // A dependency's own, or none.
            foreach (var name in Development(subject, manifest).Where(name => folder.TryFind($"node_modules/{name}/package.json", out _)).Take(Most))
                yield return new Setting("development-dependency", [name], Origin.At(manifest.At()));
            yield break;
        }
    }

    /// <summary>Lines that give a credential as it is, not as a variable (npmrc).</summary>
    private static IEnumerable<int> Secrets(string text)
    {
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var parts = raw.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && parts[0].Length > 0 && parts[0][0] is not (';' or '#') && Array.Exists(secrets, secret => parts[0] == secret || parts[0].EndsWith(":" + secret, StringComparison.Ordinal)) && parts[1].Length > 0 && !parts[1].Contains("${", StringComparison.Ordinal)) yield return number;
        }
    }

    /// <summary>Names of `devDependencies` that are not also dependencies.</summary>
    private static List<string> Development(Subject subject, ImageFile manifest)
    {
        if (!subject.TryRead(manifest, out var text)) return [];
        try
        {
            using var json = JsonDocument.Parse(text.TrimStart('\uFEFF'));
            var others = Names(json.RootElement, "dependencies").Concat(Names(json.RootElement, "optionalDependencies")).ToHashSet(StringComparer.Ordinal);
            return [.. Names(json.RootElement, "devDependencies").Where(name => !others.Contains(name)).Order(StringComparer.Ordinal)];
        }
        catch (JsonException)
        {
            return []; // Finding the application has reported it.
        }
    }

    private static List<string> Names(JsonElement root, string section) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(section, out var listed) && listed.ValueKind == JsonValueKind.Object ? [.. listed.EnumerateObject().Select(entry => entry.Name)] : [];
}
