using System.CommandLine;
using Plimsoll.Guard;
using Plimsoll.Guard.Profiles.Statements;

namespace Plimsoll.Cli.Commands;

internal static class GuardPostgresCommand
{
    public static Command Create()
    {
        var listen = GuardServing.Listen(isRequired: true);
        var upstream = new Option<string>("--upstream") { HelpName = "HOST[:PORT]", Description = "The PostgreSQL server", Required = true };
        var profile = new Option<string>("--profile") { HelpName = "FILE", Description = "What may be asked, YAML; learn writes it. What is refused waits beside it: `guard profile accept`", Required = true };
        var mode = new Option<string>("--mode") { HelpName = "learn|detect|enforce", Description = "Write down what is asked, record what the profile does not have, or refuse it (default)" };
        mode.AcceptOnlyFromAmong("learn", "detect", "enforce");
        var certificate = new Option<string?>("--tls-certificate") { HelpName = "FILE", Description = "PEM file of a certificate and its chain: clients may ask for TLS" };
        var key = new Option<string?>("--tls-key") { HelpName = "FILE", Description = "PEM file of its key" };
        var required = new Option<bool>("--require-tls") { Description = "Refuse clients without TLS" };
        var upstreamTls = new Option<bool>("--upstream-tls") { Description = "Speak TLS to the server, whose certificate must be for its name" };
        var authorities = new Option<string?>("--upstream-ca") { HelpName = "FILE", Description = "PEM file of authorities of the server's certificate; otherwise those of the system" };
        var admin = GuardServing.Admin("/metrics, /healthz, /readyz and /status");
        var collector = new Option<string?>("--otlp") { HelpName = "URL", Description = "Send decisions to an OpenTelemetry collector too, http://collector:4318/v1/logs" };
        var drain = GuardServing.Drain("transactions");
        var command = new Command("postgres", "Judge every statement that goes to PostgreSQL; decisions are lines of JSON on standard output") { listen, upstream, profile, mode, certificate, key, required, upstreamTls, authorities, admin, collector, drain };
        command.SetServing((parsed, stop) => PostgresGuard.RunAsync(
            new()
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
            },
            Terminal.OutStream,
            Terminal.Error,
            stop));
        return command;
    }
}
