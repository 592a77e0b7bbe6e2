using System.CommandLine;
using System.Runtime.InteropServices;

namespace Plimsoll.Cli.Commands;

/// <summary>What the guards have in common that listen until they are told to stop.</summary>
internal static class GuardServing
{
    private const int drainSeconds = 30;

    public static Option<string[]> Listen(bool isRequired) => new("--listen") { HelpName = "ADDRESS:PORT", Description = "Where clients connect; may be repeated", Required = isRequired };

    /// <param name="pages">What is answered there.</param>
    public static Option<string?> Admin(string pages) => new("--admin") { HelpName = "ADDRESS:PORT", Description = $"Answer {pages} there" };

    /// <param name="what">What may still run.</param>
    public static Option<int> Drain(string what) => new("--drain-seconds") { HelpName = "SECONDS", Description = $"How long {what} may still run after SIGTERM (default {drainSeconds})", DefaultValueFactory = _ => drainSeconds };

    /// <param name="run">Serves until the token says to stop; whether all was completed.</param>
    public static void SetServing(this Command command, Func<ParseResult, CancellationToken, Task<bool>> run) => command.SetAction(async (parsed, cancelled) =>
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        return await run(parsed, stop.Token) ? ExitCode.Complete : ExitCode.Partial;
    });
}
