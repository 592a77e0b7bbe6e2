using System.CommandLine;

namespace Plimsoll.Cli.Commands;

/// <summary>Every command, in the order of the help.</summary>
internal static class All
{
    public const string Description = "Secures the applications inside containers: what is in an image, and what it exists for";

    public static readonly Listed[] Commands =
    [
        new("scan", "TARGET", ScanCommand.Description, ScanCommand.Create),
        new("sbom", "TARGET", SbomCommand.Description, SbomCommand.Create),
        new("harden", "TARGET", HardenCommand.Description, HardenCommand.Create),
        new("explain", "NAME [TARGET]", ExplainCommand.Description, ExplainCommand.Create),
        new("rules", "", RulesCommand.Description, RulesCommand.Create),
        new("diff", "FROM TO", DiffCommand.Description, DiffCommand.Create),
        new("db", "", DbCommand.Description, DbCommand.Create),
        new("cache", "", CacheCommand.Description, CacheCommand.Create),
        new("catalogers", "", CatalogersCommand.Description, CatalogersCommand.Create),
        new("guard", "", GuardCommand.Description, GuardCommand.Create),
        new("completion", "bash|zsh|fish", CompletionCommand.Description, CompletionCommand.Create),
    ];

    /// <summary>Options of the root, as its help lists them.</summary>
    public static readonly (string Names, string Text)[] Options =
    [
        ("-h, -?, --help", "Show this page for any command"),
        ("--version", "Print the version"),
    ];

    /// <summary>
    /// A <see cref="RootCommand"/> only for completion, which is a directive and needs one: it asks the runtime for the
    /// program's name and version, which is a sixth of a start.
    /// </summary>
    public static Command Root(bool completes)
    {
        var root = completes ? new RootCommand(Description) : new Command("plimsoll", Description);
        root.Options.Clear(); // The library's help is `/h` and `/?` as well, which here are paths.
        root.Add(new Option<bool>("--help", "-h", "-?") { Description = Options[0].Text, Recursive = true, Action = new HelpPage() });
        root.Add(new Option<bool>("--version") { Description = Options[1].Text });
        foreach (var command in Commands) root.Add(command.Create());
        return root;
    }

    /// <summary>A command as the root's help shows it, which builds none: their options are a sixth of a start.</summary>
    /// <param name="Arguments">As in its usage.</param>
    internal sealed record Listed(string Name, string Arguments, string Description, Func<Command> Create);
}
