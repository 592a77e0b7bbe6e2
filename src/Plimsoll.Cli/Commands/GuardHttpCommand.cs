using System.CommandLine;
using System.CommandLine.Parsing;
using Plimsoll.Guard;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.SecLang;

namespace Plimsoll.Cli.Commands;

internal static class GuardHttpCommand
{
    public static Command Create()
    {
        var listen = GuardServing.Listen(isRequired: false);
        var upstream = new Option<string[]>("--upstream") { HelpName = "[https://]HOST:PORT", Description = "The application, `h2c://HOST:PORT` for HTTP/2 (gRPC); repeated, requests go to each in turn" };
        var upstreamAuthorities = new Option<string?>("--upstream-ca") { HelpName = "FILE", Description = "PEM file of authorities that upstreams with https:// must have a certificate of; otherwise those of the system" };
        var config = new Option<string?>("--config") { HelpName = "FILE", Description = "Read all of it from a YAML file, and again whenever the file changes or on SIGHUP" };
        var admin = GuardServing.Admin("/metrics, /healthz and /readyz");
        var mode = new Option<string>("--mode") { HelpName = "detect|enforce", Description = "Only record what rules and rate limits would refuse, or refuse it (default)" };
        mode.AcceptOnlyFromAmong("detect", "enforce");
        var failMode = new Option<string>("--fail-mode") { HelpName = "open|closed", Description = "Forward or refuse (default) what could not be inspected to its end" };
        failMode.AcceptOnlyFromAmong("open", "closed");
        var http2 = new Option<bool>("--http2") { Description = "Let clients begin with HTTP/2 without TLS (prior knowledge), beside HTTP/1.1; over TLS they may choose it anyway" };
        var all = new Option<bool>("--record-all") { Description = "Record forwarded requests too, not only what was refused or detected" };
        var certificate = new Option<string[]>("--tls-certificate") { HelpName = "FILE", Description = "PEM file of a certificate and its chain: clients speak TLS; repeated, the name that a client asks for chooses" };
        var key = new Option<string[]>("--tls-key") { HelpName = "FILE", Description = "PEM file of the key of each certificate" };
        var modern = new Option<bool>("--tls-modern") { Description = "Only TLS 1.3, as Mozilla's profile `modern`; otherwise `intermediate`" };
        var authorities = new Option<string?>("--client-ca") { HelpName = "FILE", Description = "PEM file of authorities: clients must have a certificate of theirs" };
        var clients = new Option<string>("--client-certificates") { HelpName = "required|optional", Description = "Whether a client must have one of `--client-ca` (default), or may show none" };
        clients.AcceptOnlyFromAmong("required", "optional");
        var subject = new Option<string?>("--client-subject") { HelpName = "FIELD", Description = "Tell the application the subject of the client's certificate in this field" };
        var names = new Option<string?>("--client-names") { HelpName = "FIELD", Description = "Tell the application the alternative names of the client's certificate in this field" };
        var revocations = new Option<string?>("--client-revocations") { HelpName = "FILE", Description = "Lists of certificates that the authorities of `--client-ca` have taken back (CRL, PEM or DER): clients with one of these are not let in" };
        var proxied = new Option<bool>("--proxy-header") { Description = "Every connection begins with a PROXY header, version 1 or 2" };
        var trusted = new Option<string[]>("--trust-proxy") { HelpName = "NETWORK", Description = "Believe the X-Forwarded-For of proxies in this network" };
        var rate = new Option<int>("--rate") { HelpName = "N", Description = "Requests a second that one client may make" };
        var atOnce = new Option<int>("--at-once") { HelpName = "N", Description = "Requests of one client that may run at once" };
        var body = new Option<long?>("--body-limit") { HelpName = "BYTES", Description = "Refuse larger bodies of requests (default 13107200)" };
        var allow = new Option<string[]>("--allow-ambiguity") { HelpName = "NAME", Description = "Let requests pass that could be read in this way too; the event of a refusal names it" };
        var refuse = new Option<string[]>("--refuse-ambiguity") { HelpName = "NAME", Description = "Refuse requests that could be read in this way too, though ordinary clients send it" };
        var unread = new Option<bool>("--refuse-unread") { Description = "Refuse bodies that the guard does not read, such as images" };
        var rules = new Option<string[]>("--rules") { HelpName = "PATH", Description = "Ask the rules in SecLang of this folder or file, such as the OWASP Core Rule Set; may be repeated" };
        var paranoia = new Option<int?>("--paranoia") { HelpName = "1-4", Description = "Paranoia level of the Core Rule Set; otherwise what its setup says, which is 1" };
        var detection = new Option<string?>("--detection") { HelpName = "crs|structural", Description = "Let every rule of injections count, or only where the value changes the structure around it (default)" };
        detection.AcceptOnlyFromAmong("crs", "structural");
        var health = new Option<string?>("--health") { HelpName = "PATH", Description = "Ask each upstream for this every 5 s, and send nothing to one that does not answer well" };
        var least = new Option<bool>("--least-connections") { Description = "Give each request to the upstream with the fewest, instead of to each in turn" };
        var drain = GuardServing.Drain("requests");
        var command = new Command("http", "Forward HTTP as strictly as it was inspected; decisions are lines of JSON on standard output") { listen, upstream, upstreamAuthorities, config, admin, mode, failMode, http2, certificate, key, modern, authorities, clients, revocations, subject, names, proxied, trusted, rate, atOnce, body, allow, refuse, unread, rules, paranoia, detection, health, least, all, drain };
        command.Validators.Add(result =>
        {
            var typed = result.Children.OfType<OptionResult>().Where(option => !option.Implicit).Select(option => option.Option).ToList();
            if (typed.Contains(config))
            {
                if (typed.Find(option => option != config) is { } other) result.AddError($"`{other.Name}` and `--config` exclude one another: write it into the file.");
            }
            else if (!typed.Contains(listen) || !typed.Contains(upstream)) result.AddError("Give `--listen` and `--upstream`, or `--config`.");
        });
        command.SetServing((parsed, stop) => HttpGuard.RunAsync(
            new()
            {
                Listen = parsed.GetValue(listen) ?? [],
                Upstreams = parsed.GetValue(upstream) ?? [],
                ConfigFile = parsed.GetValue(config),
                Admin = parsed.GetValue(admin),
                Mode = parsed.GetValue(mode) == "detect" ? Mode.Detect : Mode.Enforce,
                UpstreamAuthorities = parsed.GetValue(upstreamAuthorities),
                FailsOpen = parsed.GetValue(failMode) == "open",
                TlsCertificates = parsed.GetValue(certificate) ?? [],
                TlsKeys = parsed.GetValue(key) ?? [],
                IsModernTls = parsed.GetValue(modern),
                ClientAuthorities = parsed.GetValue(authorities),
                IsClientCertificateOptional = parsed.GetValue(clients) == "optional",
                SubjectField = parsed.GetValue(subject),
                NamesField = parsed.GetValue(names),
                Revocations = parsed.GetValue(revocations),
                ExpectsProxyHeader = parsed.GetValue(proxied),
                TrustedProxies = parsed.GetValue(trusted) ?? [],
                Rate = parsed.GetValue(rate),
                AtOnce = parsed.GetValue(atOnce),
                BodyBytes = parsed.GetValue(body),
                AllowedAmbiguities = parsed.GetValue(allow) ?? [],
                RefusedAmbiguities = parsed.GetValue(refuse) ?? [],
                RefusesUnread = parsed.GetValue(unread),
                Rules = parsed.GetValue(rules) ?? [],
                Paranoia = parsed.GetValue(paranoia),
                Detection = parsed.GetValue(detection) switch { "crs" => Detection.Crs, "structural" => Detection.Structural, _ => null },
                HealthTarget = parsed.GetValue(health),
                IsLeastConnections = parsed.GetValue(least),
                AllowsHttp2 = parsed.GetValue(http2),
                RecordsAll = parsed.GetValue(all),
                DrainTime = TimeSpan.FromSeconds(parsed.GetValue(drain)),
            },
            Terminal.OutStream,
            Terminal.Error,
            stop));
        return command;
    }
}
