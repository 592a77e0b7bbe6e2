using System.CommandLine;

namespace Plimsoll.Cli.Commands;

internal static class HardenCommand
{
    public const string Description = "Compare an application's configuration, as it will run, with its vendor's advice";

    public static Command Create() => new ScanOptions("table", reportsAnyway: true, matches: false, hardens: true).AddTo(new Command("harden", Description));
}
