using System.CommandLine;
using System.CommandLine.Parsing;

namespace Plimsoll.Cli;

/// <summary>Where a command stands among the others.</summary>
internal static class CommandLine
{
    /// <summary>`plimsoll scan`.</summary>
    public static string PathOf(CommandResult result)
    {
        var names = new List<string>();
        for (SymbolResult? at = result; at is not null; at = at.Parent)
            if (at is CommandResult command) names.Insert(0, command.Command is RootCommand ? "plimsoll" : command.Command.Name);
        return string.Join(' ', names);
    }
}
