using System.CommandLine;

namespace Plimsoll.Cli.Commands;

internal static class ScanCommand
{
    public static Command Create() => new ScanOptions("table", reportsAnyway: true, matches: true).AddTo(new Command("scan", "Say what is in an image, which application it exists for and what is vulnerable"));
}
