using System.CommandLine;
using Plimsoll.Guard;

namespace Plimsoll.Cli.Commands;

/// <summary>Says what is wrong with a configuration, as a start or a reload would.</summary>
internal static class GuardCheckCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("file") { HelpName = "FILE", Description = "The configuration, as for `guard http --config`" };
        var command = new Command("check", "Read a configuration without starting, and say all that is wrong with it") { file };
        command.SetAction(parsed =>
        {
            Terminal.Out.WriteLine(HttpGuard.Check(parsed.GetRequiredValue(file), TimeProvider.System.GetUtcNow()));
            return ExitCode.Complete;
        });
        return command;
    }
}
