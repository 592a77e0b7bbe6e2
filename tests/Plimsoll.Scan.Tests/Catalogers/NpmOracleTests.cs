using System.Text.Json;
using Plimsoll.Core.Packages;

namespace Plimsoll.Scan.Tests.Catalogers;

/// <summary>Compares with `npm ls` on trees that npm, pnpm and yarn have just installed.</summary>
public sealed class NpmOracleTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-npm-").FullName;

    [Fact]
    public void Finds_what_npm_ls_lists_and_the_same_dependencies()
    {
        Install("""{"name": "app", "version": "1.0.0", "workspaces": ["packages/*"], "dependencies": {"express": "4.18.2", "@babel/core": "7.24.0", "webpack": "5.90.0", "aliased": "npm:ms@2.0.0", "npm": "10.8.2", "chokidar": "3.6.0"}}""");
        var member = Directory.CreateDirectory(Path.Combine(folder, "app/packages/member")).FullName;
        File.WriteAllText(Path.Combine(member, "package.json"), """{"name": "@team/member", "version": "0.1.0", "dependencies": {"ms": "2.1.1"}}""");
        Npm("install", "--no-audit", "--no-fund", "--ignore-scripts");

        using var root = new RootFolder(folder);
        Assert.Empty(root.Problems);
        var (packages, edges) = Listed();
        Assert.True(packages.Count > 300, $"only {packages.Count} packages installed");
        Assert.Equal(packages, Names(root));
        Assert.True(edges.Count > 500, $"only {edges.Count} dependencies listed");
        Assert.Equal(edges, Edges(root));
    }

    [Fact]
    public void Finds_what_pnpm_keeps_in_its_store()
    {
        Install("""{"name": "app", "version": "1.0.0", "dependencies": {"express": "4.18.2", "@babel/core": "7.24.0", "aliased": "npm:ms@2.0.0"}}""");
        Manager("pnpm@9.15.0", "install", "--ignore-scripts", "--store-dir", Path.Combine(folder, "store"));

        using var root = new RootFolder(folder);
        Assert.Empty(root.Problems);
        // The store has a folder for each package, NAME@VERSION with `+` for `/` and peers in brackets.
        var store = Directory.GetDirectories(Path.Combine(folder, "app/node_modules/.pnpm")).Select(path => Path.GetFileName(path))
            .Where(name => name is not "node_modules").Select(name => name.Split('(', '_')[0].Replace('+', '/'));
        Assert.Equal(store.ToHashSet().Order(StringComparer.Ordinal), Names(root));
        var express = root.Packages.Single(package => package.Name == "express");
        Assert.Equal(31, express.Requires.Length);
        Assert.Contains(express.Dependencies, key => key.StartsWith("pkg:npm/accepts@", StringComparison.Ordinal));
    }

    [Fact]
    public void Finds_what_yarn_classic_installed()
    {
        Install("""{"name": "app", "version": "1.0.0", "license": "MIT", "dependencies": {"express": "4.18.2", "debug": "4.3.4", "aliased": "npm:ms@2.0.0"}}""");
        Manager("yarn@1.22.22", "install", "--ignore-scripts", "--non-interactive", "--cache-folder", Path.Combine(folder, "cache"));
        Directory.Delete(Path.Combine(folder, "cache"), recursive: true);

        using var root = new RootFolder(folder);
        Assert.Empty(root.Problems);
        // The lock file has one block for each resolved version: `name@range, …:` and `version "…"`.
        var locked = File.ReadAllText(Path.Combine(folder, "app/yarn.lock")).Split("\n\n")
            .Select(block => block.Trim('\n').Split('\n')).Where(lines => lines.Length > 1 && lines[1].StartsWith("  version", StringComparison.Ordinal))
            .Select(lines => (Spec: lines[0].Trim('"').Split(',')[0].TrimEnd(':').Trim('"'), Version: lines[1].Split('"')[1]))
            .Select(block => (block.Spec.Contains("@npm:", StringComparison.Ordinal) ? block.Spec[(block.Spec.IndexOf("@npm:", StringComparison.Ordinal) + 5)..] : block.Spec) is var spec
                ? $"{spec[..spec.LastIndexOf('@')]}@{block.Version}" : "");
        Assert.Equal(locked.ToHashSet().Order(StringComparer.Ordinal), Names(root));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static IEnumerable<string> Names(RootFolder root) =>
        root.Packages.Select(package => $"{package.Name}@{package.Version}").Order(StringComparer.Ordinal);

    private static IEnumerable<string> Edges(RootFolder root)
    {
        var names = root.Packages.ToDictionary(package => package.Key, package => $"{package.Name}@{package.Version}");
        return root.Packages.SelectMany(package => package.Dependencies.Select(key => $"{names[package.Key]} -> {names[key]}")).Order(StringComparer.Ordinal);
    }

    /// <summary>Packages and edges by `npm ls`: of a package that it prints several times, only one print has the dependencies.</summary>
    private (IReadOnlyList<string> Packages, IReadOnlyList<string> Edges) Listed()
    {
        var output = Programs.Run(Path.Combine(folder, "app"), "npm", "ls", "--all", "--json", "--long").Output;
        using var document = JsonDocument.Parse(output, new JsonDocumentOptions { MaxDepth = 512 });
        var packages = new SortedSet<string>(StringComparer.Ordinal);
        var edges = new SortedSet<string>(StringComparer.Ordinal);
        Walk(document.RootElement, parent: null);
        return ([.. packages], [.. edges]);

        void Walk(JsonElement element, string? parent)
        {
            if (!element.TryGetProperty("dependencies", out var dependencies)) return;
            foreach (var dependency in dependencies.EnumerateObject())
            {
                // A missing optional or peer dependency stands here with no version.
                if (!dependency.Value.TryGetProperty("version", out var version)) continue;
                var name = $"{dependency.Value.GetProperty("name").GetString()}@{version.GetString()}";
                packages.Add(name);
                if (parent is not null && parent != name) edges.Add($"{parent} -> {name}");
                Walk(dependency.Value, name);
            }
        }
    }

    private void Install(string manifest)
    {
        if (!Programs.Exist("npm") || !Programs.Exist("npx")) Assert.Skip("npm is not installed here.");
        Directory.CreateDirectory(Path.Combine(folder, "app"));
        File.WriteAllText(Path.Combine(folder, "app/package.json"), manifest);
        if (Programs.Run(folder, "npm", "view", "ms@2.0.0", "version") is { Exit: not 0 } failed) Assert.Skip($"npm's registry cannot be reached: {failed.Errors}");
    }

    private void Npm(params string[] arguments) => Succeed(Programs.Run(Path.Combine(folder, "app"), "npm", arguments));

    private void Manager(string package, params string[] arguments) =>
        Succeed(Programs.Run(Path.Combine(folder, "app"), "npx", ["--yes", package, .. arguments]));

    private static void Succeed((int Exit, string Output, string Errors) run) => Assert.True(run.Exit == 0, run.Output + run.Errors);
}
