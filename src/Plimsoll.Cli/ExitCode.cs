using Plimsoll.Core.Results;

namespace Plimsoll.Cli;

/// <summary>What the exit code of a run means; documented in docs/exit-codes.md. Code 1 is for a violated policy.</summary>
internal static class ExitCode
{
    public const int Complete = 0;
    public const int CouldNotRun = 2;
    public const int Partial = 3;

    public static int Of(ScanResult result) => result.Completeness == Completeness.Complete ? Complete : Partial;
}
