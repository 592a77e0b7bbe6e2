using System.CommandLine;
using System.Runtime.InteropServices;
using Plimsoll.Guard;
using Plimsoll.Guard.Decisions;

namespace Plimsoll.Cli.Commands;

internal static class GuardHttpCommand
{
    public static Command Create()
    {
        var listen = new Option<string[]>("--listen") { HelpName = "ADDRESS:PORT", Description = "Where clients connect; may be repeated", Required = true };
        var upstream = new Option<string[]>("--upstream") { HelpName = "HOST:PORT", Description = "The application; repeated, requests go to each in turn", Required = true };
        var mode = new Option<Mode>("--mode") { HelpName = "detect|enforce", Description = "Only record what rules and rate limits would refuse, or refuse it", DefaultValueFactory = _ => Mode.Enforce };
        var http2 = new Option<bool>("--http2") { Description = "Let clients begin with HTTP/2 without TLS (prior knowledge), beside HTTP/1.1" };
        var all = new Option<bool>("--record-all") { Description = "Record forwarded requests too, not only what was refused or detected" };
        var drain = new Option<int>("--drain-seconds") { HelpName = "SECONDS", Description = "How long requests may still run after SIGTERM (default 30)", DefaultValueFactory = _ => 30 };
        var command = new Command("http", "Forward HTTP as strictly as it was inspected; decisions are lines of JSON on standard output") { listen, upstream, mode, http2, all, drain };
        command.SetAction(async (parsed, cancelled) =>
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancelled);
            void Stop(PosixSignalContext context)
            {
                context.Cancel = true;
                stop.Cancel();
            }
            using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
            using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
            var request = new HttpGuardRequest
            {
                Listen = parsed.GetRequiredValue(listen),
                Upstreams = parsed.GetRequiredValue(upstream),
                Mode = parsed.GetValue(mode),
                AllowsHttp2 = parsed.GetValue(http2),
                RecordsAll = parsed.GetValue(all),
                DrainTime = TimeSpan.FromSeconds(parsed.GetValue(drain)),
            };
            var isComplete = await HttpGuard.RunAsync(request, Terminal.OutStream, Terminal.Error, stop.Token);
            return isComplete ? ExitCode.Complete : ExitCode.Partial;
        });
        return command;
    }
}
