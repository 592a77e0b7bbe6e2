using System.CommandLine;
using System.Runtime.InteropServices;
using Plimsoll.Guard;
using Plimsoll.Guard.Profiles.Statements;

namespace Plimsoll.Cli.Commands;

internal static class GuardPostgresCommand
{
    public static Command Create()
    {
        var listen = new Option<string[]>("--listen") { HelpName = "ADDRESS:PORT", Description = "Where clients connect; may be repeated", Required = true };
        var upstream = new Option<string>("--upstream") { HelpName = "HOST[:PORT]", Description = "The PostgreSQL server", Required = true };
        var profile = new Option<string>("--profile") { HelpName = "FILE", Description = "What may be asked, YAML; learn writes it. What is refused waits beside it: `guard profile accept`", Required = true };
        var mode = new Option<string>("--mode") { HelpName = "learn|detect|enforce", Description = "Write down what is asked, record what the profile does not have, or refuse it (default)" };
        mode.AcceptOnlyFromAmong("learn", "detect", "enforce");
        var certificate = new Option<string?>("--tls-certificate") { HelpName = "FILE", Description = "PEM file of a certificate and its chain: clients may ask for TLS" };
        var key = new Option<string?>("--tls-key") { HelpName = "FILE", Description = "PEM file of its key" };
        var required = new Option<bool>("--require-tls") { Description = "Refuse clients without TLS" };
        var upstreamTls = new Option<bool>("--upstream-tls") { Description = "Speak TLS to the server, whose certificate must be for its name" };
        var authorities = new Option<string?>("--upstream-ca") { HelpName = "FILE", Description = "PEM file of authorities of the server's certificate; otherwise those of the system" };
        var admin = new Option<string?>("--admin") { HelpName = "ADDRESS:PORT", Description = "Answer /metrics, /healthz, /readyz and /status there" };
        var collector = new Option<string?>("--otlp") { HelpName = "URL", Description = "Send decisions to an OpenTelemetry collector too, http://collector:4318/v1/logs" };
        var drain = new Option<int>("--drain-seconds") { HelpName = "SECONDS", Description = "How long transactions may still run after SIGTERM (default 30)", DefaultValueFactory = _ => 30 };
        var command = new Command("postgres", "Judge every statement that goes to PostgreSQL; decisions are lines of JSON on standard output") { listen, upstream, profile, mode, certificate, key, required, upstreamTls, authorities, admin, collector, drain };
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
            var request = new PostgresGuardRequest
            {
                Listen = parsed.GetRequiredValue(listen),
                Upstream = parsed.GetRequiredValue(upstream),
                Profile = parsed.GetRequiredValue(profile),
                Mode = parsed.GetValue(mode) switch { "learn" => PolicyMode.Learn, "detect" => PolicyMode.Detect, _ => PolicyMode.Enforce },
                TlsCertificate = parsed.GetValue(certificate),
                TlsKey = parsed.GetValue(key),
                RequiresTls = parsed.GetValue(required),
                UpstreamTls = parsed.GetValue(upstreamTls),
                UpstreamAuthorities = parsed.GetValue(authorities),
                Admin = parsed.GetValue(admin),
                Collector = parsed.GetValue(collector),
                DrainTime = TimeSpan.FromSeconds(parsed.GetValue(drain)),
            };
            var isComplete = await PostgresGuard.RunAsync(request, Terminal.OutStream, Terminal.Error, stop.Token);
            return isComplete ? ExitCode.Complete : ExitCode.Partial;
        });
        return command;
    }
}
