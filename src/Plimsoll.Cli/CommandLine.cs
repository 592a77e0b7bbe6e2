using System.CommandLine;
using System.CommandLine.Parsing;

namespace Plimsoll.Cli;

/// <summary>What was typed: where its command stands among the others, and what is wrong with it.</summary>
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

    /// <summary>What to mend first, a sentence.</summary>
    public static string Wrong(ParseResult parsed)
    {
        var (result, path) = (parsed.CommandResult, PathOf(parsed.CommandResult));
        var commands = string.Join(", ", result.Command.Subcommands.Where(command => !command.Hidden).Select(command => command.Name));
        if (parsed.UnmatchedTokens is [var word, ..])
        {
            if (word.StartsWith('-')) return $"There is no option `{word}`.";
            return commands.Length > 0 ? $"`{path}` has no command `{word}`, but {commands}." : $"`{path}` takes no `{word}`.";
        }
        var error = parsed.Errors[^1]; // The most specific.
        if (error.SymbolResult is CommandResult && parsed.Errors.Count == 1 && commands.Length > 0 && result.Command.Action is null) return $"`{path}` needs a command: {commands}.";
        if (error.SymbolResult is ArgumentResult { Tokens.Count: 0 } missing && missing.Argument.Arity.MinimumNumberOfValues > 0) return $"`{path}` needs `{HelpPage.Term(missing.Argument)}`.";
        if (error.SymbolResult?.Tokens is not [.., var last]) return error.Message;
        var where = error.SymbolResult is OptionResult of ? $" in `{of.Option.Name}`" : "";
        // Of a choice the library writes a line for each word, of a number it names the type.
        if (error.Message.Contains("'System.", StringComparison.Ordinal)) return $"`{last.Value}`{where} is no number that it may be.";
        var lines = error.Message.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length > 1 ? $"`{last.Value}`{where} is none of {string.Join(", ", lines.Skip(1).Select(line => line.Trim('\'')))}." : error.Message;
    }
}
