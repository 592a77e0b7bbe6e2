using Plimsoll.Core.Hardening;
using Plimsoll.Core.Images;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Remedying;
using Plimsoll.Scan.Hardening.Rules;
using Plimsoll.Scan.Tests.Catalogers;

namespace Plimsoll.Scan.Tests.Hardening;

public sealed class RemedyTests : IDisposable
{
    private static readonly HardeningOptions options = HardeningOptions.With([], writes: true);

    private const string Weak = """
        user www-data;
        events { debug_connection 127.0.0.1; }
        http {
            # what is sent
            server {
                listen unix:/etc/nginx/socket; server_name a; autoindex
                    on;
                client_body_timeout 600s; underscores_in_headers on;
                location /files { alias /srv/; }
            }
            server { listen unix:/etc/nginx/other; ssl_protocols SSLv3 TLSv1.2; merge_slashes off; }
        }

        """;

    private readonly string folder = Directory.CreateTempSubdirectory("plimsoll-remedy-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Exact_remedies_stand_where_the_setting_was_or_belongs()
    {
        var remedies = Remedied(Nginx(Weak)).Hardening!.Remedies!;
        var file = Assert.Single(remedies.Files);
        Assert.Equal(("/etc/nginx/nginx.conf", Weak), (file.Path, file.Before));
        Assert.Equal("""
            user www-data;
            events {  }
            http {
                server_tokens off;
                # what is sent
                server {
                    listen unix:/etc/nginx/socket; server_name a; autoindex off;
                    client_body_timeout 60s; underscores_in_headers off;
                    location /files/ { alias /srv/; }
                }
                server { listen unix:/etc/nginx/other; ssl_protocols SSLv3 TLSv1.2; merge_slashes on; }
            }

            """, file.After);
        Assert.Contains("nginx/autoindex", remedies.Cleared);
        Assert.Contains(remedies.Left, left => left.Finding.Rule.Id == "image/healthcheck" && left.Reason == "what shows that the application is well is its own");
    }

    [Fact]
    public void What_a_remedy_would_break_is_left()
    {
        // A header of the server takes away what the block around it adds.
        var remedies = Remedied(Nginx("events { }\nhttp {\n    server_tokens off;\n    add_header X-Frame-Options DENY always;\n    server {\n        listen 80;\n        root /srv;\n    }\n}\n")).Hardening!.Remedies!;
        Assert.Empty(remedies.Files);
        Assert.Contains(remedies.Left, left => left.Finding.Rule.Id == "nginx/content-type-options" && left.Reason == "nginx/frame-options would no longer be followed with it");
    }

    /// <summary>What a rule would remove may be the head of a section: without it there would be no finding, and nothing remedied.</summary>
    [Fact]
    public void A_block_that_would_be_gone_clears_nothing()
    {
        Directory.CreateDirectory(folder + "/rules/haproxy");
        File.WriteAllText(folder + "/rules/haproxy/no-tcp.yaml", "id: haproxy/no-tcp\ntitle: Own\nexpect: none(frontend, mode == tcp)\nseverity: low\nwhy: because\nremedy: the section\nwrite: removal\nsource: {title: Own, url: \"https://example.org/\", read: 2026-11-28}\nexamples:\n  good: [{defaults: \"mode http\"}]\n  bad: [{main: \"frontend a\\n mode tcp\"}]\n");
        const string text = "defaults\n    mode http\nfrontend web\n    mode tcp\n    bind :8080\n    option accept-invalid-http-request\n";
        var hardening = ExampleImage.Scan(new Example { Line = 1, Files = [("/usr/local/etc/haproxy/haproxy.cfg", text)], Command = ["/usr/local/sbin/haproxy", "-f", "/usr/local/etc/haproxy/haproxy.cfg"], Environment = ["HAPROXY_VERSION=2.6.12"] }, HardeningOptions.With([folder + "/rules"], writes: true)).Hardening!;
        Assert.Equal("it would take away a block `frontend` with what stands in it", Assert.Single(hardening.Remedies!.Left, left => left.Finding.Rule.Id == "haproxy/no-tcp").Reason);
        Assert.DoesNotContain("haproxy/no-tcp", hardening.Remedies.Cleared);
        Assert.All(hardening.Remedies.Files, file => Assert.Contains("\nfrontend web\n", file.After, StringComparison.Ordinal));
    }

    [Fact]
    public void Line_ends_modes_and_readers_of_a_file_stay()
    {
        var redis = Remedied(new Example { Line = 1, Files = [("/etc/redis/redis.conf", "loglevel debug\r\nreplica-read-only no\r\n")], Command = ["/usr/bin/redis-server", "/etc/redis/redis.conf", "--enable-debug-command", "yes"], User = "redis", Modes = [("/etc/redis/redis.conf", 0x1A0)] });
        var file = Assert.Single(redis.Hardening!.Remedies!.Files);
        Assert.Equal("loglevel notice\r\nreplica-read-only yes\r\n", file.After);
        Assert.Equal((0x1A0, "redis"), (file.Mode, file.Owner));
        Assert.Contains(redis.Hardening.Remedies.Left, left => left.Finding.Rule.Id == "redis/debug-command" && left.Reason.Contains("argument --enable-debug-command", StringComparison.Ordinal));
    }

    [Fact]
    public void Nothing_is_overwritten()
    {
        var archive = Path.Combine(folder, "image.tar");
        using (var file = File.Create(archive)) ExampleImage.Write(Nginx("events { }\nhttp { server { listen 80; autoindex on; } }\n"), file);
        var result = Scanner.Scan(new ScanRequest { Target = new Target(SourceKind.Archive, archive, null), Hardening = options });
        RemedyFolder.Write(folder + "/out", result);
        Assert.Contains("ARG IMAGE=example:latest\nFROM ${IMAGE}\nCOPY [\"rootfs/etc/nginx/nginx.conf\", \"/etc/nginx/nginx.conf\"]\n", File.ReadAllText(folder + "/out/Dockerfile"), StringComparison.Ordinal);
        var refused = Assert.Throws<PlimsollException>(() => RemedyFolder.Write(folder + "/out", result));
        Assert.Equal($"`{folder}/out` is there already and not empty, and nothing is overwritten.", refused.Message);
    }

    [Fact]
    public void The_difference_is_what_patch_makes_the_new_text_of()
    {
        if (!Programs.Exist("patch")) Assert.Skip("patch is not installed.");
        for (var seed = 0; seed < (Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 } ? 500 : 40); seed++)
        {
            var random = new Random(seed);
            var lines = Enumerable.Range(0, random.Next(40)).Select(_ => $"line {random.Next(6)}").ToList();
            var changed = lines.SelectMany(line => random.Next(8) switch { 0 => [], 1 => [line, "new"], 2 => [$"changed {random.Next(3)}"], _ => (string[])[line] }).ToList();
            var (before, after) = (string.Join('\n', lines) + (random.Next(2) == 0 ? "\n" : ""), string.Join('\n', changed) + (random.Next(2) == 0 ? "\n" : ""));
            if (before == after) continue; // Nothing to apply.
            File.WriteAllText(folder + "/file", before);
            File.WriteAllText(folder + "/diff", UnifiedDiff.Of("/file", before, after));
            var (exit, output, errors) = Programs.Run(folder, "patch", "-p1", "-E", "-i", "diff");
            Assert.True(exit == 0, $"{seed}: {output}{errors}\n{File.ReadAllText(folder + "/diff")}");
            Assert.Equal((seed, after), (seed, File.Exists(folder + "/file") ? File.ReadAllText(folder + "/file") : ""));
            if (output.Contains("fuzz", StringComparison.Ordinal)) Assert.Fail($"{seed}: {output}");
        }
    }

    [Fact]
    public void Applied_to_nginx_the_findings_are_gone_and_it_starts()
    {
        using var server = new NginxServer();
        var (before, after) = Built(Nginx(Weak));
        AssertCleared(before, after);
        server.Write([("/etc/nginx/nginx.conf", before.Hardening!.Remedies!.Files[0].After.Replace("/etc/nginx/other", server.Folder + "/other", StringComparison.Ordinal).Replace("user www-data;", "user root;", StringComparison.Ordinal))]);
        server.Start();
        Assert.StartsWith("HTTP/1.1 200", server.Ask("/"), StringComparison.Ordinal);
        Assert.DoesNotContain("Server: nginx/", server.Ask("/"), StringComparison.Ordinal);
    }

    [Fact]
    public void Applied_to_Redis_the_findings_are_gone_and_it_starts()
    {
        var example = new Example { Line = 1, Files = [("/etc/redis/redis.conf", "loglevel debug\nreplica-read-only no\nunixsocketperm 777\nenable-debug-command yes\n")], Command = ["/usr/bin/redis-server", "/etc/redis/redis.conf"], Environment = ["REDIS_VERSION_OF_PACKAGE=7.0.15"] };
        var (before, after) = Built(example);
        AssertCleared(before, after);
        Assert.Equal("loglevel notice\nreplica-read-only yes\nunixsocketperm 700\nenable-debug-command no\n", before.Hardening!.Remedies!.Files[0].After);
        // Redis has no test of a file: it is started, until it says that it takes connections.
        var (refusal, unasked) = HardenedImage.Ask(Plimsoll.Scan.Hardening.Effective.All.Find("redis")!, example with { Files = [("/etc/redis/redis.conf", before.Hardening.Remedies.Files[0].After)] });
        Assert.True(refusal is null && (unasked is null || !Programs.Exist("redis-server")), refusal ?? unasked);
    }

    private static void AssertCleared(ScanResult before, ScanResult after)
    {
        var cleared = before.Hardening!.Remedies!.Cleared;
        Assert.True(cleared.Length >= 4);
        Assert.All(cleared, rule => Assert.Contains(before.Hardening.Findings, finding => finding.Rule.Id == rule));
        Assert.All(cleared, rule => Assert.DoesNotContain(after.Hardening!.Findings, finding => finding.Rule.Id == rule));
        Assert.Equal(before.Hardening.Remedies.Left.Select(left => left.Finding.Rule.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal), after.Hardening!.Findings.Where(finding => finding.Answer == HardeningAnswer.DoesNotFollow).Select(finding => finding.Rule.Id).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    /// <summary>The scan of an image, and that of the image that buildah makes of what was written.</summary>
    private (ScanResult Before, ScanResult After) Built(Example example)
    {
        if (!Programs.Exist("buildah")) Assert.Skip("buildah is not installed.");
        var archive = Path.Combine(folder, "image.tar");
        using (var file = File.Create(archive)) ExampleImage.Write(example, file);
        var before = Scanner.Scan(new ScanRequest { Target = new Target(SourceKind.Archive, archive, null), Hardening = options });
        RemedyFolder.Write(folder + "/out", before);
        string[] store = ["--root", folder + "/store", "--runroot", folder + "/run", "--storage-driver", "vfs"];
        try
        {
            Run("buildah", [.. store, "build", "--isolation", "chroot", "--build-arg", $"IMAGE=docker-archive:{archive}", "--tag", "remedied", folder + "/out"]);
            Run("buildah", [.. store, "push", "remedied", $"docker-archive:{folder}/after.tar:remedied:latest"]);
        }
        finally
        {
            Programs.Run(folder, "buildah", [.. store, "rm", "--all"]);
            Programs.Run(folder, "buildah", [.. store, "rmi", "--all", "--force"]);
        }
        return (before, Scanner.Scan(new ScanRequest { Target = new Target(SourceKind.Archive, folder + "/after.tar", null), Hardening = HardeningOptions.With([]) }));

        void Run(string program, string[] arguments)
        {
            var (exit, output, errors) = Programs.Run(folder, program, arguments);
            Assert.True(exit == 0, $"{program} {string.Join(' ', arguments)}: {output}{errors}");
        }
    }

    private static ScanResult Remedied(Example example) => ExampleImage.Scan(example, options);

    private static Example Nginx(string text) => new() { Line = 1, Files = [("/etc/nginx/nginx.conf", text)], Command = ["/usr/sbin/nginx"], Environment = ["NGINX_VERSION=1.28.0"], User = "10001" };
}
