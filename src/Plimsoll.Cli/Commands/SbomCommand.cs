using System.CommandLine;

namespace Plimsoll.Cli.Commands;

internal static class SbomCommand
{
    public const string Description = "Write the software bill of materials of an image";

    public static Command Create() => new ScanOptions("cyclonedx", reportsAnyway: false, matches: false).AddTo(new Command("sbom", Description));
}
