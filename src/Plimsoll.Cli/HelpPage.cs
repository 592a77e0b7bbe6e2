using System.CommandLine;
using System.CommandLine.Invocation;
using Plimsoll.Cli.Commands;

namespace Plimsoll.Cli;

/// <summary>
/// What `--help` prints, at most as wide as the terminal. The library's own page costs a quarter of a start, because it
/// looks its headings up in translated resources.
/// </summary>
internal sealed class HelpPage : SynchronousCommandLineAction
{
    private const int Indent = 2;
    private const int Gap = 2;

    /// <summary>Terms longer than this have their text on the next line.</summary>
    private const int WidestTerm = 30;

    /// <summary>Of the terminal, but never so narrow that terms and texts have no room beside each other.</summary>
    public static int Width => Math.Max(Terminal.Width, 2 * WidestTerm);

    /// <summary>Of a list with a line an entry: entries are broken for a terminal only, since another program reads lines.</summary>
    public static int ListWidth => Terminal.IsOutput ? Width : int.MaxValue;

    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parsed)
    {
        Write(parsed.CommandResult.Command, CommandLine.PathOf(parsed.CommandResult), parsed.InvocationConfiguration.Output);
        return ExitCode.Complete;
    }

    /// <param name="path">The command as it is typed, with those above it.</param>
    public static void Write(Command command, string path, TextWriter to) => Write(
        to,
        command.Description ?? "",
        $"{path}{(command.Subcommands.Count > 0 ? " COMMAND" : "")}{Arguments(command)} [OPTIONS]",
        [.. command.Subcommands.Where(sub => !sub.Hidden).Select(sub => (sub.Name + Arguments(sub), sub.Description))],
        [.. command.Arguments.Where(argument => !argument.Hidden).Select(argument => (Term(argument), argument.Description))],
        [.. Options(command).Where(option => !option.Hidden).Select(option => (Term(option), option.Description))]);

    /// <summary>The page of the root, from the lists alone: no command is built for it.</summary>
    public static void WriteRoot(TextWriter to)
    {
        var commands = new (string, string?)[All.Commands.Length];
        for (var i = 0; i < commands.Length; i++)
        {
            var listed = All.Commands[i];
            commands[i] = (listed.Arguments.Length == 0 ? listed.Name : $"{listed.Name} {listed.Arguments}", listed.Description);
        }
        Write(to, All.Description, "plimsoll COMMAND [OPTIONS]", commands, [], All.Options!);
    }

    private static void Write(TextWriter to, string description, string usage, (string, string?)[] commands, (string, string?)[] arguments, (string, string?)[] options)
    {
        var width = Width;
        WriteText(to, description + ".", 0, width);
        to.WriteLine();
        to.WriteLine("Usage:");
        to.WriteLine($"{new string(' ', Indent)}{usage}");
        Write(to, "Commands", commands, width);
        Write(to, "Arguments", arguments, width);
        Write(to, "Options", options, width);
    }

    /// <summary>Those of the command, then those that it has from the ones above.</summary>
    private static IEnumerable<Option> Options(Command command)
    {
        foreach (var option in command.Options) yield return option;
        foreach (var parent in command.Parents.OfType<Command>())
            foreach (var option in Options(parent))
                if (option.Recursive) yield return option;
    }

    private static string Arguments(Command command) => string.Concat(command.Arguments.Select(argument => " " + (argument.Arity.MinimumNumberOfValues == 0 ? $"[{Term(argument)}]" : Term(argument))));

    public static string Term(Argument argument) => argument.HelpName ?? argument.Name.ToUpperInvariant();

    private static string Term(Option option)
    {
        var names = string.Join(", ", option.Aliases.Append(option.Name).OrderBy(name => name.Length));
        return option.HelpName is { } value ? $"{names} {value}" : names;
    }

    private static void Write(TextWriter to, string heading, (string Term, string? Text)[] rows, int width)
    {
        if (rows.Length == 0) return;
        to.WriteLine();
        to.WriteLine(heading + ":");
        var widest = 0;
        foreach (var (term, _) in rows) widest = Math.Max(widest, term.Length);
        var column = Indent + Math.Min(widest, WidestTerm) + Gap;
        foreach (var (term, text) in rows)
        {
            var start = new string(' ', Indent) + term;
            if (start.Length + Gap <= column)
            {
                to.Write(start.PadRight(column));
                WriteText(to, text ?? "", column, width);
                continue;
            }
            to.WriteLine(start);
            to.Write(new string(' ', column));
            WriteText(to, text ?? "", column, width);
        }
    }

    /// <summary>Words from a column on, which the first line has reached, broken before the width.</summary>
    public static void WriteText(TextWriter to, string text, int column, int width)
    {
        var at = column;
        foreach (var word in text.Split(' '))
        {
            if (at > column && at + 1 + word.Length > width)
            {
                to.WriteLine();
                to.Write(new string(' ', column));
                at = column;
            }
            if (at > column)
            {
                to.Write(' ');
                at++;
            }
            to.Write(word);
            at += word.Length;
        }
        to.WriteLine();
    }
}
