using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>Redis and Valkey as their official images start them: built without protected mode, with an entrypoint that drops root.</summary>
public sealed class RedisImageTests
{
    [Theory]
    [InlineData("redis", "REDIS_VERSION=7.4.1")]
    [InlineData("redis", "REDIS_DOWNLOAD_URL=http://download.redis.io/releases/redis-7.2.4.tar.gz")]
    [InlineData("valkey", "VALKEY_VERSION=8.1.8")]
    public void Protected_mode_is_compiled_out(string name, string variable)
    {
        var result = Scan(name, variable, $"{name}-server");
        Assert.Equal(name, Assert.Single(result.Applications).Name);
        Assert.Contains("protected-mode no | image: built with protected mode off\n", HardenedImage.Text(result.Of("redis").Settings, origins: true), StringComparison.Ordinal);
        Assert.Contains(result.Hardening!.Findings, finding => finding.Rule.Id == "redis/protected-mode" && finding.Answer == HardeningAnswer.DoesNotFollow);
    }

    [Theory]
    [InlineData("redis", "REDIS_VERSION=7.4.1")]
    [InlineData("valkey", "VALKEY_VERSION=8.1.8")]
    public void What_arguments_say_goes_before_that(string name, string variable)
    {
        var result = Scan(name, variable, $"{name}-server", "--protected-mode", "yes");
        Assert.DoesNotContain(result.Hardening!.Findings, finding => finding.Rule.Id == "redis/protected-mode");
        Assert.DoesNotContain(result.Hardening.Findings, finding => finding.Rule.Id == "redis/debug-command");
    }

    [Fact]
    public void The_package_of_a_distribution_has_it_on() =>
        Assert.DoesNotContain(HardenedImage.Scan(["/usr/bin/redis-server"], []).Hardening!.Findings, finding => finding.Rule.Id == "redis/protected-mode");

    [Fact]
    public void A_hardened_server_gives_no_finding_and_starts()
    {
        const string text = "bind 192.0.2.5 127.0.0.1\nport 0\ntls-port 6379\ntls-cert-file /etc/redis/server.crt\ntls-key-file /etc/redis/server.key\ntls-ca-cert-file /etc/redis/ca.crt\ntls-auth-clients yes\ntls-protocols \"TLSv1.2 TLSv1.3\"\nprotected-mode yes\nrequirepass x7Qw9f2LmPz4Rt8Vb3Nc6Ys1\nunixsocketperm 700\nloglevel notice\nenable-debug-command no\nenable-module-command no\nenable-protected-configs no\nuser reader on #9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08 ~cache:* +@read\n";
        var example = new Example { Line = 1, Files = [("/etc/redis/redis.conf", text)], Command = ["/usr/bin/redis-server", "/etc/redis/redis.conf"] };
        Assert.Empty(ExampleImage.Scan(example, HardeningOptions.With([])).Hardening!.Findings.Where(finding => finding.Application == "redis").Select(finding => finding.Rule.Id));
        var (refusal, unasked) = HardenedImage.Ask(Plimsoll.Scan.Hardening.Effective.All.Find("redis")!, example);
        if (unasked?.EndsWith("is not installed", StringComparison.Ordinal) == true) Assert.Skip(unasked);
        Assert.Equal((null, null), (refusal, unasked));
    }

    /// <summary>Options alone are for the server, as the entrypoint has it.</summary>
    [Fact]
    public void Options_without_a_program_reach_the_server()
    {
        var result = Scan("valkey", "VALKEY_VERSION=8.1.8", "--requirepass", "x7Qw9f2LmPz4Rt8Vb3Nc6Ys1");
        Assert.Equal("requirepass x7Qw9f2LmPz4Rt8Vb3Nc6Ys1 | argument --requirepass", HardenedImage.Text(result.Of("redis").Settings, origins: true).TrimEnd('\n').Split('\n')[^1]);
    }

    private static Core.Results.ScanResult Scan(string name, string variable, params string[] command) => HardenedImage.Scan(
        ["docker-entrypoint.sh", .. command], [variable, "PATH=/usr/local/bin:/usr/bin:/bin"],
        ("/usr/local/bin/docker-entrypoint.sh", $"#!/bin/sh\nset -e\nif [ \"${{1#-}}\" != \"$1\" ] || [ \"${{1%.conf}}\" != \"$1\" ]; then\n\tset -- {name}-server \"$@\"\nfi\nif [ \"$1\" = '{name}-server' -a \"$(id -u)\" = '0' ]; then\n\tfind . \\! -user {name} -exec chown {name} '{{}}' +\n\texec setpriv --reuid={name} --regid={name} --clear-groups -- \"$0\" \"$@\"\nfi\nexec \"$@\"\n"),
        ($"/usr/local/bin/{name}-server", "#!/bin/false\n"));
}
