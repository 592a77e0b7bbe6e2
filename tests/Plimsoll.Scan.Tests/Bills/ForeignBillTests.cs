using System.Text.Json;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Tests.Catalogers;
using Plimsoll.Scan.Tests.Reports;

namespace Plimsoll.Scan.Tests.Bills;

/// <summary>Bills that npm itself and the CycloneDX project's tool write of a project, against what `npm ls` lists.</summary>
public sealed class ForeignBillTests : IDisposable
{
    private readonly DirectoryInfo outer = Directory.CreateTempSubdirectory("plimsoll-bills-");

    /// <summary>`npm sbom` takes the name of the folder for that of the project.</summary>
    private readonly string folder;

    public ForeignBillTests() => folder = outer.CreateSubdirectory("demo").FullName;

    [Fact]
    public void Has_what_npm_ls_lists()
    {
        if (!Programs.Exist("npm")) Assert.Skip("npm is not installed");
        File.WriteAllText(Path.Combine(folder, "package.json"), """{"name": "@quay/demo", "version": "1.0.0", "license": "Apache-2.0", "dependencies": {"express": "4.18.2", "@babel/code-frame": "7.22.5", "spdx-expression-parse": "4.0.0"}, "devDependencies": {"left-pad": "1.3.0"}}""");
        Run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund");
        using var listed = JsonDocument.Parse(Run("npm", "ls", "--all", "--json"));
        var (names, edges) = (new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        List("@quay/demo@1.0.0", listed.RootElement, names, edges);
        Assert.True(names.Count > 70 && edges.Count > 100, $"npm lists {names.Count} packages and {edges.Count} dependencies");

        foreach (var (tool, text) in Bills())
        {
            var result = BillBytes.Read(text);
            Assert.Empty(result.Problems);
            Assert.Equal(names.Append("@quay/demo@1.0.0").Order(StringComparer.Ordinal), result.Packages.Select(Title).Order(StringComparer.Ordinal));
            var known = result.Packages.ToDictionary(package => package.Key, Title, StringComparer.Ordinal);
            var read = result.Packages.SelectMany(package => package.Dependencies.Select(key => $"{Title(package)} > {known[key]}")).Order(StringComparer.Ordinal);
            Assert.True(edges.SetEquals(read), $"{tool}: {string.Join("; ", edges.Except(read).Select(edge => "lacks " + edge).Concat(read.Except(edges).Select(edge => "has " + edge)).Take(10))}");
            Assert.Equal(["MIT"], result.Packages.Single(package => package.Name == "express").Licenses);
        }
    }

    /// <summary>npm's own bill holds the constraints of the schema that ours is tested with.</summary>
    [Fact]
    public void Schema_for_spdx_takes_the_bill_of_npm()
    {
        if (!Programs.Exist("npm")) Assert.Skip("npm is not installed");
        File.WriteAllText(Path.Combine(folder, "package.json"), """{"name": "demo", "version": "1.0.0", "dependencies": {"left-pad": "1.3.0"}}""");
        Run("npm", "install", "--ignore-scripts", "--no-audit", "--no-fund");
        NodeValidator.AssertValid(
            Path.Combine(Reports.GoldenTests.Repository(), "tests/Plimsoll.Scan.Tests/Reports/spdx-2.3.schema.json"),
            new Dictionary<string, byte[]>(StringComparer.Ordinal) { ["npm"] = System.Text.Encoding.UTF8.GetBytes(Run("npm", "sbom", "--sbom-format=spdx")) });
    }

    public void Dispose() => outer.Delete(recursive: true);

    private IEnumerable<(string Tool, string Text)> Bills()
    {
        yield return ("npm sbom, CycloneDX", Run("npm", "sbom", "--sbom-format=cyclonedx"));
        yield return ("npm sbom, SPDX", Run("npm", "sbom", "--sbom-format=spdx"));
        if (NodeValidator.Folder is not { } modules) yield break;
        // Components are nested like folders unless flattened.
        foreach (var (version, form) in (ValueTuple<string, string[]>[])[("1.4", []), ("1.5", ["--flatten-components"]), ("1.6", [])])
            yield return ($"cyclonedx-npm {version}", Run("node", [Path.Combine(modules, "node_modules/@cyclonedx/cyclonedx-npm/bin/cyclonedx-npm-cli.js"), "--spec-version", version, .. form]));
    }

    private string Run(string program, params string[] arguments)
    {
        var (exit, output, errors) = Programs.Run(folder, program, arguments);
        Assert.True(exit == 0, $"{program} {string.Join(' ', arguments)}: {errors}");
        return output;
    }

    private static void List(string name, JsonElement node, SortedSet<string> names, SortedSet<string> edges)
    {
        if (!node.TryGetProperty("dependencies", out var dependencies)) return;
        foreach (var dependency in dependencies.EnumerateObject())
        {
            var title = $"{dependency.Name}@{dependency.Value.GetProperty("version").GetString()}";
            names.Add(title);
            edges.Add($"{name} > {title}");
            List(title, dependency.Value, names, edges);
        }
    }

    private static string Title(Package package) => $"{package.Name}@{package.Version}";
}
