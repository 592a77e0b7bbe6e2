using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class NginxTests
{
    [Fact]
    public void Includes_stand_in_their_place_with_their_own_lines()
    {
        var result = HardenedImage.Scan(["/usr/sbin/nginx", "-g", "daemon off; pid /x;"], [],
            ("/etc/nginx/nginx.conf", "user www-data;\nhttp {\n  include conf.d/*.conf;\n  gzip on; }\n"),
            ("/etc/nginx/conf.d/b.conf", "server {\n  listen 81; }"),
            ("/etc/nginx/conf.d/a.conf", "server { listen 80; }"),
            ("/etc/nginx/conf.d/.hidden.conf", "server { listen 82; }"));
        Assert.Equal("""
            daemon off | argument -g
            pid /x | argument -g
            user www-data | /etc/nginx/nginx.conf:1:1
            http | /etc/nginx/nginx.conf:2:1
              server | /etc/nginx/conf.d/a.conf:1:1
                listen 80 | /etc/nginx/conf.d/a.conf:1:10
              server | /etc/nginx/conf.d/b.conf:1:1
                listen 81 | /etc/nginx/conf.d/b.conf:2:3
              gzip on | /etc/nginx/nginx.conf:4:3

            """, HardenedImage.Text(result.Of("nginx").Settings, origins: true));
        Assert.Empty(result.Problems);
    }

    [Fact]
    public void A_file_that_includes_itself_ends()
    {
        var result = HardenedImage.Nginx(("/etc/nginx/nginx.conf", "include a.conf;"), ("/etc/nginx/a.conf", "worker_processes 1;\ninclude a.conf;"));
        Assert.Equal("worker_processes 1\n? include a.conf needs an end to the includes of /etc/nginx/a.conf\n", HardenedImage.Text(result.Of("nginx").Settings));
        Assert.Contains(result.Problems, problem => problem.Message.Contains("includes itself", StringComparison.Ordinal));
    }

    [Fact]
    public void Includes_that_multiply_are_cut_off()
    {
        var files = Enumerable.Range(0, 12).Select(i => ($"/etc/nginx/{i}.conf", string.Concat(Enumerable.Repeat(i == 11 ? "env X;\n" : $"include {i + 1}.conf;\n", 10))));
        var result = HardenedImage.Nginx([("/etc/nginx/nginx.conf", "include 0.conf;"), .. files]);
        Assert.Contains(result.Problems, problem => problem.Kind == ProblemKind.LimitReached && problem.Unit == "harden");
    }

    [Fact]
    public void What_is_not_in_the_image_is_not_known_rather_than_followed()
    {
        var result = HardenedImage.Nginx(("/etc/nginx/nginx.conf", "events { }\nhttp {\n  include /run/tokens.conf;\n  server { listen 80; }\n}\n"));
        var finding = Assert.Single(result.Hardening!.Findings, finding => finding.Rule.Id == "nginx/server-tokens");
        Assert.Equal(HardeningAnswer.CannotKnow, finding.Answer);
        Assert.Equal("the file /run/tokens.conf, which the image does not hold", finding.Needs);
        Assert.DoesNotContain("nginx/server-tokens", result.Hardening.Followed);
    }

    [Fact]
    public void A_broken_file_is_a_problem_and_what_follows_unknown()
    {
        var result = HardenedImage.Nginx(("/etc/nginx/nginx.conf", "events { }\nhttp {\n  server_tokens off;\n  server { listen 80 }\n}\n"));
        var problem = Assert.Single(result.Problems);
        Assert.Equal("/etc/nginx/nginx.conf:4", problem.Where);
        Assert.Equal("a `}` where the `;` of a directive was expected; nginx would not start with this file, and what follows in it was not read", problem.Message);
    }

    [Fact]
    public void The_official_entrypoint_fills_templates_from_the_environment()
    {
        var result = HardenedImage.Scan(["/docker-entrypoint.sh", "nginx", "-g", "daemon off;"], ["NGINX_VERSION=1.27.3", "PORT=8080", "PATH=/usr/sbin"],
            ("/docker-entrypoint.sh", "#!/bin/sh\nset -e\n# /docker-entrypoint.d/\nexec \"$@\"\n"),
            ("/docker-entrypoint.d/20-envsubst-on-templates.sh", "#!/bin/sh\n"),
            ("/usr/sbin/nginx", "#!/bin/true\n"),
            ("/etc/nginx/nginx.conf", "http {\n  include /etc/nginx/conf.d/*.conf;\n}\n"),
            ("/etc/nginx/templates/site.conf.template", "server {\n  listen ${PORT};\n  server_name $NAME;\n  return 200 $uri;\n}\n"));
        Assert.Equal("""
            daemon off | argument -g
            http | /etc/nginx/nginx.conf:1:1
              server | entrypoint /docker-entrypoint.d/20-envsubst-on-templates.sh
                listen 8080 | entrypoint /docker-entrypoint.d/20-envsubst-on-templates.sh
                server_name $NAME needs the variable NAME, which the image does not set | entrypoint /docker-entrypoint.d/20-envsubst-on-templates.sh
                return 200 $uri | entrypoint /docker-entrypoint.d/20-envsubst-on-templates.sh

            """, HardenedImage.Text(result.Of("nginx").Settings, origins: true));
    }

    [Fact]
    public void The_official_entrypoint_listens_on_ipv6_in_the_vendors_file_only()
    {
        Assert.Contains("listen [::]:80", Of("server {\n    listen       80;\n    server_name  localhost;\n}\n"), StringComparison.Ordinal);
        Assert.DoesNotContain("[::]:80", Of("server {\n    listen 80;\n}\n"), StringComparison.Ordinal);

        static string Of(string site) => HardenedImage.Text(HardenedImage.Scan(["/docker-entrypoint.sh", "nginx"], ["PATH=/usr/sbin"],
            ("/docker-entrypoint.sh", "#!/bin/sh\nexec \"$@\"\n"), ("/docker-entrypoint.d/10-listen-on-ipv6-by-default.sh", "#!/bin/sh\n"), ("/usr/sbin/nginx", "#!/bin/true\n"),
            ("/etc/nginx/nginx.conf", "http { include conf.d/*.conf; }"), ("/etc/nginx/conf.d/default.conf", site)).Of("nginx").Settings);
    }

    [Theory]
    [InlineData("#!/bin/sh\nsed -n p /etc/nginx/nginx.conf >&2\n", false)]
    [InlineData("#!/bin/sh\n# cp x /etc/nginx\necho ready\n", false)]
    [InlineData("#!/bin/sh\ncp /tmp/x /etc/nginx/conf.d/x.conf\n", true)]
    [InlineData("#!/bin/sh\necho 'gzip on;' > /etc/nginx/conf.d/x.conf\n", true)]
    [InlineData("#!/bin/sh\nsed -i s/a/b/ /etc/nginx/nginx.conf\n", true)]
    public void A_script_of_the_entrypoint_that_writes_is_a_gap(string script, bool isGap)
    {
        var result = HardenedImage.Scan(["/docker-entrypoint.sh", "nginx"], ["PATH=/usr/sbin"], ("/docker-entrypoint.sh", "#!/bin/sh\nexec \"$@\"\n"), ("/docker-entrypoint.d/40-own.sh", script), ("/usr/sbin/nginx", "#!/bin/true\n"), ("/etc/nginx/nginx.conf", "events { }\n"));
        Assert.Equal(isGap, result.Of("nginx").Settings.Any(setting => setting.IsGap));
    }

    [Fact]
    public void Every_place_is_told_and_what_is_unknown_for_one_reason_once()
    {
        var result = HardenedImage.Nginx(("/etc/nginx/nginx.conf", "error_log /dev/null;\nerror_log /dev/null crit;\nhttp {\n  include /run/x;\n  server { location /a { } location /b { } }\n}\n"));
        Assert.Equal([1, 2], result.Hardening!.Findings.Where(finding => finding.Rule.Id == "nginx/error-log-discarded" && finding.Answer == HardeningAnswer.DoesNotFollow).Select(finding => finding.Place!.Value.Line));
        Assert.All(result.Hardening.Findings.Where(finding => finding.Answer == HardeningAnswer.CannotKnow).GroupBy(finding => finding.Rule.Id), rule => Assert.Single(rule));
    }

    [Fact]
    public void Without_a_version_what_depends_on_it_is_not_known()
    {
        var result = HardenedImage.Scan(["/usr/sbin/nginx"], [], ("/etc/nginx/nginx.conf", "http { server { listen 443 ssl; } }"));
        Assert.Equal("the version of nginx, on which the default depends", Assert.Single(result.Hardening!.Findings, finding => finding.Rule.Id == "nginx/tls-protocols").Needs);
    }

    [Fact]
    public void A_finding_names_the_line_and_what_to_write()
    {
        var result = HardenedImage.Nginx(("/etc/nginx/nginx.conf", "http {\n  server {\n    listen 80;\n    autoindex on;\n  }\n}\n"));
        var listing = Assert.Single(result.Hardening!.Findings, finding => finding.Rule.Id == "nginx/autoindex");
        Assert.Equal(("/etc/nginx/nginx.conf", 4, RemedyKind.Replace, "autoindex off;", "autoindex on"), (listing.Place!.Value.Path, listing.Place.Value.Line, listing.Kind, listing.Remedy, listing.Found));
        var tokens = Assert.Single(result.Hardening.Findings, finding => finding.Rule.Id == "nginx/server-tokens");
        Assert.Equal((1, RemedyKind.InsertBelow, "server_tokens off;", "default of nginx"), (tokens.Place!.Value.Line, tokens.Kind, tokens.Remedy, tokens.Origin!.ToString()));
    }

    [Fact]
    public void A_hardened_configuration_has_no_finding()
    {
        var result = HardenedImage.Nginx(("/etc/nginx/nginx.conf", Hardened));
        Assert.Empty(result.Hardening!.Findings.Where(finding => finding.Application == "nginx").Select(finding => $"{finding.Rule.Id}: {finding.Found} {finding.Needs} {finding.Detail}"));
        Assert.True(result.Hardening.Followed.Length > 40);
    }

    /// <summary>What a careful administrator writes.</summary>
    internal const string Hardened = """
        user nginx;
        worker_processes auto;
        error_log /var/log/nginx/error.log notice;
        pid /run/nginx.pid;
        events { worker_connections 1024; }
        http {
            default_type application/octet-stream;
            log_format main '$remote_addr - [$time_local] "$request" $status $body_bytes_sent';
            access_log /var/log/nginx/access.log main;
            server_tokens off;
            client_max_body_size 10m;
            client_body_timeout 15s;
            client_header_timeout 15s;
            send_timeout 15s;
            keepalive_timeout 30s;
            limit_req_zone $binary_remote_addr zone=one:10m rate=10r/s;
            ssl_protocols TLSv1.2 TLSv1.3;
            ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256;
            ssl_session_cache shared:SSL:10m;
            ssl_session_tickets off;
            add_header Strict-Transport-Security "max-age=63072000" always;
            add_header X-Content-Type-Options nosniff always;
            add_header X-Frame-Options DENY always;
            add_header Referrer-Policy strict-origin-when-cross-origin always;
            add_header Content-Security-Policy "default-src 'self'" always;
            server {
                listen 80 default_server;
                return 301 https://example.org$request_uri;
            }
            server {
                listen 443 ssl default_server;
                ssl_certificate /etc/nginx/tls.crt;
                ssl_certificate_key /etc/nginx/tls.key;
                return 444;
            }
            server {
                listen 443 ssl;
                server_name example.org;
                ssl_certificate /etc/nginx/tls.crt;
                ssl_certificate_key /etc/nginx/tls.key;
                root /usr/share/nginx/html;
                location / { try_files $uri $uri/ =404; limit_req zone=one burst=20; }
                location /files/ { alias /srv/files/; }
                location = /health { access_log off; return 200; }
                location ~ ^/page/([a-z0-9-]+)$ { try_files /pages/$1.html =404; }
                location /api/ {
                    proxy_pass https://127.0.0.1:8443;
                    proxy_ssl_verify on;
                    proxy_ssl_trusted_certificate /etc/nginx/tls.crt;
                    proxy_ssl_server_name on;
                    proxy_ssl_protocols TLSv1.2 TLSv1.3;
                    proxy_set_header Host $host;
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                }
                location /protected/ { internal; alias /srv/protected/; }
                location /status { stub_status; allow 127.0.0.1; deny all; }
            }
        }
        """;
}
