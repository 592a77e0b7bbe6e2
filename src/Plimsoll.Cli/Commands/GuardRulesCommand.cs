using System.CommandLine;
using Plimsoll.Guard;

namespace Plimsoll.Cli.Commands;

/// <summary>Reads rules in SecLang.</summary>
internal static class GuardRulesCommand
{
    public static Command Create() => new("rules", "Read rules in SecLang, such as the OWASP Core Rule Set") { Check(), Explain() };

    private static Command Check()
    {
        var paths = Paths();
        var command = new Command("check", "Read rules, and say all that is not understood in them, with file and line") { paths };
        command.SetAction(parsed =>
        {
            Terminal.Out.WriteLine(SecRules.Check(parsed.GetRequiredValue(paths)));
            return ExitCode.Complete;
        });
        return command;
    }

    private static Command Explain()
    {
        var id = new Argument<int>("id") { HelpName = "ID", Description = "Number of the rule" };
        var paths = Paths();
        var command = new Command("explain", "Say in plain words what a rule looks at, what it matches and what follows") { id, paths };
        command.SetAction(parsed =>
        {
            Terminal.Out.Write(SecRules.Explain(parsed.GetRequiredValue(paths), parsed.GetRequiredValue(id)));
            return ExitCode.Complete;
        });
        return command;
    }

    private static Argument<string[]> Paths() => new("path") { HelpName = "PATH", Description = "Folders and files, read in this order; of a folder crs-setup.conf, then rules/*.conf", Arity = ArgumentArity.OneOrMore };
}
