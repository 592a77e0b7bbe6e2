using CsCheck;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening.Grammars;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class RabbitMqTests
{
    private static readonly string[] official = ["RABBITMQ_VERSION=3.13.7", "RABBITMQ_HOME=/opt/rabbitmq", "RABBITMQ_DATA_DIR=/var/lib/rabbitmq"];

    private const string Hardened = """
        listeners.tcp = none
        listeners.ssl.default = 5671
        ssl_options.cacertfile = /run/tls/ca.pem
        ssl_options.certfile = /run/tls/cert.pem
        ssl_options.keyfile = /run/tls/key.pem
        ssl_options.verify = verify_peer
        ssl_options.fail_if_no_peer_cert = true
        ssl_options.versions.1 = tlsv1.3
        ssl_options.versions.2 = tlsv1.2
        load_definitions = /run/secrets/definitions.json
        loopback_users.guest = true
        management.ssl.port = 15671
        management.ssl.certfile = /run/tls/cert.pem
        management.ssl.keyfile = /run/tls/key.pem
        mqtt.allow_anonymous = false
        disk_free_limit.absolute = 4GB
        vm_memory_high_watermark.relative = 0.6

        """;

    [Fact]
    public void A_hardened_broker_follows_every_rule()
    {
        var result = Scan(official, ("/etc/rabbitmq/rabbitmq.conf", Hardened), ("/etc/rabbitmq/enabled_plugins", "[rabbitmq_management,rabbitmq_mqtt].\n"));
        Assert.Empty(result.Hardening!.Findings.Where(finding => finding.Application == "rabbitmq").Select(finding => $"{finding.Rule.Id} {finding.Answer} {finding.Needs}"));
        Assert.True(result.Hardening.Followed.Count(rule => rule.StartsWith("rabbitmq/", StringComparison.Ordinal)) >= 12);
    }

    /// <summary>As the official image is built: the one file that it adds, its entrypoint, its user and its variables.</summary>
    [Fact]
    public void The_official_image_lets_guest_in_from_anywhere()
    {
        (string, string)[] image =
        [
            ("/etc/rabbitmq/conf.d/10-defaults.conf", "## allow access to the guest user from anywhere\nloopback_users.guest = false\n\n## Send all logs to stdout\nlog.console = true\n"),
            ("/usr/local/bin/docker-entrypoint.sh", "#!/bin/bash\nset -euo pipefail\nif [[ \"$1\" == rabbitmq* ]] && [ \"$(id -u)\" = '0' ]; then\n\texec gosu rabbitmq \"$BASH_SOURCE\" \"$@\"\nfi\nexec \"$@\"\n"),
            ("/opt/rabbitmq/sbin/rabbitmq-server", "#!/bin/sh -e\nexec erl\n"),
        ];
        string[] path = [.. official, "PATH=/opt/rabbitmq/sbin:/usr/local/bin:/usr/bin:/bin"];
        var result = HardenedImage.Scan(["docker-entrypoint.sh", "rabbitmq-server"], path, image);
        var finding = Assert.Single(result.Hardening!.Findings, finding => finding.Rule.Id == "rabbitmq/guest-remote");
        Assert.Equal((HardeningAnswer.DoesNotFollow, "/etc/rabbitmq/conf.d/10-defaults.conf", "3.13.7"), (finding.Answer, finding.Place?.Path, result.Of("rabbitmq").Version));
        Assert.DoesNotContain(HardenedImage.Scan(["docker-entrypoint.sh", "rabbitmq-server"], [.. path, "RABBITMQ_DEFAULT_USER=app"], image).Hardening!.Findings, finding => finding.Rule.Id == "rabbitmq/guest-remote");
    }

    [Fact]
    public void Files_and_variables_stand_in_the_order_in_which_they_count()
    {
        var result = Scan([.. official, "RABBITMQ_DEFAULT_USER=env"], ("/etc/rabbitmq/rabbitmq.conf", "default_user = main\nheartbeat = 1\n"), ("/etc/rabbitmq/conf.d/a.conf", "heartbeat = 2\n"), ("/etc/rabbitmq/advanced.config", "[{rabbit,\n  [{heartbeat, 3}]}].\n"), ("/etc/rabbitmq/enabled_plugins", "[rabbitmq_management].\n"));
        Assert.Equal("""
            default_user main | /etc/rabbitmq/rabbitmq.conf:1:1
            heartbeat 3 | /etc/rabbitmq/advanced.config:2:4
            plugin rabbitmq_management | /etc/rabbitmq/enabled_plugins:1:2
            default_user env | ENV RABBITMQ_DEFAULT_USER
            listeners.tcp.default 5672 | default of rabbitmq
            loopback_users.guest true | default of rabbitmq

            """, HardenedImage.Text(result.Of("rabbitmq").Settings, origins: true));
    }

    [Fact]
    public void Names_of_files_come_from_the_environment()
    {
        var result = Scan([.. official, "RABBITMQ_CONFIG_FILE=/cfg/broker.conf"], ("/cfg/broker.conf", "default_user = app\n"), ("/etc/rabbitmq/rabbitmq-env.conf", "CONFIG_FILES=/cfg/more\nNODE_PORT=$PORT\n"), ("/cfg/more/x.conf", "heartbeat = 9\n"));
        Assert.Equal("default_user app\nheartbeat 9\nlisteners.tcp.default $PORT needs what /etc/rabbitmq/rabbitmq-env.conf makes of `$PORT` when the container starts\nloopback_users.guest true\n", HardenedImage.Text(result.Of("rabbitmq").Settings));
        Assert.Contains(Scan([.. official, "RABBITMQ_CONFIG_FILE=/cfg/absent"]).Hardening!.Findings, finding => finding.Rule.Id == "rabbitmq/guest-remote" && finding.Needs == "the file /cfg/absent, which the image does not hold");
    }

    [Fact]
    public void A_broken_file_is_a_problem_and_what_follows_unknown()
    {
        var result = Scan(official, ("/etc/rabbitmq/rabbitmq.conf", "heartbeat = 1\nguest is out\nloopback_users.guest = true\n"));
        Assert.Contains(result.Problems, problem => problem is { Kind: ProblemKind.Malformed, Where: "/etc/rabbitmq/rabbitmq.conf:2" });
        Assert.Contains(result.Hardening!.Findings, finding => finding.Rule.Id == "rabbitmq/guest-remote" && finding.Answer == HardeningAnswer.CannotKnow);
    }

    [Fact]
    public void Any_text_is_read_or_refused_with_a_place()
    {
        var iterations = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 200_000 : 5_000;
        foreach (var (letters, parse) in (ReadOnlySpan<(string, Func<string, Location, Parsed>)>)[("ab.=\\# \n\t\r'x", RabbitMqGrammar.Parse), ("a1.{}[],<>\"'%\\ \n\t#=$-", ErlangGrammar.Parse)])
        {
            Gen.String[Gen.Char[letters], 0, 120].Sample(text =>
            {
                var parsed = parse(text, new Location("/x"));
                Assert.All(HardenedImage.All(parsed.Settings), setting => Assert.InRange(setting.Origin.File!.Value.Line!.Value, 1, text.Count(c => c == '\n') + 1));
                Assert.Equal(parsed.Error is not null, HardenedImage.All(parsed.Settings).Any(setting => setting.IsGap));
            }, iter: iterations);
        }
    }

    [Fact]
    public void Terms_nest_only_so_deep() => Assert.Equal("terms are nested deeper than 64", ErlangGrammar.Parse(new string('[', 100_000), new Location("/x")).Error!.Message);

    [Fact]
    public void Means_what_another_reader_says() => AugeasCases.Compare("rabbitmq", 10, text => ErlangGrammar.Parse(text.TrimEnd().EndsWith('}') ? text + "." : text, new Location("/x")));

    private static ScanResult Scan(string[] environment, params (string Path, string Text)[] files) => HardenedImage.Scan(["/opt/rabbitmq/sbin/rabbitmq-server"], environment, files);
}
