using CsCheck;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class OpenSshTests
{
    /// <summary>Debian's package, as its database has it.</summary>
    public static readonly (string Path, string Text)[] Package =
    [
        ("/var/lib/dpkg/status", "Package: openssh-server\nStatus: install ok installed\nArchitecture: amd64\nSource: openssh\nVersion: 1:9.2p1-2+deb12u7\nDescription: server\n\n"),
        ("/var/lib/dpkg/info/openssh-server.list", "/usr\n/usr/sbin\n/usr/sbin/sshd\n"),
        ("/etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n"),
    ];

    private const string Hardened = """
        Port 2222
        PermitRootLogin no
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        AuthorizedKeysFile /run/keys/%u
        HostKey /run/keys/host
        UsePAM yes
        X11Forwarding no
        LoginGraceTime 30
        MaxAuthTries 3
        LogLevel VERBOSE
        AcceptEnv LANG LC_*
        Ciphers chacha20-poly1305@openssh.com,aes256-gcm@openssh.com
        MACs hmac-sha2-512-etm@openssh.com,hmac-sha2-256-etm@openssh.com
        KexAlgorithms sntrup761x25519-sha512@openssh.com,curve25519-sha256
        Subsystem sftp internal-sftp
        Match Group sftp
            ChrootDirectory /srv
            ForceCommand internal-sftp
            DisableForwarding yes

        """;

    [Fact]
    public void A_hardened_server_follows_every_rule()
    {
        var result = Scan(("/etc/ssh/sshd_config", Hardened));
        Assert.Empty(result.Hardening!.Findings.Where(finding => finding.Application == "openssh").Select(finding => $"{finding.Rule.Id} {finding.Answer} {finding.Needs}"));
        Assert.True(result.Hardening.Followed.Count(rule => rule.StartsWith("openssh/", StringComparison.Ordinal)) >= 15);
    }

    [Fact]
    public void A_drop_in_goes_before_what_the_main_file_says_after_it()
    {
        var result = Scan(("/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin no\n"), ("/etc/ssh/sshd_config.d/50-cloud.conf", "# written by a tool\nPermitRootLogin yes\n"));
        var finding = Assert.Single(result.Hardening!.Findings, finding => finding.Rule.Id == "openssh/root-login");
        Assert.Equal(("/etc/ssh/sshd_config.d/50-cloud.conf", 2, "PermitRootLogin yes"), (finding.Place!.Value.Path, finding.Place.Value.Line, finding.Found));
    }

    [Fact]
    public void Arguments_go_before_files()
    {
        var result = HardenedImage.Scan(["/usr/sbin/sshd", "-D", "-p", "2200", "-oPermitEmptyPasswords=yes"], [], [("/etc/ssh/sshd_config", "Port 22\nPermitEmptyPasswords no\n"), .. Package]);
        Assert.Equal("Port 2200 | argument -p\nPermitEmptyPasswords yes | argument -o\nPermitEmptyPasswords no | /etc/ssh/sshd_config:2:1\n", HardenedImage.Text(result.Of("openssh").Settings, origins: true));
        Assert.Equal("argument -o", Assert.Single(result.Hardening!.Findings, finding => finding.Rule.Id == "openssh/empty-passwords").Origin!.ToString());
    }

    [Fact]
    public void A_script_that_writes_the_file_makes_it_unknown()
    {
        var result = HardenedImage.Scan(["/entrypoint.sh"], [], [("/entrypoint.sh", "#!/bin/sh\nsed -i \"s/^PermitRootLogin.*/PermitRootLogin $ROOT/\" /etc/ssh/sshd_config\nexec /usr/sbin/sshd -D\n"), ("/usr/sbin/sshd", "\u007fELF"), ("/etc/ssh/sshd_config", "PermitRootLogin no\n"), .. Package]);
        var finding = Assert.Single(result.Hardening!.Findings, finding => finding.Rule.Id == "openssh/root-login");
        Assert.Equal((HardeningAnswer.CannotKnow, "what /entrypoint.sh writes to /etc/ssh/sshd_config"), (finding.Answer, finding.Needs));
    }

    /// <summary>A program is no script that might write, however long it is: it is not read for that.</summary>
    [Fact]
    public void A_program_is_not_read_as_a_script()
    {
        var program = "\u007fELF\u0002\u0001\u0001" + new string('\0', 9) + "\u0003\0>\0\u0001\0\0\0" + new string('\0', 28) + "@\0" + new string('\0', 10) + new string('x', Subject.MostBytes);
        var result = ExampleImage.Scan(new Example { Line = 1, Files = [("/usr/sbin/sshd", program), ("/etc/ssh/sshd_config", "PermitRootLogin no\n"), .. Package], Modes = [("/usr/sbin/sshd", 0x1ED)], Command = ["/usr/sbin/sshd", "-D"] }, HardeningOptions.With([]));
        Assert.Empty(result.Problems.Select(problem => $"{problem.Where}: {problem.Message}"));
        Assert.Contains("openssh/root-login", result.Hardening!.Followed);
    }

    [Fact]
    public void A_file_that_includes_itself_ends()
    {
        var result = Scan(("/etc/ssh/sshd_config", "Include /etc/ssh/sshd_config\n"));
        Assert.Contains(result.Problems, problem => problem.Kind == ProblemKind.LimitReached && problem.Message.Contains("includes itself", StringComparison.Ordinal));
        Assert.Equal("? Include /etc/ssh/sshd_config needs an end to the includes of /etc/ssh/sshd_config\n", HardenedImage.Text(result.Of("openssh").Settings));
    }

    [Fact]
    public void Without_its_file_nothing_is_known() =>
        Assert.Contains(Scan().Hardening!.Findings, finding => finding.Rule.Id == "openssh/root-login" && finding.Needs == "the file /etc/ssh/sshd_config, which the image does not hold");

    [Fact]
    public void Any_text_is_read_or_refused_with_a_place() => Gen.String[Gen.Char["abP\"'=#\\ \n\t\rMatch"], 0, 200].Sample(text =>
    {
        var parsed = SshdGrammar.Parse(text, new Location("/x"));
        Assert.All(HardenedImage.All(parsed.Settings), setting => Assert.InRange(setting.Origin.File!.Value.Line!.Value, 1, text.Count(c => c == '\n') + 1));
        Assert.Equal(parsed.Error is not null, HardenedImage.All(parsed.Settings).Any(setting => setting.IsGap));
    }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 200_000 : 5_000);

    [Fact]
    public void Means_what_another_reader_says() => AugeasCases.Compare("sshd", 10, text => SshdGrammar.Parse(text, new Location("/x")));

    private static ScanResult Scan(params (string Path, string Text)[] files) => HardenedImage.Scan(["/usr/sbin/sshd", "-D"], [], [.. files, .. Package]);
}
