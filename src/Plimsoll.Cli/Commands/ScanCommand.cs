using System.CommandLine;

namespace Plimsoll.Cli.Commands;

internal static class ScanCommand
{
    public const string Description = "Say what is in an image, which application it exists for and what is vulnerable";

    public static Command Create() => new ScanOptions("table", reportsAnyway: true, matches: true).AddTo(new Command("scan", Description));
}
