using System.CommandLine;

namespace Plimsoll.Cli.Commands;

internal static class SbomCommand
{
    public static Command Create() => new ScanOptions("cyclonedx", reportsAnyway: false, matches: false).AddTo(new Command("sbom", "Write the software bill of materials of an image"));
}
