using CsCheck;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Grammars;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class HaproxyTests
{
    private static readonly string[] official = ["/usr/local/sbin/haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"];

    [Fact]
    public void Sections_variables_and_branches_come_to_one_tree()
    {
        var result = HardenedImage.Scan([.. official], ["HAPROXY_VERSION=3.0.2", "NAME=web"], ("/usr/local/etc/haproxy/haproxy.cfg", """
            global
              setenv PORT 8080
            defaults
              timeout client 5000
            .if version_atleast(2.8)
              option httplog # new
            .else
              option old
            .endif
            frontend "$NAME"
              bind ":${PORT}" # "
              no option httplog
              http-request set-header X-A "a b"
              use_backend "$POOL"
            global
              maxconn 10

            """));
        Assert.Equal("""
            global | /usr/local/etc/haproxy/haproxy.cfg:1:1
              process-user 10001 | image: USER
              setenv PORT 8080 | /usr/local/etc/haproxy/haproxy.cfg:2:3
              maxconn 10 | /usr/local/etc/haproxy/haproxy.cfg:16:3
            defaults | /usr/local/etc/haproxy/haproxy.cfg:3:1
              timeout client 5000 | /usr/local/etc/haproxy/haproxy.cfg:4:3
              option httplog | /usr/local/etc/haproxy/haproxy.cfg:6:3
            frontend web | /usr/local/etc/haproxy/haproxy.cfg:10:1
              bind :8080 | /usr/local/etc/haproxy/haproxy.cfg:11:3
              no option httplog | /usr/local/etc/haproxy/haproxy.cfg:12:3
              http-request set-header X-A a b | /usr/local/etc/haproxy/haproxy.cfg:13:3
              use_backend  needs the variable POOL, which the image does not set | /usr/local/etc/haproxy/haproxy.cfg:14:3

            """, HardenedImage.Text(result.Of("haproxy").Settings, origins: true));
        Assert.Empty(result.Problems);
        var judged = new Judged(new Haproxy(), result.Of("haproxy"));
        var web = Assert.Single(judged.At("frontend"));
        Assert.Equal("5000ms", judged.Value(web, "timeout client")!.Value);
        Assert.Null(judged.Value(web, "option httplog"));
    }

    [Fact]
    public void What_the_build_decides_is_a_gap_and_so_are_the_branches_after_it()
    {
        var result = HardenedImage.Scan([.. official], ["HAPROXY_VERSION=3.0.2"], ("/usr/local/etc/haproxy/haproxy.cfg", "global\n.if feature(LUA)\n  chroot /a\n.elif 1\n  chroot /b\n.endif\n  user x\n"));
        Assert.Equal("global\n  process-user 10001\n  ? .if needs what haproxy makes of the condition `feature(LUA)`\n  user x\n", HardenedImage.Text(result.Of("haproxy").Settings));
    }

    /// <summary>The official image has no configuration of its own.</summary>
    [Fact]
    public void The_official_image_without_a_file_is_not_known()
    {
        var result = HardenedImage.Scan(["/usr/local/bin/docker-entrypoint.sh", "haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"], ["HAPROXY_VERSION=3.0.2", "PATH=/usr/local/sbin:/bin"],
            ("/usr/local/bin/docker-entrypoint.sh", "#!/bin/sh\nset -e\nif [ \"${1#-}\" != \"$1\" ]; then\n\tset -- haproxy \"$@\"\nfi\nif [ \"$1\" = 'haproxy' ]; then\n\tshift\n\tset -- haproxy -W -db \"$@\"\nfi\nexec \"$@\"\n"), ("/usr/local/sbin/haproxy", "#!/bin/true\n"));
        Assert.Equal("global\n  process-user 10001\n?  /usr/local/etc/haproxy/haproxy.cfg needs the file /usr/local/etc/haproxy/haproxy.cfg, which the image does not hold\n", HardenedImage.Text(result.Of("haproxy").Settings));
        Assert.DoesNotContain(result.Hardening!.Findings, finding => finding.Application == "haproxy" && finding.Answer == HardeningAnswer.DoesNotFollow);
    }

    [Fact]
    public void Any_line_is_cut_or_refused() =>
        Gen.String[Gen.Char["ab1 \t\"'\\$#{}[]*-.x_\r"], 0, 80].Sample(line =>
        {
            var words = HaproxyGrammar.Words(line, name => name.Length % 2 == 0 ? "a b" : null, out _);
            Assert.True(words.Sum(word => word.Length) <= (line.Length * 4) + 8);
        }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 300_000 : 10_000);

    [Fact]
    public void Any_condition_comes_to_an_answer() =>
        Gen.String[Gen.Char["01()!&|a, definestrq_"], 0, 60].Sample(text => { HaproxyCondition.Evaluate(text, _ => true, "2.6", out _); }, iter: 10_000);

    [Fact]
    public void Parentheses_of_a_condition_nest_only_so_deep() => Assert.Null(HaproxyCondition.Evaluate(new string('(', 100_000), _ => true, "2.6", out _));

    [Fact]
    public void A_hardened_configuration_has_no_finding()
    {
        var result = HardenedImage.Scan([.. official], ["HAPROXY_VERSION=3.0.2"], ("/usr/local/etc/haproxy/haproxy.cfg", """
            global
              log stdout format raw local0
              chroot /var/empty
              user haproxy
              group haproxy
              stats socket /run/haproxy/admin.sock mode 660 level admin
              ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
              ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256
            userlist ops
              user operator password $6$x$y
            defaults base
              mode http
              log global
              timeout connect 5s
              timeout client 30s
              timeout server 30s
              timeout http-request 10s
            frontend web from base
              bind :8443 ssl crt /etc/haproxy/site.pem alpn h2,http/1.1
              http-request redirect scheme https unless { ssl_fc }
              default_backend app
            frontend status from base
              bind 127.0.0.1:8404
              stats enable
              stats hide-version
              stats http-request auth unless { http_auth(ops) }
            backend app from base
              server a 192.0.2.1:443 ssl verify required ca-file /etc/ssl/certs/ca-certificates.crt

            """));
        Assert.Empty(result.Problems);
        Assert.Empty(result.Hardening!.Findings.Where(finding => finding.Application == "haproxy").Select(finding => $"{finding.Rule.Id}: {finding.Found} {finding.Needs} {finding.Detail}"));
        Assert.True(result.Hardening.Followed.Count(id => id.StartsWith("haproxy/", StringComparison.Ordinal)) > 12);
    }
}
