using System.Text.Json;

namespace Plimsoll.EndToEnd.Tests;

/// <summary>What the package managers themselves say about a root, and purls in the same words.</summary>
internal static class Oracles
{
    /// <summary>`name version architecture` of each package that dpkg holds as installed, sorted.</summary>
    public static string[] Dpkg(string root)
    {
        if (!Run.Has("dpkg-query")) Assert.Skip("dpkg-query is not installed");
        return Sorted(Run.Program("dpkg-query", [$"--admindir={root}/var/lib/dpkg", "-W", "-f", "${db:Status-Status} ${Package} ${Version} ${Architecture}\\n"])
            .Expect(0).Lines
            .Where(line => line.StartsWith("installed ", StringComparison.Ordinal))
            .Select(line => line["installed ".Length..]));
    }

    /// <summary>`name version` of each package that npm finds installed for the project in a folder, the project itself left out, sorted.</summary>
    public static string[] Npm(string project)
    {
        if (!Run.Has("npm")) Assert.Skip("npm is not installed");
        var answer = Run.Program("npm", ["query", "*", "--prefix", project]).Expect(0);
        using var document = JsonDocument.Parse(answer.Out);
        return Sorted(document.RootElement.EnumerateArray()
            .Where(package => package.GetProperty("location").GetString() != "")
            .Select(package => $"{package.GetProperty("name").GetString()} {package.GetProperty("version").GetString()}")
            .Distinct());
    }

    /// <summary>`name version` of each package in npm's tree, by `npm ls`: what the project needs and has.</summary>
    public static string[] NpmTree(string project)
    {
        if (!Run.Has("npm")) Assert.Skip("npm is not installed");
        // It ends with 1 when a dependency is missing, and still prints the tree.
        var answer = Run.Program("npm", ["ls", "--all", "--json", "--prefix", project]).Expect(0, 1);
        using var document = JsonDocument.Parse(answer.Out);
        var found = new HashSet<string>();
        Walk(document.RootElement);
        return Sorted(found);

        void Walk(JsonElement node)
        {
            if (!node.TryGetProperty("dependencies", out var dependencies)) return;
            foreach (var dependency in dependencies.EnumerateObject())
            {
                if (dependency.Value.TryGetProperty("version", out var version)) found.Add($"{dependency.Name} {version.GetString()}");
                Walk(dependency.Value);
            }
        }
    }

    /// <summary>The purls of one type in the oracles' words: `name version`, for Debian's with the architecture.</summary>
    public static string[] Named(IEnumerable<string> purls, string type) =>
        Sorted(purls.Where(purl => purl.StartsWith($"pkg:{type}/", StringComparison.Ordinal)).Select(Name));

    private static string Name(string purl)
    {
        var query = purl.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? purl : purl[..query];
        var at = path.LastIndexOf('@');
        var segments = path[..at].Split('/');
        var name = purl.StartsWith("pkg:npm/", StringComparison.Ordinal) ? string.Join('/', segments[1..]) : segments[^1];
        var architecture = query < 0 ? null : purl[(query + 1)..].Split('&').FirstOrDefault(pair => pair.StartsWith("arch=", StringComparison.Ordinal))?["arch=".Length..];
        return Uri.UnescapeDataString($"{name} {path[(at + 1)..]}{(architecture is null ? "" : " ")}{architecture}");
    }

    private static string[] Sorted(IEnumerable<string> items) => [.. items.Order(StringComparer.Ordinal)];
}
