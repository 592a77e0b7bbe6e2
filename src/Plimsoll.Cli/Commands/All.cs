using System.CommandLine;

namespace Plimsoll.Cli.Commands;

/// <summary>Every command, in the order of the help.</summary>
internal static class All
{
    public static RootCommand Root() => new("Secures the applications inside containers: what is in an image, and what it exists for.")
    {
        ScanCommand.Create(),
        SbomCommand.Create(),
        CatalogersCommand.Create(),
        CacheCommand.Create(),
        CompletionCommand.Create(),
    };
}
