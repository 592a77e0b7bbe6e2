using System.Xml.Linq;

namespace Plimsoll.Architecture.Tests;

/// <summary>Who may use whom: the table of ARCHITECTURE.md.</summary>
public sealed class DependencyTests
{
    private static readonly Dictionary<string, string[]> mayUse = new()
    {
        ["Plimsoll.Core"] = [],
        ["Plimsoll.Engines"] = ["Plimsoll.Core"],
        ["Plimsoll.Scan"] = ["Plimsoll.Core", "Plimsoll.Engines", "Plimsoll.Yaml"],
        ["Plimsoll.Guard"] = ["Plimsoll.Core", "Plimsoll.Engines", "Plimsoll.Yaml"],
        ["Plimsoll.Yaml"] = [],
        ["Plimsoll.Cli"] = ["Plimsoll.Core", "Plimsoll.Engines", "Plimsoll.Guard", "Plimsoll.Scan"],
    };

    private static readonly string[] meaningless = ["Common", "Utils", "Utilities", "Helpers", "Abstractions", "Services", "Misc"];

    public static TheoryData<string> Projects => [.. Repository.Files("src", "*.csproj").Select(Repository.Relative)];

    [Theory, MemberData(nameof(Projects))]
    public void A_project_uses_only_what_it_may(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        Assert.True(mayUse.ContainsKey(name), $"{name} has no rule: add it here and to ARCHITECTURE.md");
        var used = XDocument.Load(Path.Combine(Repository.Root, project)).Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value));
        Assert.Empty(used.Except(mayUse[name]));
    }

    [Fact]
    public void The_core_needs_nothing_but_the_base_library() =>
        Assert.Empty(XDocument.Load(Path.Combine(Repository.Root, "src/Plimsoll.Core/Plimsoll.Core.csproj")).Descendants("PackageReference"));

    [Fact]
    public void Only_central_versions()
    {
        foreach (var project in Repository.Files("src", "*.csproj").Concat(Repository.Files("tests", "*.csproj")))
            Assert.DoesNotContain(XDocument.Load(project).Descendants("PackageReference"), reference => reference.Attribute("Version") is not null);
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var listed = XDocument.Load(Path.Combine(Repository.Root, "Plimsoll.slnx")).Descendants("Project").Select(project => project.Attribute("Path")!.Value).Order(StringComparer.Ordinal);
        Assert.Equal(Repository.Files("src", "*.csproj").Concat(Repository.Files("tests", "*.csproj")).Select(Repository.Relative).Order(StringComparer.Ordinal), listed);
    }

    [Fact]
    public void Folders_say_what_is_in_them()
    {
        foreach (var file in Repository.Files("src", "*.cs"))
            Assert.DoesNotContain(Repository.Relative(file).Split('/'), part => meaningless.Contains(Path.GetFileNameWithoutExtension(part)));
    }

    [Fact]
    public void No_file_is_too_long_to_read_in_one_go()
    {
        const int most = 450;
        Assert.DoesNotContain(Repository.Files("src", "*.cs").Concat(Repository.Files("tests", "*.cs")).Select(file => (Name: Repository.Relative(file), Lines: File.ReadLines(file).Count())), file => file.Lines > most);
    }

    [Fact]
    public void Every_command_is_in_the_list_of_commands_or_of_the_command_above_it()
    {
        var lists = Repository.Files("src/Plimsoll.Cli/Commands", "*.cs").ToDictionary(file => file, File.ReadAllText);
        foreach (var file in Repository.Files("src/Plimsoll.Cli/Commands", "*Command.cs"))
            Assert.Contains(lists, list => list.Key != file && list.Value.Contains(" " + Path.GetFileNameWithoutExtension(file) + ".Create", StringComparison.Ordinal));
    }
}
