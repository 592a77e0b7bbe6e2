using System.CommandLine;

namespace Plimsoll.Cli.Commands;

/// <summary>Every command, in the order of the help.</summary>
internal static class All
{
    private const string Description = "Secures the applications inside containers: what is in an image, and what it exists for";

    /// <summary>
    /// A <see cref="RootCommand"/> only for completion, which is a directive and needs one: it asks the runtime for the
    /// program's name and version, which is a sixth of a start.
    /// </summary>
    public static Command Root(bool completes)
    {
        var root = completes ? new RootCommand(Description) : new Command("plimsoll", Description)
        {
            new Option<bool>("--help", "-h", "-?") { Description = "Show this page for any command", Recursive = true, Action = new HelpPage() },
            new Option<bool>("--version") { Description = "Print the version" },
        };
        foreach (var command in new[]
        {
            ScanCommand.Create(),
            SbomCommand.Create(),
            DbCommand.Create(),
            CacheCommand.Create(),
            CatalogersCommand.Create(),
            GuardCommand.Create(),
            CompletionCommand.Create(),
        }) root.Add(command);
        return root;
    }
}
