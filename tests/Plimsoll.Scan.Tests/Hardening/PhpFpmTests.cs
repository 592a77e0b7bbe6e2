using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>php-fpm in images: what the official one brings, what a hardened one has no findings of, and what cannot be known.</summary>
public sealed class PhpFpmTests
{
    private const string Pool = "[www]\nuser = www-data\ngroup = www-data\nlisten = 127.0.0.1:9000\npm = dynamic\npm.max_children = 5\npm.start_servers = 2\npm.min_spare_servers = 1\npm.max_spare_servers = 3\n";

    private static readonly string[] command = ["/usr/local/sbin/php-fpm"];

    /// <summary>What the official image holds, in the order of reading.</summary>
    private static readonly (string Path, string Text)[] official =
    [
        ("/usr/local/etc/php-fpm.conf", "[global]\ninclude=etc/php-fpm.d/*.conf\n"),
        ("/usr/local/etc/php-fpm.d/www.conf", Pool),
        ("/usr/local/etc/php-fpm.d/docker.conf", "[global]\nerror_log = /proc/self/fd/2\nlog_limit = 8192\n\n[www]\naccess.log = /proc/self/fd/2\nclear_env = no\ncatch_workers_output = yes\ndecorate_workers_output = no\n"),
        ("/usr/local/etc/php-fpm.d/zz-docker.conf", "[global]\ndaemonize = no\n\n[www]\nlisten = 9000\n"),
        ("/usr/local/etc/php/php.ini-production", "expose_php = Off\ndisplay_errors = Off\n"),
        ("/usr/local/etc/php/conf.d/docker-php-ext-sodium.ini", "extension=sodium\n"),
    ];

    [Fact]
    public void The_official_image_has_no_php_ini_and_listens_to_everybody()
    {
        var entry = ("/usr/local/bin/docker-php-entrypoint", "#!/bin/sh\nset -e\nif [ \"${1#-}\" != \"$1\" ]; then\n\tset -- php-fpm \"$@\"\nfi\nexec \"$@\"\n");
        var result = ExampleImage.Scan(new Example { Line = 1, Files = [.. official, entry], Modes = [("/usr/local/sbin/php-fpm", 0x1ED)], Command = ["docker-php-entrypoint", "php-fpm"], Environment = ["PHP_VERSION=8.3.6", "PHP_INI_DIR=/usr/local/etc/php"], User = "10001" }, HardeningOptions.With([]));
        Assert.Empty(result.Problems);
        Assert.Equal("""
            process-user 10001 | image: USER
            extension sodium | /usr/local/etc/php/conf.d/docker-php-ext-sodium.ini:1:1
            global | /usr/local/etc/php-fpm.conf:1:1
              error_log /proc/self/fd/2 | /usr/local/etc/php-fpm.d/docker.conf:2:1
              log_limit 8192 | /usr/local/etc/php-fpm.d/docker.conf:3:1
              daemonize no | /usr/local/etc/php-fpm.d/zz-docker.conf:2:1
            pool www | /usr/local/etc/php-fpm.d/docker.conf:5:1
              access.log /proc/self/fd/2 | /usr/local/etc/php-fpm.d/docker.conf:6:1
              clear_env no | /usr/local/etc/php-fpm.d/docker.conf:7:1
              catch_workers_output yes | /usr/local/etc/php-fpm.d/docker.conf:8:1
              decorate_workers_output no | /usr/local/etc/php-fpm.d/docker.conf:9:1
              user www-data | /usr/local/etc/php-fpm.d/www.conf:2:1
              group www-data | /usr/local/etc/php-fpm.d/www.conf:3:1
              listen 127.0.0.1:9000 | /usr/local/etc/php-fpm.d/www.conf:4:1
              pm dynamic | /usr/local/etc/php-fpm.d/www.conf:5:1
              pm.max_children 5 | /usr/local/etc/php-fpm.d/www.conf:6:1
              pm.start_servers 2 | /usr/local/etc/php-fpm.d/www.conf:7:1
              pm.min_spare_servers 1 | /usr/local/etc/php-fpm.d/www.conf:8:1
              pm.max_spare_servers 3 | /usr/local/etc/php-fpm.d/www.conf:9:1
              listen 9000 | /usr/local/etc/php-fpm.d/zz-docker.conf:5:1

            """, HardenedImage.Text(result.Of("php-fpm").Settings, origins: true));
        var found = Found(result);
        Assert.Empty(((string[])["php-fpm/display-errors", "php-fpm/log-errors", "php-fpm/expose-php", "php-fpm/listening", "php-fpm/clear-environment", "php-fpm/session-strict-mode"]).Except(found.Keys));
        Assert.DoesNotContain("php-fpm/script-names", found.Keys);
        Assert.Equal(("/usr/local/etc/php-fpm.d/docker.conf", 5, RemedyKind.InsertBelow, "php_admin_flag[display_errors] = Off"), (found["php-fpm/display-errors"].Place!.Value.Path, found["php-fpm/display-errors"].Place!.Value.Line, found["php-fpm/display-errors"].Kind, found["php-fpm/display-errors"].Remedy));
        Assert.Equal(("/usr/local/etc/php-fpm.d/docker.conf", 7), (found["php-fpm/clear-environment"].Place!.Value.Path, found["php-fpm/clear-environment"].Place!.Value.Line));
    }

    [Fact]
    public void The_pool_goes_before_php_ini_and_what_a_folder_has_before_both()
    {
        var result = HardenedImage.Scan(command, ["PHP_VERSION=8.2.29"],
            ("/usr/local/etc/php-fpm.conf", Pool + "php_value[memory_limit] = -1\nphp_admin_value[memory_limit] = 64M\nphp_admin_value[memory_limit] = -1\nphp_admin_flag[expose_php] = on\n"),
            ("/usr/local/etc/php/php.ini", "expose_php = Off\nmemory_limit = -1\n[HOST=Old.example]\nmemory_limit = -1\n[Session]\npost_max_size = 0\n"));
        var found = Found(result);
        Assert.Equal(("php_admin_flag[expose_php] on", "php_admin_flag[expose_php] = Off", RemedyKind.Replace), (found["php-fpm/expose-php"].Found, found["php-fpm/expose-php"].Remedy, found["php-fpm/expose-php"].Kind));
        // A section that is none of PHP's own ends nothing.
        Assert.Equal(("HOST old.example", "memory_limit = 128M"), (found["php-fpm/memory-limit"].Scope, found["php-fpm/memory-limit"].Remedy));
        Assert.Equal("HOST old.example", found["php-fpm/body-size"].Scope);
    }

    [Fact]
    public void A_hardened_image_has_no_findings()
    {
        var result = HardenedImage.Scan(command, ["PHP_VERSION=8.3.6"],
            ("/usr/local/etc/php-fpm.conf", "[global]\nerror_log = /proc/self/fd/2\ndaemonize = no\ninclude = /usr/local/etc/php-fpm.d/*.conf\n"),
            ("/usr/local/etc/php-fpm.d/www.conf", "[www]\nuser = app\ngroup = app\nlisten = /run/php-fpm.sock\nlisten.owner = app\nlisten.mode = 0660\npm = static\npm.max_children = 8\nrequest_terminate_timeout = 60s\nsecurity.limit_extensions = .php\nclear_env = yes\nenv[APP_ENV] = production\nphp_admin_value[error_log] = /proc/self/fd/2\nphp_admin_flag[log_errors] = on\n"),
            ("/usr/local/etc/php/php.ini", "[PHP]\nexpose_php = Off\ndisplay_errors = Off\nlog_errors = On\nerror_reporting = E_ALL\nenable_dl = Off\nallow_url_include = Off\nvariables_order = \"GPCS\"\nregister_argc_argv = Off\nzend.exception_ignore_args = On\n[Session]\nsession.use_strict_mode = 1\nsession.cookie_httponly = 1\nsession.cookie_secure = 1\nsession.cookie_samesite = \"Lax\"\n"));
        Assert.Empty(result.Problems);
        Assert.Empty(result.Hardening!.Findings.Where(finding => finding.Application == "php-fpm").Select(finding => finding.Rule.Id));
        Assert.True(result.Hardening.Followed.Count(rule => rule.StartsWith("php-fpm/", StringComparison.Ordinal)) >= 20);
    }

    [Fact]
    public void What_only_the_container_knows_is_not_known()
    {
        var result = HardenedImage.Scan(command, ["PHP_VERSION=8.2.29"], ("/usr/local/etc/php-fpm.conf", Pool + "listen.mode = ${MODE}\nphp_admin_flag[display_errors] = ${SHOW}\n"), ("/usr/local/etc/php/php.ini", "expose_php = ${EXPOSE}\n"));
        Assert.Empty(result.Problems);
        var found = Found(result);
        Assert.Equal((HardeningAnswer.CannotKnow, "the value of SHOW when the container starts"), (found["php-fpm/display-errors"].Answer, found["php-fpm/display-errors"].Needs));
        Assert.Equal((HardeningAnswer.CannotKnow, "the value of EXPOSE when the container starts"), (found["php-fpm/expose-php"].Answer, found["php-fpm/expose-php"].Needs));
        // No version, no default that depends on it.
        Assert.Equal("the version of PHP, on which the default depends", Found(HardenedImage.Scan(command, [], ("/usr/local/etc/php-fpm.conf", Pool)))["php-fpm/log-errors"].Needs);
        // Without its main file nothing is known of pools.
        Assert.Contains(HardenedImage.Scan(command, ["PHP_VERSION=8.2.29"], ("/x", "x")).Of("php-fpm").Settings, setting => setting.IsGap && setting.Needs == "the file /usr/local/etc/php-fpm.conf, which the image does not hold");
    }

    [Theory]
    [InlineData("php-fpm83", "/etc/php83/php-fpm.conf", "/etc/php83/php.ini", "/etc/php83/conf.d/x.ini")]
    [InlineData("php-fpm8.4", "/etc/php/8.4/fpm/php-fpm.conf", "/etc/php/8.4/fpm/php.ini", "/etc/php/8.4/fpm/conf.d/x.ini")]
    [InlineData("php-fpm", "/etc/php-fpm.conf", "/etc/php.ini", "/etc/php.d/x.ini")]
    public void Distributions_have_their_own_places(string program, string pools, string ini, string scanned)
    {
        var result = HardenedImage.Scan(["/usr/sbin/" + program], [], (pools, Pool), (ini, "memory_limit = 1G\npost_max_size = 2G\n"), (scanned, "memory_limit = 2G\n"));
        Assert.Empty(result.Problems);
        var judged = new Judged(new Plimsoll.Scan.Hardening.Effective.PhpFpm(), result.Of("php-fpm"));
        Assert.Equal(("2G", "2G", "127.0.0.1:9000"), (judged.Value(judged.At("pool")[0], "memory_limit")!.Value, judged.Value(judged.At("pool")[0], "post_max_size")!.Value, judged.Value(judged.At("pool")[0], "listen")!.Value));
    }

    [Fact]
    public void What_is_wrong_says_where()
    {
        var problem = Assert.Single(HardenedImage.Scan(command, ["PHP_VERSION=8.2.29"], ("/usr/local/etc/php-fpm.conf", Pool + "clear_envs = no\n")).Problems);
        Assert.Equal(("/usr/local/etc/php-fpm.conf:10", "there is no entry `clear_envs` in a pool; php-fpm would not start with this file, and what follows in it was not read"), (problem.Where, problem.Message));
        problem = Assert.Single(HardenedImage.Scan(command, ["PHP_VERSION=8.2.29"], ("/usr/local/etc/php-fpm.conf", Pool), ("/usr/local/etc/php/php.ini", "expose_php = Off\na = x=y\n")).Problems);
        Assert.Equal(("/usr/local/etc/php/php.ini:2", "expected a value, found `=y`; PHP starts without what follows in this file"), (problem.Where, problem.Message));
        problem = Assert.Single(HardenedImage.Scan(command, ["PHP_VERSION=8.2.29"], ("/usr/local/etc/php-fpm.conf", "include=/usr/local/etc/php-fpm.conf\n" + Pool)).Problems);
        Assert.Equal("/usr/local/etc/php-fpm.conf is included more than 4 deep, or there are more than 1,024 files; php-fpm would not start with this file, and what follows in it was not read", problem.Message);
        // What a later release may have is no error of the file.
        Assert.Empty(HardenedImage.Scan(command, ["PHP_VERSION=9.0.0"], ("/usr/local/etc/php-fpm.conf", Pool + "listen.other = 1\n")).Problems);
    }

    [Fact]
    public void Applied_to_the_official_image_the_findings_are_gone_and_it_starts()
    {
        using var server = new PhpFpmServer();
        var options = HardeningOptions.With([], writes: true);
        (string Path, string Text)[] weak = [.. official, ("/usr/local/etc/php/php.ini", "allow_url_include = On\nmemory_limit = -1\nphar.readonly = Off\n"), ("/usr/local/etc/php-fpm.d/zzz.conf", "[www]\nlisten = /usr/local/etc/www.sock\nlisten.mode = 0666\nsecurity.limit_extensions =\nphp_admin_flag[register_argc_argv] = on\n")];
        var before = Scan(weak);
        var remedies = before.Hardening!.Remedies!;
        string[] cleared = ["php-fpm/allow-url-include", "php-fpm/archives-read-only", "php-fpm/display-errors", "php-fpm/expose-php", "php-fpm/log-errors", "php-fpm/memory-limit", "php-fpm/query-as-arguments", "php-fpm/script-names", "php-fpm/session-http-only", "php-fpm/session-same-site", "php-fpm/session-strict-mode", "php-fpm/socket-mode"];
        Assert.Empty(cleared.Except(remedies.Cleared));
        (string Path, string Text)[] after = [.. weak.Select(file => (file.Path, remedies.Files.FirstOrDefault(remedied => remedied.Path == file.Path)?.After ?? file.Text))];
        Assert.Empty(Found(Scan(after)).Keys.Intersect(remedies.Cleared));
        // The same files for the real server, in a folder of its own.
        server.Write(after.Select(file => (Moved(file.Path), Moved(file.Text))));
        var answer = server.Ask([], ["-y", server.Folder + "/php-fpm.conf", "-n", "-c", server.Folder + "/php"], server.Folder + "/www.sock").Values.First().GetProperty("ini");
        foreach (var (key, value) in ((string, string)[])[("allow_url_include", "0"), ("display_errors", "0"), ("expose_php", "0"), ("log_errors", "1"), ("memory_limit", "128M"), ("register_argc_argv", "0"), ("session.use_strict_mode", "1"), ("session.cookie_httponly", "1"), ("session.cookie_samesite", "Lax"), ("variables_order", "GPCS")])
            Assert.Equal((key, value), (key, answer.GetProperty(key).GetString() is "Off" or "off" or "" ? "0" : answer.GetProperty(key).GetString() is "On" or "on" ? "1" : answer.GetProperty(key).GetString()));

        ScanResult Scan((string Path, string Text)[] files) => ExampleImage.Scan(new Example { Line = 1, Files = [.. files], Command = [.. command], Environment = ["PHP_VERSION=8.2.29"], HasHealthcheck = true }, options);
        string Moved(string text) => text.Replace("include=etc/", "include=/usr/local/etc/", StringComparison.Ordinal).Replace("/usr/local/etc", server.Folder, StringComparison.Ordinal).Replace("/proc/self/fd/2", server.Folder + "/log", StringComparison.Ordinal);
    }

    private static Dictionary<string, HardeningFinding> Found(ScanResult result) => result.Hardening!.Findings.Where(finding => finding.Application == "php-fpm").GroupBy(finding => finding.Rule.Id, StringComparer.Ordinal).ToDictionary(rule => rule.Key, rule => rule.First(), StringComparer.Ordinal);
}
