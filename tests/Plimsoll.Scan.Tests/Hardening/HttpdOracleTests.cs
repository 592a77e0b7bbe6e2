using System.Text;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>The tree in force against the real server: what mod_info dumps of it, and what its answers show of how sections merge.</summary>
public sealed class HttpdOracleTests
{
    private static readonly bool full = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };

    [Fact]
    public void The_tree_is_the_one_that_the_server_makes()
    {
        var lines = 0;
        for (var seed = 0; seed < (full ? 600 : 60); seed++)
        {
            var made = GeneratedHttpd.Of(seed);
            using var server = new HttpdServer();
            server.Write(made.Files);
            string[] arguments = [.. HttpdServer.Modules("info"), .. made.Arguments];
            var (tree, errors) = server.Dump("/etc/apache2/apache2.conf", made.Environment, arguments);
            Assert.True(tree is not null, $"seed {seed}: {errors}");
            var result = HardenedImage.Scan(["/usr/sbin/apache2", .. arguments], [.. made.Environment, $"APACHE_VERSION={Version(server)}"], [.. made.Files]);
            Assert.Empty(result.Problems.Select(problem => $"seed {seed}: {problem.Where}: {problem.Message}"));
            var ours = HardenedImage.All(result.Of("apache-httpd").Settings).Where(setting => !setting.IsGap && setting.Key is not ("LoadModule" or "ServerRoot"))
                .Select(setting => server.Plain(setting.IsBlock ? $"<{setting}>" : setting.ToString())).ToList();
            // The server tells names as its modules write them.
            Assert.Equal(Told(seed, tree), Told(seed, ours), ignoreCase: true);
            lines += tree.Count;
        }
        Assert.True(lines > 600, $"only {lines} lines were compared");

        static string Told(int seed, IEnumerable<string> lines) => $"seed {seed}\n{string.Join('\n', lines)}";
    }

    [Fact]
    public void How_folders_merge_is_what_the_server_answers_with()
    {
        string[] options = ["Options +Indexes", "Options -Indexes", "Options Indexes FollowSymLinks", "Options None", "Options All", "Options +FollowSymLinks", "Options All -Indexes", "Options -FollowSymLinks +Indexes", "ServerSignature On"];
        string[] folders = ["/etc/apache2/www", "/etc/apache2/www/a", "/etc/apache2/www/a/b", "/etc/apache2/www/c/"];
        var listed = 0;
        for (var seed = 0; seed < (full ? 200 : 25); seed++)
        {
            var random = new Random(seed);
            var hosts = string.Concat(Enumerable.Range(0, 2).Select(i => $"<VirtualHost *:${{PORT}}>\nServerName h{i}.test\n{Trace()}{Sections()}</VirtualHost>\n"));
            var text = $"Listen 127.0.0.1:${{PORT}}\nServerName x.test\nPidFile /etc/apache2/pid\nErrorLog /etc/apache2/error.log\nMutex file:/etc/apache2/\nDocumentRoot /etc/apache2/www\nServerTokens {Pick("Prod", "Full", "Major")}\n{Trace()}{(random.Next(2) == 0 ? Pick(options) + "\n" : "")}{Sections()}{hosts}";
            using var server = new HttpdServer();
            server.Write([("/etc/apache2/apache2.conf", text), ("/etc/apache2/www/a/b/file", "x"), ("/etc/apache2/www/c/file", "x")]);
            foreach (var folder in Directory.EnumerateDirectories(server.Folder + "/www", "*", SearchOption.AllDirectories)) File.SetUnixFileMode(folder, (UnixFileMode)0x1ED);
            string[] modules = HttpdServer.Modules("autoindex");
            var port = server.Start("/etc/apache2/apache2.conf", modules);
            var result = HardenedImage.Scan(["/usr/sbin/apache2", .. modules], ["PORT=80"], ("/etc/apache2/apache2.conf", text));
            var judged = new Judged(new Httpd(), result.Of("apache-httpd"));
            var hosted = judged.At("VirtualHost");
            for (var host = 0; host < 2; host++)
            {
                foreach (var folder in folders)
                {
                    // A section that asks nothing, to ask in: what holds is what all others come to.
                    var probe = new Scope(Setting.Block("Directory", [folder], Origin.Image("probe"), []), hosted[host]);
                    var isListed = judged.Value(probe, "Options")!.Arguments.Contains("Indexes");
                    var answer = HttpdServer.Ask(port, "GET", folder["/etc/apache2/www".Length..].TrimEnd('/') + "/", $"h{host}.test");
                    Assert.True(answer.StartsWith(isListed ? "HTTP/1.1 200" : "HTTP/1.1 403", StringComparison.Ordinal), $"seed {seed}, h{host} {folder}: {answer[..Math.Min(60, answer.Length)]}\n{text}");
                    listed += isListed ? 1 : 0;
                }
                var traced = HttpdServer.Ask(port, "TRACE", "/", $"h{host}.test");
                Assert.Equal((seed, !judged.Value(hosted[host], "TraceEnable")!.Value.Equals("off", StringComparison.OrdinalIgnoreCase)), (seed, traced.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)));
                Assert.Contains(judged.Value(judged.Root, "ServerTokens")!.Value switch { "Prod" => "\nServer: Apache\r", "Major" => "\nServer: Apache/2\r", _ => "\nServer: Apache/2.4." }, traced, StringComparison.Ordinal);
            }

            string Sections()
            {
                var made = new StringBuilder();
                for (var i = random.Next(5); i > 0; i--) made.Append($"<Directory {Pick("\"", "") switch { "\"" => $"\"{Pick(folders)}\"", _ => Pick([.. folders, "/"]) }}>\n{Pick(options)}\n{(random.Next(3) == 0 ? Pick("Options +Indexes", "Options -Indexes") + "\n" : "")}</Directory>\n".Replace("Options +FollowSymLinks\nOptions", "Options +FollowSymLinks\nOptions", StringComparison.Ordinal));
                return made.ToString();
            }

            string Trace() => random.Next(2) == 0 ? $"TraceEnable {Pick("on", "Off", "extended")}\n" : "";
            string Pick(params string[] of) => of[random.Next(of.Length)];
        }
        Assert.True(listed > 20);
    }

    [Fact]
    public void Debians_own_configuration_is_read_as_the_server_reads_it()
    {
        if (!Directory.Exists("/etc/apache2")) Assert.Skip("apache2 is not installed.");
        // Links of mods-enabled and sites-enabled as the files they lead to.
        var files = Directory.EnumerateFiles("/etc/apache2", "*", SearchOption.AllDirectories).Where(path => File.Exists(path)).Select(path => (path, File.ReadAllText(path))).ToList();
        using var server = new HttpdServer();
        server.Write(files);
        string[] variables = ["APACHE_RUN_USER=www-data", "APACHE_RUN_GROUP=www-data", "APACHE_PID_FILE=/run/apache2.pid", "APACHE_RUN_DIR=/tmp", "APACHE_LOCK_DIR=/tmp", "APACHE_LOG_DIR=/tmp"];
        var (tree, errors) = server.Dump("/etc/apache2/apache2.conf", variables, "-C", "LoadModule info_module modules/mod_info.so");
        Assert.True(tree is not null, errors);
        var result = HardenedImage.Scan(["/usr/sbin/apache2", "-DFOREGROUND"], [.. variables, $"APACHE_VERSION={Version(server)}"], [.. files]);
        Assert.Empty(result.Problems);
        var ours = HardenedImage.All(result.Of("apache-httpd").Settings).Where(setting => !setting.IsGap && setting.Key is not ("LoadModule" or "DefaultRuntimeDir")).Select(setting => server.Plain(setting.IsBlock ? $"<{setting}>" : setting.ToString()));
        Assert.Equal(tree, ours);
        Assert.Contains(result.Hardening!.Findings, finding => finding.Rule.Id == "apache-httpd/directory-listing");
        Assert.Contains("apache-httpd/root-folder", result.Hardening.Followed);
    }

    /// <summary>An example that the server itself would refuse proves nothing.</summary>
    [Fact]
    public void Every_example_of_a_rule_is_one_that_the_server_takes()
    {
        var refused = new List<string>();
        foreach (var rule in RuleBook.Open([]).Of("apache-httpd"))
            foreach (var example in rule.Good.Concat(rule.Bad))
            {
                using var server = new HttpdServer();
                // Debian's server has these built in.
                server.Write(example.Files.Select(file => (file.Path, file.Text.Replace("LoadModule unixd_module", "#", StringComparison.Ordinal).Replace("LoadModule log_config_module", "#", StringComparison.Ordinal))));
                var isLoaded = example.Files.Any(file => file.Text.Contains("authz_core_module", StringComparison.Ordinal));
                var (exit, _, errors) = server.Run(["apache2", "-d", server.Folder, "-f", server.Folder + "/conf/httpd.conf", "-t", .. HttpdServer.Modules()[..(isLoaded ? 2 : 4)]]);
                // What it was built without it cannot take.
                if (exit != 0 && !errors.Contains("does not have any compression methods", StringComparison.Ordinal)) refused.Add($"{rule.File}:{example.Line}: {errors}");
            }
        Assert.True(refused.Count == 0, string.Join("\n", refused));
    }

    [Theory]
    [InlineData("<Directory /a>\n</Files>\n")]
    [InlineData("</Directory>\n")]
    [InlineData("<Directory /a>\n")]
    [InlineData("<Directory /a\n</Directory>\n")]
    [InlineData("<Directory /a>\n</Directory\n")]
    [InlineData("<Directory /a>\n</DIRECTORY>\n")]
    [InlineData("<Directory /a></Directory>\n")]
    [InlineData("<Directory /a>\n<Files x>\n</Files> </Directory>\n")]
    [InlineData("ServerAdmin \"open\n")]
    [InlineData("ServerAdmin 'a'b\n")]
    [InlineData("  ServerAdmin a\\\n\n")]
    [InlineData("<IfDefine X>\n<Nothing>\n</Nothing>\n</IfDefine>\n")]
    public void Refuses_what_the_server_cannot_read(string text)
    {
        using var server = new HttpdServer();
        server.Write([("/etc/apache2/apache2.conf", "Listen 127.0.0.1:1\nPidFile /etc/apache2/pid\nErrorLog /etc/apache2/error.log\n" + text)]);
        var (tree, errors) = server.Dump("/etc/apache2/apache2.conf", [], HttpdServer.Modules("info"));
        // Too many words is for the directive to say, not for the grammar.
        Assert.Equal(tree is not null || errors.Contains("takes ", StringComparison.Ordinal), Plimsoll.Scan.Hardening.Grammars.HttpdGrammar.Parse(text, new Core.Results.Location("/x")).Error is null);
    }

    private static string Version(HttpdServer server) => server.Run("apache2", "-v").Output.Split("Apache/")[1].Split(' ')[0];
}
