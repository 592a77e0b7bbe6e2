using System.CommandLine;
using Plimsoll.Guard;

namespace Plimsoll.Cli.Commands;

/// <summary>Removes what guarded runs left behind that were killed.</summary>
internal static class GuardCleanupCommand
{
    public static Command Create()
    {
        var state = GuardRunCommand.State();
        var command = new Command("cleanup", "Remove what killed runs of `guard run` left behind, and say what could not be removed") { state };
        command.SetAction(parsed => GuardRun.CleanUp(parsed.GetRequiredValue(state), Terminal.Out.WriteLine) ? ExitCode.Complete : ExitCode.Partial);
        return command;
    }
}
