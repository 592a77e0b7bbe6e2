using System.CommandLine;
using Plimsoll.Guard;

namespace Plimsoll.Cli.Commands;

/// <summary>What a running guard does, live in a terminal, once in a pipe.</summary>
internal static class GuardTopCommand
{
    public static Command Create()
    {
        var admin = new Option<string>("--admin") { HelpName = "ADDRESS:PORT", Description = "The guard's admin listener (default 127.0.0.1:9901)", DefaultValueFactory = _ => "127.0.0.1:9901" };
        var once = new Option<bool>("--once") { Description = "One picture, as in a pipe" };
        var command = new Command("top", "Show what a running guard does: requests or statements, refusals by reason, sites, upstreams") { admin, once };
        command.SetAction(async (parsed, cancelled) =>
        {
            var isLive = Terminal.IsOutput && !parsed.GetValue(once);
            await GuardTop.RunAsync(parsed.GetRequiredValue(admin), Terminal.Out, () => (Terminal.Width, isLive ? Terminal.Height : int.MaxValue), isLive, Terminal.HasColour, cancelled);
            return ExitCode.Complete;
        });
        return command;
    }
}
