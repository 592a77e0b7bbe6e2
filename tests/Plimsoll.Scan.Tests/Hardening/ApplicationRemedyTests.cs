using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Remedying;
using Plimsoll.Scan.Hardening.Rules;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>
/// Of each application a weak configuration, remedied and scanned again: what was cleared is gone, nothing else has come, and the server takes what was written.
/// </summary>
public sealed class ApplicationRemedyTests
{
    private static readonly HardeningOptions options = HardeningOptions.With([], writes: true);

    [Fact]
    public void Httpd()
    {
        const string text = """
            LoadModule unixd_module modules/mod_unixd.so
            LoadModule authz_core_module modules/mod_authz_core.so
            LoadModule ssl_module modules/mod_ssl.so
            LoadModule status_module modules/mod_status.so
            Listen 8443
            ServerName example.org
            TraceEnable on
            HttpProtocolOptions Unsafe
            FileETag INode MTime
            AllowEncodedSlashes On
            <Directory />
                AllowOverride None
                Require all denied
            </Directory>
            <Directory /srv/www>
                Options Indexes FollowSymLinks Includes
                Require all granted
            </Directory>
            <Location /state>
                SetHandler server-status
            </Location>
            <VirtualHost *:8443>
                SSLEngine on
                SSLCertificateFile /usr/local/apache2/conf/site.pem
                SSLProtocol all
                SSLCipherSuite ALL
                SSLInsecureRenegotiation on
            </VirtualHost>
            """;
        var (path, written) = Remedied(new Example { Line = 1, Files = [("/usr/local/apache2/conf/httpd.conf", text)], Command = ["/usr/local/apache2/bin/httpd", "-DFOREGROUND"], Environment = ["HTTPD_VERSION=2.4.62"] }, "apache-httpd",
            ["directory-listing", "encoded-slashes", "ht-files", "inode-etag", "insecure-renegotiation", "server-side-includes", "server-tokens", "strict-requests", "tls-protocols", "trace", "weak-ciphers"]);
        Assert.Equal("/usr/local/apache2/conf/httpd.conf", path);
        Assert.Contains("    Options FollowSymLinks\n", written, StringComparison.Ordinal);
        Assert.Contains("\nServerTokens Prod\n", written, StringComparison.Ordinal);
        using var server = new HttpdServer();
        server.Write([(path, written.Replace("LoadModule unixd_module modules/mod_unixd.so\n", "", StringComparison.Ordinal).Replace("Listen 8443", "Listen 127.0.0.1:${PORT}", StringComparison.Ordinal).Replace("*:8443", "*", StringComparison.Ordinal))]);
        Certify(server.Folder + "/conf/site.pem");
        Assert.NotEqual(0, server.Start(path, [.. HttpdServer.Modules(), "-C", $"PidFile {server.Folder}/pid", "-C", $"ErrorLog {server.Folder}/error.log", "-C", $"Mutex file:{server.Folder}/"]));
    }

    [Fact]
    public void Haproxy()
    {
        const string text = """
            global
                user haproxy
                ssl-default-bind-options no-tls-tickets ssl-min-ver TLSv1.0
            defaults
                mode http
                timeout connect 5s
                timeout server 30s
                option accept-invalid-http-request
            frontend web
                bind :8443 ssl crt /usr/local/etc/haproxy/site.pem allow-0rtt force-tlsv10 alpn h2
                bind :9443 ssl crt /usr/local/etc/haproxy/site.pem ca-file /usr/local/etc/haproxy/site.pem verify optional ca-ignore-err all crt-ignore-err all
                stats enable
                default_backend app
            backend app
                server a 192.0.2.1:80

            """;
        var (_, written) = Remedied(new Example { Line = 1, Files = [("/usr/local/etc/haproxy/haproxy.cfg", text)], Command = ["/usr/local/sbin/haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"], Environment = ["HAPROXY_VERSION=2.6.12"] }, "haproxy",
            ["client-certificate", "client-timeout", "early-data", "request-timeout", "stats-version", "strict-requests", "tls-protocols"]);
        Assert.Contains("    ssl-default-bind-options no-tls-tickets\n", written, StringComparison.Ordinal);
        Assert.Contains("    bind :8443 ssl crt /usr/local/etc/haproxy/site.pem alpn h2\n", written, StringComparison.Ordinal);
        Assert.Contains("verify optional\n", written, StringComparison.Ordinal);
        Assert.Contains("    timeout client 30s\n", written, StringComparison.Ordinal);
        using var server = new HaproxyServer();
        server.Write([("/etc/haproxy/haproxy.cfg", written.Replace("/usr/local/etc/", "/etc/", StringComparison.Ordinal).Replace("global\n", "global\n    stats socket /etc/haproxy/stats\n", StringComparison.Ordinal).Replace("bind :", $"bind abns@remedied{Environment.ProcessId}x", StringComparison.Ordinal))]);
        Certify(server.Folder + "/site.pem");
        Assert.Equal("http", server.Statistics([], ["-f", "/etc/haproxy/haproxy.cfg"])["web"].Mode);
    }

    [Fact]
    public void OpenSsh()
    {
        const string text = """
            PermitRootLogin yes
            PermitEmptyPasswords yes
            AcceptEnv LANG LD_PRELOAD
            MaxAuthTries 20
            LogLevel DEBUG3
            LoginGraceTime 0
            StrictModes no
            PermitUserEnvironment yes
            X11Forwarding yes
            X11UseLocalhost no
            Ciphers aes128-cbc,aes256-ctr
            MACs hmac-md5,hmac-sha2-256
            KexAlgorithms diffie-hellman-group1-sha1,curve25519-sha256
            PermitTunnel yes
            GatewayPorts yes
            Match User backup
                ForceCommand /usr/bin/backup
                PermitRootLogin yes
            """;
        var (_, written) = Remedied(new Example { Line = 1, Files = [("/etc/ssh/sshd_config", text), .. OpenSshTests.Package], Command = ["/usr/sbin/sshd", "-D"] }, "openssh",
            ["accept-env", "auth-tries", "debug-log", "empty-passwords", "forced-command-forwarding", "gateway-ports", "login-grace-time", "root-login", "strict-modes", "tunnel", "user-environment", "weak-ciphers", "weak-key-exchange", "weak-macs", "x11-forwarding"]);
        using var server = new SshdServer();
        server.Write([("/etc/ssh/sshd_config", written)]);
        Assert.StartsWith("SSH-2.0-OpenSSH", server.Banner(), StringComparison.Ordinal);
        Assert.Contains("Match User backup\n    DisableForwarding yes\n    ForceCommand /usr/bin/backup\n    PermitRootLogin prohibit-password", written, StringComparison.Ordinal);
    }

    [Fact]
    public void Postgresql()
    {
        const string text = "hba_file = '/etc/postgresql/15/main/pg_hba.conf'\nfsync = off\nfull_page_writes = off\nzero_damaged_pages = on\nbackslash_quote = on\nlog_statement = all\nlo_compat_privileges = on\npassword_encryption = md5 # as before\nlog_min_messages = panic\nlogging_collector = on\nlog_file_mode = 0644";
        var (path, written) = Remedied(new Example { Line = 1, Files = [("/etc/postgresql/15/main/postgresql.conf", text), ("/etc/postgresql/15/main/pg_hba.conf", "local all all peer\n")], Command = ["/usr/lib/postgresql/15/bin/postgres", "-D", "/var/lib/postgresql/15/main", "-c", "config_file=/etc/postgresql/15/main/postgresql.conf"], Environment = ["PG_VERSION=15.8"] }, "postgresql",
            ["backslash-quote", "developer-options", "large-objects", "log-connections", "log-errors", "log-file-mode", "log-statements", "password-encryption"]);
        Assert.Equal("/etc/postgresql/15/main/postgresql.conf", path);
        Assert.DoesNotContain("zero_damaged_pages", written, StringComparison.Ordinal);
        using var server = new PostgresqlServer();
        server.Write([(server.Folder + "/postgresql.conf", written.Replace("hba_file", "# hba_file", StringComparison.Ordinal))]);
        server.Start(["-c", $"config_file={server.Folder}/postgresql.conf", "-c", $"hba_file={server.Data}/pg_hba.conf", "-c", $"port={server.Port}"], []);
        Assert.Equal("scram-sha-256", server.Query("SHOW password_encryption").Trim());
        Assert.Equal("on", server.Query("SHOW log_connections").Trim());
    }

    [Fact]
    public void Mariadb()
    {
        var (_, written) = Remedied(new Example { Line = 1, Files = [("/etc/mysql/my.cnf", "[client]\nport = 3306\n[mariadbd]\nlocal-infile\ngeneral_log = 1\nallow-suspicious-udfs\nskip-grant-tables\nold_passwords = ON\ntls_version = TLSv1.1,TLSv1.2\nlog_warnings = 1\n")], Command = ["/usr/sbin/mariadbd"], Environment = ["MARIADB_VERSION=10.11.6"] }, "mariadb",
            ["general-log", "grant-tables", "local-infile", "log-warnings", "old-passwords", "suspicious-functions", "tls-protocols"]);
        Assert.StartsWith("[client]\nport = 3306\n[mariadbd]\nlocal_infile = OFF\n", written, StringComparison.Ordinal);
        var (_, added) = Remedied(new Example { Line = 1, Files = [("/etc/mysql/my.cnf", "[client-server]\nport = 3306")], Command = ["/usr/sbin/mariadbd"], Environment = ["MARIADB_VERSION=10.11.6"] }, "mariadb", ["local-infile"]);
        Assert.StartsWith("[client-server]\nport = 3306\n[mysqld]\n", added, StringComparison.Ordinal);
        Assert.Contains("\nlocal_infile = OFF\n", added, StringComparison.Ordinal);
    }

    [Fact]
    public void Mysql() =>
        Remedied(new Example { Line = 1, Files = [("/etc/my.cnf", "[mysqld]\nlocal-infile\ngeneral_log = 1\nlog-raw\nskip-grant-tables\nlog_error_verbosity = 1\nallow-suspicious-udfs\n")], Command = ["/usr/sbin/mysqld"], Environment = ["MYSQL_VERSION=8.4.3-1.el9"] }, "mysql",
            ["general-log", "grant-tables", "local-infile", "log-raw", "log-verbosity", "suspicious-functions"]);

    [Fact]
    public void RabbitMq()
    {
        const string path = "/etc/rabbitmq/rabbitmq.conf";
        var (_, written) = Remedied(new Example { Line = 1, Files = [(path, "vm_memory_high_watermark.relative = 0.9\nssl_options.verify = verify_peer\nssl_options.versions.1 = tlsv1.2\nssl_options.versions.2 = tlsv1.1\nmqtt.allow_anonymous = true\n"), ("/etc/rabbitmq/enabled_plugins", "[rabbitmq_mqtt].\n")], Command = ["/opt/rabbitmq/sbin/rabbitmq-server"], Environment = ["RABBITMQ_VERSION=3.13.7"] }, "rabbitmq",
            ["memory-limit", "mqtt-anonymous", "peer-certificate", "tls-versions"]);
        Assert.DoesNotContain("tlsv1.1", written, StringComparison.Ordinal);
        using var broker = new RabbitMqBroker();
        broker.Start([(path, written), ("/etc/rabbitmq/enabled_plugins", "[rabbitmq_mqtt].\n")]);
        var environment = broker.Environment();
        Assert.Contains("{allow_anonymous,false}", environment, StringComparison.Ordinal);
        Assert.Contains("{vm_memory_high_watermark,0.6}", environment, StringComparison.Ordinal);
        Assert.Contains("{verify,verify_peer}", environment, StringComparison.Ordinal);
        Assert.Contains("{versions,['tlsv1.2']}", environment, StringComparison.Ordinal);
        Assert.Contains("{fail_if_no_peer_cert,true}", environment, StringComparison.Ordinal);
    }

    [Fact]
    public void Tomcat()
    {
        var ports = TomcatServer.Ports(2);
        var text = $"""
            <?xml version="1.0"?>
            <Server port="{ports[1]}" shutdown="SHUTDOWN">
              <Service name="Catalina">
                <Connector port="{ports[0]}" maxPostSize="-1" allowTrace='true' xpoweredBy="true" server="Apache/9.1" maxParameterCount="-1"
                           allowBackslash="true"/>
                <Engine name="Catalina" defaultHost="localhost">
                  <Host name="localhost" appBase="webapps"/>
                </Engine>
              </Service>
            </Server>
            """;
        const string web = "<web-app>\n<servlet>\n<servlet-name>default</servlet-name>\n<servlet-class>org.apache.catalina.servlets.DefaultServlet</servlet-class>\n<init-param>\n<param-name>listings</param-name>\n<param-value>true</param-value>\n</init-param>\n<init-param>\n<param-name>readonly</param-name>\n<param-value>false</param-value>\n</init-param>\n</servlet>\n<servlet-mapping><servlet-name>default</servlet-name><url-pattern>/</url-pattern></servlet-mapping>\n</web-app>\n";
        var example = new Example { Line = 1, Files = [("/usr/local/tomcat/conf/server.xml", text), ("/usr/local/tomcat/conf/web.xml", web)], Command = ["/usr/local/tomcat/bin/catalina.sh", "run"], Environment = ["TOMCAT_VERSION=10.1.60", "CATALINA_HOME=/usr/local/tomcat"] };
        var (_, written) = Remedied(example, "tomcat", ["access-log", "auto-deploy", "error-report", "form-size", "listings", "parameter-count", "path-characters", "powered-by", "read-only", "server-header", "shutdown-port", "trace"]);
        Assert.Contains("<Server port=\"-1\" shutdown=\"SHUTDOWN\">", written, StringComparison.Ordinal);
        Assert.True(written.Contains(" autoDeploy=\"false\">", StringComparison.Ordinal), written);
        Assert.Contains("</Host>", written, StringComparison.Ordinal);
        Assert.Contains("AccessLogValve", written, StringComparison.Ordinal);
        using var server = new TomcatServer();
        foreach (var (path, file) in Written(example)) server.Write("conf/" + Path.GetFileName(path), file);
        server.Start([], ports[0]);
        Assert.Equal("2097152", server.Ask($"Catalina:type=Connector,port={ports[0]}").Values.Single()["maxPostSize"]);
    }

    [Fact]
    public void Node_by_its_environment()
    {
        var example = new Example { Line = 1, Files = [("/srv/server.js", "0\n")], Command = ["/usr/bin/node", "/srv/server.js"], Environment = ["NODE_VERSION=20.1.0", "NODE_DEBUG=tls"], User = "10001", HasHealthcheck = true };
        var remedies = ExampleImage.Scan(example, options).Hardening!.Remedies!;
        Assert.Equal(["ENV NODE_DEBUG=", "ENV NODE_ENV=production"], remedies.Instructions.Order(StringComparer.Ordinal));
        var after = ExampleImage.Scan(example with { Environment = ["NODE_VERSION=20.1.0", "NODE_DEBUG=", "NODE_ENV=production"] }, options);
        Assert.All(remedies.Cleared, rule => Assert.DoesNotContain(after.Hardening!.Findings, finding => finding.Rule.Id == rule));
    }

    [Fact]
    public void A_variable_that_the_command_sets_is_left_to_it()
    {
        var example = new Example { Line = 1, Files = [("/srv/server.js", "0\n"), ("/srv/.env", "NODE_ENV=development\n")], Command = ["/usr/bin/node", "--env-file=/srv/.env", "/srv/server.js"], Environment = ["NODE_VERSION=20.6.0"] };
        var remedies = ExampleImage.Scan(example, options).Hardening!.Remedies!;
        Assert.Equal("it comes from /srv/.env:1:1, which goes before what an image sets", Assert.Single(remedies.Left, left => left.Finding.Rule.Id == "node/production").Reason);
    }

    [Theory]
    [InlineData("bind :1 ssl  allow-0rtt  crt x", "allow-0rtt", "bind :1 ssl  crt x")]
    [InlineData("bind :1 VERIFY\tnone", "verify none", "bind :1")]
    [InlineData("Options Indexes +indexes A", "Indexes,+Indexes", "Options A")]
    [InlineData("Options Indexes", "Indexes", null)]
    [InlineData("Indexes a b", "Indexes", null)]
    [InlineData("bind x allow-0rtt2 verify", "allow-0rtt,verify none", null)]
    public void Words_are_taken_out_of_a_line(string line, string words, string? rest) => Assert.Equal(rest, Edit.Without(line, [.. words.Split(',')]));

    /// <summary>Every rule says what a program may do, or why none can.</summary>
    [Fact]
    public void Every_rule_says_how_it_is_remedied() =>
        Assert.Empty(RuleCatalog.All([]).Where(rule => rule.Writing == RemedyWriting.ByHand && rule.ByHand is null).Select(rule => rule.Id));

    /// <returns>The first file that was changed.</returns>
    private static (string Path, string Text) Remedied(Example example, string application, string[] expected)
    {
        var before = ExampleImage.Scan(example, options).Hardening!;
        Assert.Empty(expected.Select(name => $"{application}/{name}").Except(before.Remedies!.Cleared, StringComparer.Ordinal).Select(rule => $"{rule}: {before.Remedies.Left.FirstOrDefault(left => left.Finding.Rule.Id == rule)?.Reason ?? "no finding"}"));
        var written = before.Remedies.Files.ToDictionary(file => file.Path, file => file.After, StringComparer.Ordinal);
        var changed = example with { Files = [.. example.Files.Select(file => (file.Path, written.GetValueOrDefault(file.Path, file.Text)))] };
        var scanned = ExampleImage.Scan(changed, options);
        Assert.Empty(scanned.Problems);
        Assert.Equal(before.Remedies.Left.Select(left => left.Finding.Rule.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), scanned.Hardening!.Findings.Where(finding => finding.Answer == HardeningAnswer.DoesNotFollow).Select(finding => finding.Rule.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Except(before.Remedies.Cleared.Where(rule => rule.StartsWith("image/", StringComparison.Ordinal)), StringComparer.Ordinal));
        var (refusal, unasked) = HardenedImage.Ask(All.Find(application)!, changed);
        // MariaDB's server, which answers for MySQL, does not have all of its options.
        Assert.True(refusal is null && (unasked is null || application == "mysql" || unasked.EndsWith("is not installed", StringComparison.Ordinal)), refusal ?? unasked);
        return (before.Remedies.Files[0].Path, before.Remedies.Files[0].After);
    }

    /// <summary>A certificate of its own key and that key in one file.</summary>
    private static void Certify(string path)
    {
        var (exit, _, errors) = Programs.Run(Path.GetDirectoryName(path)!, "sh", "-c", $"openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key -out crt -subj /CN=example.org && cat crt key > {path}");
        Assert.True(exit == 0, errors);
    }

    private static IEnumerable<(string Path, string Text)> Written(Example example) => ExampleImage.Scan(example, options).Hardening!.Remedies!.Files.Select(file => (file.Path, file.After));
}
