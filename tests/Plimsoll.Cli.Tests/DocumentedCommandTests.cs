using System.CommandLine;
using Plimsoll.Cli.Commands;

namespace Plimsoll.Cli.Tests;

/// <summary>Every `plimsoll …` that a document shows is one that the command line understands.</summary>
public sealed class DocumentedCommandTests
{
    private static readonly string root = Find();

    public static TheoryData<string, string> Commands()
    {
        var data = new TheoryData<string, string>();
        foreach (var document in Directory.EnumerateFiles(root, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(root, "docs"), "*.md")).Order(StringComparer.Ordinal))
            foreach (var line in File.ReadLines(document))
                if (line.StartsWith("$ plimsoll ", StringComparison.Ordinal) || line.StartsWith("$ ./plimsoll ", StringComparison.Ordinal))
                    data.Add(Path.GetRelativePath(root, document), line[(line.IndexOf("plimsoll ", StringComparison.Ordinal) + 9)..].Split('#')[0].Split('|')[0].Trim());
        return data;
    }

    [Theory, MemberData(nameof(Commands))]
    public void Parses(string document, string command)
    {
        var errors = All.Root(completes: false).Parse(command).Errors;
        Assert.True(errors.Count == 0, $"{document}: `plimsoll {command}`: {string.Join(" ", errors.Select(error => error.Message))}");
    }

    [Fact]
    public void The_list_of_the_first_help_is_what_the_commands_are()
    {
        var (built, listed) = (new StringWriter(), new StringWriter());
        HelpPage.Write(All.Root(completes: false), "plimsoll", built);
        HelpPage.WriteRoot(listed);
        Assert.Equal(built.ToString(), listed.ToString());
    }

    [Fact]
    public void Documents_show_every_command()
    {
        var shown = Commands().Select(row => row.Data.Item2.Split(' ')[0]).ToHashSet();
        Assert.Empty(All.Root(completes: false).Subcommands.Select(command => command.Name).Except(shown));
    }

    [Fact]
    public void Documents_name_every_option_of_scan()
    {
        var page = File.ReadAllText(Path.Combine(root, "docs/scan.md"));
        foreach (var option in ScanCommand.Create().Options) Assert.Contains(option.Name, page, StringComparison.Ordinal);
    }

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Plimsoll.slnx")))
            folder = folder.Parent ?? throw new InvalidOperationException("the tests do not run from inside the repository");
        return folder.FullName;
    }
}
