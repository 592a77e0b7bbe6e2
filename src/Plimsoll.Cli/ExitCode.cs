using Plimsoll.Core.Results;

namespace Plimsoll.Cli;

/// <summary>What the exit code of a run means; documented in docs/exit-codes.md.</summary>
internal static class ExitCode
{
    public const int Complete = 0;
    public const int Violated = 1;
    public const int CouldNotRun = 2;
    public const int Partial = 3;

    /// <summary>Violated beats incomplete.</summary>
    public static int Of(ScanResult result) =>
        result.Policy is { IsViolated: true } ? Violated : result.Completeness == Completeness.Complete ? Complete : Partial;
}
