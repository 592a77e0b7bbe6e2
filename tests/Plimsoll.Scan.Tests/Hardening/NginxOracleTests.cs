using Plimsoll.Core.Hardening;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The tree in force against the real nginx: which files it reads and in which order, what it refuses, and what its answers show of inheritance.</summary>
public sealed class NginxOracleTests
{
    private static readonly bool full = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };

    [Fact]
    public void Reads_the_files_that_nginx_reads_in_its_order()
    {
        for (var seed = 0; seed < (full ? 2000 : 200); seed++)
        {
            var made = GeneratedNginx.Of(seed);
            using var server = new NginxServer();
            server.Write(made.Files);
            var (files, errors) = server.Dump();
            Assert.True(files is not null, $"seed {seed}: {errors}");
            var result = HardenedImage.Nginx([.. made.Files]);
            Assert.Empty(result.Problems.Select(problem => $"seed {seed}: {problem.Where}: {problem.Message}"));
            // Every directive of the files that nginx read, each file parsed for itself, stands in the tree exactly as often and in the same order as it was included.
            var settings = HardenedImage.All(result.Of("nginx").Settings).ToList();
            var read = settings.Where(setting => setting.Origin.File is not null).Select(setting => setting.Origin.File!.Value.Path).Distinct().ToHashSet();
            Assert.Equal(files.Where(file => HasDirectives(file.Text)).Select(file => file.Path).Order(StringComparer.Ordinal), read.Union(files.Where(file => OnlyIncludes(file.Text)).Select(file => file.Path)).Order(StringComparer.Ordinal));
            Assert.DoesNotContain(settings, setting => setting.Key == "include");
            foreach (var (path, text) in files)
                Assert.Equal(text.TrimEnd('\n'), made.Files.Single(file => file.Path == path).Text.TrimEnd('\n'));
        }
    }

    [Fact]
    public void What_blocks_inherit_is_what_nginx_answers_with()
    {
        for (var seed = 0; seed < (full ? 400 : 40); seed++)
        {
            var made = GeneratedNginx.Of(seed);
            using var server = new NginxServer();
            server.Write(made.Files);
            server.Start();
            var judged = new Judged(new Nginx(), HardenedImage.Nginx([.. made.Files]).Of("nginx"));
            foreach (var path in made.Paths)
            {
                var scope = Assert.Single(judged.At("location"), scope => scope.Block.Arguments[^1] == path);
                var answer = server.Ask(path).Split("\r\n\r\n", 2);
                var sent = answer[0].Split("\r\n").Where(line => line.StartsWith("X-H", StringComparison.Ordinal)).ToList();
                var expected = judged.Application.Find(scope, "add_header").Settings.Select(header => $"{header.Arguments[0]}: {Latin(Expanded(header.Arguments[1]))}");
                Assert.Equal(expected, sent);
                Assert.Equal(Latin(scope.Own("return")[0].Arguments[1].Replace("${uri}", path, StringComparison.Ordinal)), answer[1]);
                var tokens = judged.Value(scope, "server_tokens")!.Value;
                Assert.Contains(answer[0].Split("\r\n"), line => line.StartsWith("Server: nginx", StringComparison.Ordinal) && line.Contains('/', StringComparison.Ordinal) == (tokens == "on"));
            }
        }

        static string Expanded(string value) => value.Replace("${scheme}", "http", StringComparison.Ordinal).Replace("$scheme", "http", StringComparison.Ordinal);
        static string Latin(string text) => System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(text));
    }

    [Theory]
    [InlineData("events {} }")]
    [InlineData("events {} env A")]
    [InlineData("events {} ;")]
    [InlineData("events {")]
    [InlineData("events {} env \"a\"b;")]
    [InlineData("events {} env 'a;")]
    [InlineData("events {} {}")]
    [InlineData("events {} env a }")]
    [InlineData("events {} # }")]
    [InlineData("events {} env ${A};")]
    [InlineData("events {} env \"a\";env 'b';")]
    [InlineData("events {} env a\\;b;")]
    [InlineData("events {} env a\"b;")]
    [InlineData("events {} env a}b;")]
    [InlineData("events {} env \"\";")]
    [InlineData("events {} env a#b;")]
    public void Refuses_what_nginx_cannot_read(string text)
    {
        using var server = new NginxServer();
        server.Write([("/etc/nginx/nginx.conf", text)]);
        var (files, errors) = server.Dump();
        var isSyntax = errors.Contains("unexpected", StringComparison.Ordinal) || errors.Contains("is not terminated", StringComparison.Ordinal) || errors.Contains("too long parameter", StringComparison.Ordinal);
        Assert.True(files is not null || isSyntax, errors);
        var parsed = NginxGrammar.Parse(text, new Location("/x"));
        Assert.Equal(isSyntax, parsed.Error is not null);
    }

    [Fact]
    public void Debians_own_configuration_is_read_without_a_problem()
    {
        if (!Directory.Exists("/etc/nginx")) Assert.Skip("nginx is not installed.");
        var files = Directory.EnumerateFiles("/etc/nginx", "*", SearchOption.AllDirectories).Where(File.Exists).Select(path => (path, File.ReadAllText(path))).ToArray();
        var result = HardenedImage.Nginx(files);
        Assert.Empty(result.Problems);
        var (exit, output, errors) = Catalogers.Programs.Run("/", "nginx", "-T", "-q", "-e", "stderr");
        Assert.True(exit == 0, errors);
        var dumped = output.Split("# configuration file ").Skip(1).Select(part => part[..part.IndexOf(":\n", StringComparison.Ordinal)]).ToList();
        var read = HardenedImage.All(result.Of("nginx").Settings).Where(setting => setting.Origin.File is not null).Select(setting => setting.Origin.File!.Value.Path).ToHashSet();
        Assert.Subset(dumped.ToHashSet(), read);
    }

    [Fact]
    public void The_hardened_configuration_is_one_that_nginx_takes()
    {
        using var server = new NginxServer();
        var (exit, _, failed) = Catalogers.Programs.Run(server.Folder, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "tls.key", "-out", "tls.crt", "-subj", "/CN=example.org");
        Assert.True(exit == 0, failed);
        server.Write([("/etc/nginx/nginx.conf", NginxTests.Hardened.Replace("user nginx;", "", StringComparison.Ordinal).Replace("pid /run/nginx.pid;", "", StringComparison.Ordinal).Replace("/var/log/nginx/", server.Folder + "/", StringComparison.Ordinal))]);
        var (files, errors) = server.Dump();
        Assert.True(files is not null, errors);
    }

    /// <summary>An example that the server itself would refuse proves nothing; what its version does not know yet is let pass.</summary>
    [Fact]
    public void Every_example_of_a_rule_is_one_that_nginx_takes()
    {
        string[] beyond = ["unknown directive", "invalid value \"quic\"", "getpwnam(", "host not found", "the \"ssl\" directive is deprecated", "BIO_new_file(\"" /* of examples with a certificate that is not there */];
        using var server = new NginxServer();
        var (exit, _, failed) = Catalogers.Programs.Run(server.Folder, "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", "tls.key", "-out", "tls.crt", "-subj", "/CN=example.org");
        Assert.True(exit == 0, failed);
        File.Copy(server.Folder + "/tls.crt", server.Folder + "/ca.crt");
        var (taken, refused) = (0, new List<string>());
        foreach (var rule in RuleBook.Open([]).Of("nginx"))
            foreach (var example in rule.Good.Concat(rule.Bad))
            {
                server.Write(example.Files);
                var (files, errors) = server.Dump();
                if (files is not null) taken++;
                else if (!Array.Exists(beyond, reason => errors.Contains(reason, StringComparison.Ordinal))) refused.Add($"{rule.File}:{example.Line}: {errors}");
            }
        Assert.Empty(refused);
        Assert.True(taken > 140, $"only {taken} were taken");
    }

    [Fact]
    public void A_decoded_path_splits_an_answer_and_an_encoded_one_does_not()
    {
        using var server = new NginxServer();
        server.Write([("/etc/nginx/nginx.conf", "events {} http { server { listen unix:/etc/nginx/socket; location /a { return 302 http://x$uri; } location /b { return 302 http://x$request_uri; } location ~ ^/c/([^/]+)$ { return 302 http://x/$1; } } }")]);
        server.Start();
        Assert.Contains("\r\nX-Split: 1\r\n", server.Ask("/a%0d%0aX-Split:%201"), StringComparison.Ordinal);
        Assert.DoesNotContain("\r\nX-Split", server.Ask("/b%0d%0aX-Split:%201"), StringComparison.Ordinal);
        Assert.Contains("\r\nX-Split: 1\r\n", server.Ask("/c/x%0d%0aX-Split:%201"), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_beside_an_alias_are_reached_and_internal_locations_by_a_rewrite()
    {
        using var server = new NginxServer();
        server.Write([("/etc/nginx/nginx.conf", "events {} http { server { listen unix:/etc/nginx/socket; location /files { alias /etc/nginx/pub/; } location /secret/ { internal; return 200 reached; } location /d/ { rewrite ^/d/(.*)$ /$1 last; } } }"), ("/etc/nginx/pub/x", "x"), ("/etc/nginx/beside", "not meant for you")]);
        server.Start();
        Assert.Contains("not meant for you", server.Ask("/files../beside"), StringComparison.Ordinal);
        Assert.Contains(" 404 ", server.Ask("/secret/x"), StringComparison.Ordinal);
        Assert.Contains("reached", server.Ask("/d/secret/x"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_a_backend_is_left_and_return_answers_before_access_is_checked()
    {
        using var server = new NginxServer();
        server.Write([("/etc/nginx/nginx.conf", "events {} http { server { listen unix:/etc/nginx/backend; location / { return 200 asked:$request_uri; } } server { listen unix:/etc/nginx/socket; location /api { proxy_pass http://unix:/etc/nginx/backend:/v1/; } location /sound/ { proxy_pass http://unix:/etc/nginx/backend:/v1/; } location /told { deny all; return 200 kept; } location /file { deny all; alias /etc/nginx/pub; } } }"), ("/etc/nginx/pub", "kept")]);
        server.Start();
        Assert.Contains("asked:/v1/../keys", server.Ask("/api../keys"), StringComparison.Ordinal);
        Assert.Contains(" 404 ", server.Ask("/sound../keys"), StringComparison.Ordinal);
        Assert.Contains("kept", server.Ask("/told"), StringComparison.Ordinal);
        Assert.Contains(" 403 ", server.Ask("/file"), StringComparison.Ordinal);
    }

    /// <summary>What is told to pass a check does, on the server itself, and the remedied check holds it off.</summary>
    [Theory]
    [InlineData("$http_origin", "^https://example\\.org", "^https://example\\.org$")]
    [InlineData("$http_origin", "https://static.example\\.org$", "^https://static\\.example\\.org$")]
    [InlineData("$http_origin", "^https?://.+example\\.(org|net)(:\\d{1,5})?$", "^https?://(.+\\.)?example\\.(org|net)(:\\d{1,5})?$")]
    [InlineData("$http_referer", "^https?://(?:www\\.)?example\\.org", "^https?://(?:www\\.)?example\\.org(/|$)")]
    [InlineData("$http_referer", "^https://.*\\.example\\.co\\.uk/", "^https://[^/]*\\.example\\.co\\.uk/")]
    public void A_check_of_origins_lets_pass_what_is_told(string field, string loose, string sound)
    {
        var text = $"events {{}} http {{ server {{ listen unix:/etc/nginx/socket; if ({field} !~ \"{loose}\") {{ return 403; }} location / {{ return 204; }} }} }}";
        var finding = Assert.Single(HardenedImage.Nginx(("/etc/nginx/nginx.conf", text)).Hardening!.Findings, finding => finding.Rule.Id == "nginx/origin-check");
        var passing = finding.Detail!.Split('`')[1];
        Assert.DoesNotContain(HardenedImage.Nginx(("/etc/nginx/nginx.conf", text.Replace(loose, sound, StringComparison.Ordinal))).Hardening!.Findings, finding => finding.Rule.Id == "nginx/origin-check");
        using var server = new NginxServer();
        server.Write([("/etc/nginx/nginx.conf", text.Replace("location /", $"if ({field} ~ \"{sound}\") {{ return 205; }} location /", StringComparison.Ordinal))]);
        server.Start();
        var name = field == "$http_origin" ? "Origin" : "Referer";
        Assert.Contains(" 204 ", server.Ask("/", header: $"{name}: {passing}"), StringComparison.Ordinal);
        Assert.Contains(" 403 ", server.Ask("/", header: $"{name}: https://elsewhere.test/"), StringComparison.Ordinal);
    }

    private static bool HasDirectives(string text) => NginxGrammar.Parse(text, new Location("/x")).Settings.Length > 0;

    /// <summary>Whose directives all give way to what they include.</summary>
    private static bool OnlyIncludes(string text) => NginxGrammar.Parse(text, new Location("/x")).Settings is { IsEmpty: false } settings && settings.All(setting => setting.Key == "include");
}
