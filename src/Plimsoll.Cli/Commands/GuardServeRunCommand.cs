using System.CommandLine;
using Plimsoll.Guard;

namespace Plimsoll.Cli.Commands;

/// <summary>The guard's own process, which `guard run` starts and starts again. Not for people.</summary>
internal static class GuardServeRunCommand
{
    public static Command Create()
    {
        var folder = new Argument<string>("folder");
        var network = new Argument<string>("namespace");
        var again = new Option<bool>("--again");
        var command = new Command("serve-run", "Guard one container; started by `guard run`") { folder, network, again };
        command.Hidden = true;
        command.SetAction(async (parsed, _) =>
        {
            using var input = Console.OpenStandardInput();
            await GuardRun.ServeAsync(parsed.GetRequiredValue(folder), parsed.GetRequiredValue(network), parsed.GetValue(again), input, Terminal.Out, Terminal.Error);
            return ExitCode.Complete;
        });
        return command;
    }
}
