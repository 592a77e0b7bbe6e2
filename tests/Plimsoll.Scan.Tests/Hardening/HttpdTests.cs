using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class HttpdTests
{
    private static readonly string[] official = ["/usr/local/apache2/bin/httpd", "-DFOREGROUND"];

    [Fact]
    public void What_is_decided_on_reading_is_carried_out_in_order()
    {
        var result = HardenedImage.Scan([.. official, "-D", "TLS", "-C", "Timeout 9"], ["HTTPD_VERSION=2.4.62", "ADMIN=a@example.org"],
            ("/usr/local/apache2/conf/httpd.conf", "Define X \"b c\"\n<IfDefine TLS>\nListen 443\n</IfDefine>\n<IfModule ssl_module>\nListen 1\n</IfModule>\nLoadModule ssl_module modules/mod_ssl.so\n<IfModule mod_ssl.c>\nServerName \\\n  \"${X}\"\n</IfModule>\nServerAdmin ${ADMIN}\nInclude conf/extra/*.conf\n"),
            ("/usr/local/apache2/conf/extra/x.conf", "<Directory \"/a b\">\n  Require all denied\n</Directory>\nErrorLog ${LOGS}/e\n"));
        Assert.Equal("""
            Timeout 9 | argument -C
            Listen 443 | /usr/local/apache2/conf/httpd.conf:3:1
            LoadModule ssl_module modules/mod_ssl.so | /usr/local/apache2/conf/httpd.conf:8:1
            ServerName b c | /usr/local/apache2/conf/httpd.conf:10:1
            ServerAdmin a@example.org | /usr/local/apache2/conf/httpd.conf:13:1
            Directory /a b | /usr/local/apache2/conf/extra/x.conf:1:1
              Require all denied | /usr/local/apache2/conf/extra/x.conf:2:3
            ErrorLog ${LOGS}/e needs the variable LOGS, which the image does not set | /usr/local/apache2/conf/extra/x.conf:4:1

            """, HardenedImage.Text(result.Of("apache-httpd").Settings, origins: true));
        Assert.Empty(result.Problems);
    }

    /// <summary>The official image: httpd-foreground of its own, nothing but three modules built in, everything below one folder.</summary>
    [Fact]
    public void The_official_image_is_read_from_its_own_folder()
    {
        var result = HardenedImage.Scan(["httpd-foreground"], ["HTTPD_VERSION=2.4.62", "HTTPD_PREFIX=/usr/local/apache2", "PATH=/usr/local/apache2/bin:/usr/local/bin:/usr/bin"],
            ("/usr/local/bin/httpd-foreground", "#!/bin/sh\nrm -f logs/httpd.pid\nexec httpd -DFOREGROUND \"$@\"\n"), ("/usr/local/apache2/bin/httpd", "#!/bin/true\n"),
            ("/usr/local/apache2/conf/httpd.conf", "ServerRoot \"/usr/local/apache2\"\n<IfModule unixd_module>\nUser never\n</IfModule>\nLoadModule unixd_module modules/mod_unixd.so\n<IfModule unixd_module>\nUser www-data\n</IfModule>\n"));
        Assert.Equal("ServerRoot /usr/local/apache2\nLoadModule unixd_module modules/mod_unixd.so\nUser www-data\n", HardenedImage.Text(result.Of("apache-httpd").Settings));
    }

    /// <summary>A server of another builder: whether mod_version is in it the image does not say.</summary>
    [Fact]
    public void What_an_unknown_build_decides_is_a_gap()
    {
        var result = HardenedImage.Scan(["/opt/web/httpd"], [], ("/etc/httpd/conf/httpd.conf", "<IfModule version_module>\nServerTokens Prod\n</IfModule>\n<IfVersion >= 2.4>\nTimeout 5\n</IfVersion>\n"));
        Assert.Equal("? IfModule version_module needs whether the module version_module is built in\n? IfVersion >= 2.4 needs the version of the HTTP server\n", HardenedImage.Text(result.Of("apache-httpd").Settings));
        Assert.Equal(HardeningAnswer.CannotKnow, Assert.Single(result.Hardening!.Findings, finding => finding.Rule.Id == "apache-httpd/server-tokens").Answer);
    }

    [Fact]
    public void Debians_control_script_takes_its_environment_from_envvars()
    {
        var result = HardenedImage.Scan(["/usr/sbin/apache2ctl", "-D", "FOREGROUND"], [],
            ("/etc/apache2/envvars", "unset HOME\nexport APACHE_RUN_USER=www-data\nexport APACHE_LOG_DIR=/var/log/apache2$SUFFIX\n"), ("/etc/apache2/apache2.conf", "User ${APACHE_RUN_USER}\nErrorLog ${APACHE_LOG_DIR}/error.log\n"));
        Assert.Equal("User www-data\nErrorLog /var/log/apache2/error.log\n", HardenedImage.Text(result.Of("apache-httpd").Settings));
    }

    [Fact]
    public void Where_htaccess_files_are_allowed_what_they_may_set_is_not_known()
    {
        var result = HardenedImage.Scan(official, ["HTTPD_VERSION=2.4.62"], ("/usr/local/apache2/conf/httpd.conf", "<Directory /srv>\nAllowOverride Options\nOptions None\n</Directory>\n"));
        var finding = Assert.Single(result.Hardening!.Findings, finding => finding.Rule.Id == "apache-httpd/directory-listing");
        Assert.Equal((HardeningAnswer.CannotKnow, "the .htaccess files below /srv, which are read at each request"), (finding.Answer, finding.Needs));
        Assert.Contains("apache-httpd/allow-override", result.Hardening.Followed);
    }

    [Fact]
    public void Includes_that_go_round_or_lead_nowhere_are_told()
    {
        var result = HardenedImage.Scan(official, ["HTTPD_VERSION=2.4.62"], ("/usr/local/apache2/conf/httpd.conf", "Include conf/httpd.conf\nInclude conf/none.conf\nIncludeOptional conf/none/*.conf\n"));
        Assert.Equal("? Include /usr/local/apache2/conf/httpd.conf needs an end to the includes of /usr/local/apache2/conf/httpd.conf\n? Include /usr/local/apache2/conf/none.conf needs the file /usr/local/apache2/conf/none.conf, which the image does not hold\n", HardenedImage.Text(result.Of("apache-httpd").Settings));
        Assert.Contains(result.Problems, problem => problem.Message.Contains("includes itself", StringComparison.Ordinal));
    }

    [Fact]
    public void A_setting_of_one_host_is_found_and_one_of_the_server_told_once()
    {
        var result = HardenedImage.Scan(official, ["HTTPD_VERSION=2.4.62"], ("/usr/local/apache2/conf/httpd.conf", "Listen 80\n<VirtualHost *:80>\nServerName a\n</VirtualHost>\n<VirtualHost *:80>\nServerName b\nTraceEnable On\n</VirtualHost>\n"));
        Assert.Equal([null, 7], result.Hardening!.Findings.Where(finding => finding.Rule.Id == "apache-httpd/trace").Select(finding => finding.Place?.Line).Order());
    }

    [Fact]
    public void A_hardened_configuration_has_no_finding()
    {
        var result = HardenedImage.Scan(official, ["HTTPD_VERSION=2.4.62"], ("/usr/local/apache2/conf/httpd.conf", Hardened));
        Assert.Empty(result.Problems);
        Assert.Empty(result.Hardening!.Findings.Where(finding => finding.Application == "apache-httpd").Select(finding => $"{finding.Rule.Id}: {finding.Found} {finding.Needs} {finding.Detail}"));
        Assert.True(result.Hardening.Followed.Count(id => id.StartsWith("apache-httpd/", StringComparison.Ordinal)) > 15);
    }

    [Fact]
    public void The_hardened_configuration_is_one_that_the_server_takes()
    {
        using var server = new HttpdServer();
        server.Write([("/usr/local/apache2/conf/httpd.conf", Hardened.Replace("LoadModule unixd_module", "#", StringComparison.Ordinal).Replace("LoadModule log_config_module", "#", StringComparison.Ordinal).Replace("/srv/www", "/tmp", StringComparison.Ordinal))]);
        var (exit, _, errors) = server.Run("apache2", "-d", server.Folder, "-f", server.Folder + "/conf/httpd.conf", "-t");
        Assert.True(exit == 0, errors);
    }

    /// <summary>What a careful administrator writes.</summary>
    private const string Hardened = """
        ServerRoot "/usr/local/apache2/"
        LoadModule mpm_event_module modules/mod_mpm_event.so
        LoadModule unixd_module modules/mod_unixd.so
        LoadModule log_config_module modules/mod_log_config.so
        LoadModule authz_core_module modules/mod_authz_core.so
        LoadModule authz_host_module modules/mod_authz_host.so
        LoadModule reqtimeout_module modules/mod_reqtimeout.so
        LoadModule status_module modules/mod_status.so
        LoadModule socache_shmcb_module modules/mod_socache_shmcb.so
        LoadModule ssl_module modules/mod_ssl.so
        LoadModule proxy_module modules/mod_proxy.so
        LoadModule proxy_http_module modules/mod_proxy_http.so
        LoadModule remoteip_module modules/mod_remoteip.so
        Listen 80
        Listen 443
        User www-data
        Group www-data
        ServerName example.org
        ServerTokens Prod
        ServerSignature Off
        TraceEnable Off
        LimitRequestBody 1048576
        RequestReadTimeout header=10-20,MinRate=500 body=20,MinRate=500
        RemoteIPHeader X-Forwarded-For
        RemoteIPInternalProxy 192.0.2.10
        LogFormat "%h %l %u %t \"%r\" %>s %b" common
        CustomLog /proc/self/fd/1 common
        ErrorLog /proc/self/fd/2
        <Directory />
            AllowOverride None
            Require all denied
        </Directory>
        <FilesMatch "^\.ht">
            Require all denied
        </FilesMatch>
        DocumentRoot "/srv/www"
        <Directory "/srv/www">
            Options -Indexes +SymLinksIfOwnerMatch
            AllowOverride None
            Require all granted
        </Directory>
        <VirtualHost *:80>
            ServerName example.org
        </VirtualHost>
        <VirtualHost *:443>
            ServerName example.org
            SSLEngine on
            SSLProtocol -all +TLSv1.2 +TLSv1.3
            SSLCipherSuite ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256
            SSLProxyEngine on
            SSLProxyVerify require
            ProxyPass /api/ https://backend.example.org/
            <Location /server-status>
                SetHandler server-status
                Require ip 192.0.2.0/24
            </Location>
        </VirtualHost>
        """;
}
