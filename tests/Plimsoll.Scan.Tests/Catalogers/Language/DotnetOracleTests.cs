using System.Text.Json;

namespace Plimsoll.Scan.Tests.Catalogers.Language;

/// <summary>Publishes an application and compares with what NuGet resolved for it (obj/project.assets.json).</summary>
public sealed class DotnetOracleTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-dotnet-").FullName;

    [Theory]
    [InlineData("language/dotnet", "--self-contained", "false")]
    [InlineData("binary/dotnet-bundle", "--self-contained", "true", "-p:PublishSingleFile=true")]
    public void Finds_the_packages_that_nuget_resolved(string cataloger, params string[] options)
    {
        Directory.CreateDirectory(Path.Combine(folder, "App"));
        File.WriteAllText(Path.Combine(folder, "App/App.csproj"), """
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><RuntimeIdentifier>linux-x64</RuntimeIdentifier><NuGetAudit>false</NuGetAudit></PropertyGroup>
              <ItemGroup><PackageReference Include="Serilog.Sinks.File" Version="6.*" /><PackageReference Include="Newtonsoft.Json" Version="13.*" /><PackageReference Include="Microsoft.Data.Sqlite" Version="9.*" /></ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "App/Program.cs"), "System.Console.WriteLine(1);");
        // A server that stays would keep the folder busy.
        var run = Programs.Run(Path.Combine(folder, "App"), "dotnet", ["publish", "-c", "Release", "-o", "../root", "-nodeReuse:false", "-m:1", .. options]);
        if (run.Exit != 0 && run.Output.Contains("NU1301", StringComparison.Ordinal)) Assert.Skip($"NuGet cannot be reached: {run.Output}");
        Assert.True(run.Exit == 0, run.Output + run.Errors);

        using var root = new RootFolder(Path.Combine(folder, "root"));
        Assert.Empty(root.Problems);
        var found = root.Packages.Where(package => package.FoundBy == cataloger).ToArray();
        var (packages, edges) = Resolved();
        Assert.True(packages.Count > 5, $"only {packages.Count} packages resolved");
        Assert.Equal(packages, found.Select(package => $"{package.Name}@{package.Version}").Where(name => !name.StartsWith("Microsoft.NETCore.App.", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Equal(edges, found.SelectMany(package => package.Dependencies.Select(key => $"{package.Name} -> {key["pkg:nuget/".Length..]}")).Order(StringComparer.Ordinal));
        if (cataloger == "binary/dotnet-bundle") Assert.Single(found, package => package.Name == "Microsoft.NETCore.App.Runtime.linux-x64");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Packages that bring files, and which of them needs which: directly, or through a package without files.</summary>
    private (IReadOnlyList<string> Packages, IReadOnlyList<string> Edges) Resolved()
    {
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "App/obj/project.assets.json")));
        var target = document.RootElement.GetProperty("targets").GetProperty("net10.0/linux-x64").EnumerateObject().ToDictionary(library => library.Name.Split('/')[0], library => (Id: library.Name.Replace('/', '@'), library.Value));
        return ([.. target.Values.Where(library => HasFiles(library.Value)).Select(library => library.Id).Order(StringComparer.Ordinal)],
            [.. target.Where(pair => HasFiles(pair.Value.Value)).SelectMany(pair => Needs(pair.Key).Distinct().Select(need => $"{pair.Key} -> {need}")).Order(StringComparer.Ordinal)]);

        IEnumerable<string> Needs(string name) => !target[name].Value.TryGetProperty("dependencies", out var needs) ? []
            : needs.EnumerateObject().Where(need => target.ContainsKey(need.Name)).SelectMany(need => HasFiles(target[need.Name].Value) ? [target[need.Name].Id] : Needs(need.Name));

        static bool HasFiles(JsonElement library) => new[] { "runtime", "native", "runtimeTargets", "resource" }
            .Any(kind => library.TryGetProperty(kind, out var files) && files.EnumerateObject().Any(file => !file.Name.EndsWith("/_._", StringComparison.Ordinal)));
    }
}
