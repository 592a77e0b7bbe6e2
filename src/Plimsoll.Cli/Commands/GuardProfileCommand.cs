using System.CommandLine;
using Plimsoll.Guard;

namespace Plimsoll.Cli.Commands;

/// <summary>Reads and changes profiles of what an application does.</summary>
internal static class GuardProfileCommand
{
    public static Command Create() => new("profile", "Read and change profiles of what an application does") { Show(), Diff(), Merge(), Accept() };

    private static Command Show()
    {
        var file = File("file", "FILE");
        return Write(new("show", "List what a profile permits, and what waits to be accepted") { file }, parsed => GuardProfile.Show(parsed.GetRequiredValue(file)));
    }

    private static Command Diff()
    {
        var (before, after) = (File("from", "FROM"), File("to", "TO"));
        return Write(new("diff", "List what one profile permits and another does not") { before, after }, parsed => GuardProfile.Diff(parsed.GetRequiredValue(before), parsed.GetRequiredValue(after)));
    }

    private static Command Merge()
    {
        var into = new Option<string>("--into") { HelpName = "FILE", Description = "The profile to write; what other protocols have in it stays", Required = true };
        var files = new Argument<string[]>("files") { HelpName = "FILE", Description = "Profiles", Arity = ArgumentArity.OneOrMore };
        return Write(new("merge", "Write what any of several profiles permits, with the widest limits") { files, into }, parsed => GuardProfile.Merge(parsed.GetRequiredValue(files), parsed.GetRequiredValue(into)));
    }

    private static Command Accept()
    {
        var file = File("file", "FILE");
        var ids = new Argument<string[]>("shape") { HelpName = "ID", Description = "Shapes as events name them; `all` for all that no rule is against", Arity = ArgumentArity.OneOrMore };
        return Write(new("accept", "Permit what was refused; a running guard takes it in within seconds") { file, ids }, parsed => GuardProfile.Accept(parsed.GetRequiredValue(file), parsed.GetRequiredValue(ids)));
    }

    private static Argument<string> File(string name, string help) => new(name) { HelpName = help, Description = "A profile" };

    private static Command Write(Command command, Func<ParseResult, string> text)
    {
        command.SetAction(parsed =>
        {
            Terminal.Out.Write(text(parsed));
            return ExitCode.Complete;
        });
        return command;
    }
}
