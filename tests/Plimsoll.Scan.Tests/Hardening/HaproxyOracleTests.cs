using System.Text;
using System.Text.RegularExpressions;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;
using Plimsoll.Scan.Hardening.Grammars;
using Plimsoll.Scan.Hardening.Rules;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>What is in force against the real haproxy: how it cuts lines and decides conditions, what `show stat` says of each proxy, what it refuses.</summary>
public sealed class HaproxyOracleTests
{
    private static readonly bool full = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };
    private static readonly string[] variables = ["ONE=first", "LIST=a b  c", "EMPTY=", "QUOTED=it's \"so\""];

    /// <summary>`.notice` prints its first word as haproxy has read it.</summary>
    [Fact]
    public void Words_are_those_that_the_server_reads()
    {
        using var server = new HaproxyServer();
        var random = new Random(7);
        string[] pieces = ["abc", "\"$ONE\"", "'$ONE'", "$ONE", "\"${ONE}x\"", "\"${NOPE-other wise}\"", "\"${EMPTY-other}\"", "\"${NOPE}\"", "\\ ", "\\#", "\\x41", "\"a b\"", "'a \\ b'", "\\\"", "\"\\\"\"", "'\"'", "\"'\"", "\\\\", "\"\\$ONE\"", "\\$", "\"#\"", "\\q", "\"${LIST[*]}\"", "\"$LIST\"", "\"$QUOTED\"", "\"${.LINE}\"", "{}", "\"\\x20\"", "\\t", "\"$\""];
        for (var run = 0; run < (full ? 8 : 1); run++)
        {
            // Few enough for the server, which gives up after so many errors.
            var lines = Enumerable.Range(0, 400).Select(_ => ".notice x" + string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => pieces[random.Next(pieces.Length)])) + (random.Next(3) == 0 ? " # a comment" : "")).ToList();
            server.Write([("/etc/haproxy/haproxy.cfg", string.Join('\n', lines) + "\n")]);
            var (_, errors) = server.Check(variables, "/etc/haproxy/haproxy.cfg");
            var said = Regex.Matches(errors, @"parsing \[[^:]+:(\d+)\]: '(.*?)'\.?\n", RegexOptions.Singleline, TimeSpan.FromSeconds(20)).ToDictionary(match => int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture), match => match.Groups[2].Value);
            Assert.True(said.Count > lines.Count / 2, errors);
            foreach (var (number, text) in said)
            {
                var words = HaproxyGrammar.Words(lines[number - 1], name => name == ".LINE" ? $"{number}" : variables.FirstOrDefault(pair => pair.StartsWith(name + "=", StringComparison.Ordinal))?[(name.Length + 1)..], out var error);
                Assert.Null(error);
                Assert.Equal((lines[number - 1], text), (lines[number - 1], words[1]));
            }
        }
    }

    [Fact]
    public void Conditions_are_decided_as_the_server_does()
    {
        using var server = new HaproxyServer();
        var random = new Random(11);
        var lines = Enumerable.Range(0, full ? 400 : 60).Select(_ => Condition(0)).ToList();
        server.Write([("/etc/haproxy/haproxy.cfg", string.Concat(lines.Select((line, i) => $".if {line}\n.notice \"yes {i}\"\n.else\n.notice \"no {i}\"\n.endif\n")))]);
        var (_, errors) = server.Check(variables, "/etc/haproxy/haproxy.cfg");
        var said = Regex.Matches(errors, @"'(yes|no) (\d+)'", RegexOptions.None, TimeSpan.FromSeconds(20)).ToDictionary(match => int.Parse(match.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture), match => match.Groups[1].Value);
        Assert.True(said.Count == lines.Count, errors);
        for (var i = 0; i < lines.Count; i++)
            Assert.Equal((lines[i], said[i] == "yes"), (lines[i], HaproxyCondition.Evaluate(lines[i], name => variables.Any(pair => pair.StartsWith(name + "=", StringComparison.Ordinal)), server.Version, out _)));

        string Condition(int depth) => random.Next(depth > 2 ? 6 : 9) switch
        {
            0 => "0",
            1 => "1",
            2 => $"defined({(random.Next(2) == 0 ? "ONE" : "NOPE")})",
            3 => $"streq(a,{(random.Next(2) == 0 ? "a" : "b")})",
            4 => $"strneq(a,{(random.Next(2) == 0 ? "a" : "b")})",
            5 => $"version_{(random.Next(2) == 0 ? "atleast" : "before")}({(random.Next(2) == 0 ? "2.4" : "9.1")})",
            6 => $"!{Condition(depth + 2)}",
            7 => $"({Condition(depth + 1)} || {Condition(depth + 1)})",
            _ => $"{Condition(depth + 1)} && {Condition(depth + 1)}",
        };
    }

    [Fact]
    public void What_a_proxy_inherits_is_what_the_server_says()
    {
        var compared = 0;
        for (var seed = 0; seed < (full ? 400 : 40); seed++)
        {
            var random = new Random(seed);
            using var server = new HaproxyServer();
            var number = 0;
            var names = new List<string>();
            // In the order of reading: a name is known from where it stands.
            var files = new List<(string Path, string Text)>
            {
                ("/etc/haproxy/a.cfg", "global\n  stats socket /etc/haproxy/stats\n  setenv SET 21\n  presetenv LIMIT 31\n" + Sections()),
                ("/etc/haproxy/more/1.cfg", Sections()),
                ("/etc/haproxy/more/2.cfg", Sections()),
                ("/etc/haproxy/more/x.txt", "not read\n"),
                ("/etc/haproxy/last.cfg", Sections() + "global\n  maxconn 300\n"),
            };
            string[] environment = random.Next(2) == 0 ? ["LIMIT=41"] : [];
            server.Write(files);
            string[] arguments = ["-f", "/etc/haproxy/a.cfg", "-f", "/etc/haproxy/more", .. random.Next(2) == 0 ? new[] { "-f", "/etc/haproxy/last.cfg" } : ["--", "/etc/haproxy/last.cfg"]];
            var said = server.Statistics(environment, arguments);
            var result = HardenedImage.Scan(["/usr/sbin/haproxy", .. arguments], [.. environment, $"HAPROXY_VERSION={server.Version}"], [.. files]);
            Assert.Empty(result.Problems);
            var judged = new Judged(new Haproxy(), result.Of("haproxy"));
            var found = judged.Scopes.Where(scope => scope.Block.Key == "frontend").ToDictionary(scope => scope.Block.Arguments[0]);
            Assert.Equal(said.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
            foreach (var (name, (mode, limit)) in said)
            {
                Assert.Equal((seed, name, mode), (seed, name, judged.Value(found[name], "mode")!.Value));
                if (judged.Value(found[name], "maxconn") is { } set) Assert.Equal((seed, name, limit), (seed, name, set.Value));
                compared++;
            }

            string Sections()
            {
                var text = new StringBuilder();
                for (var i = random.Next(1, 5); i > 0; i--)
                    if (random.Next(3) == 0)
                    {
                        var name = random.Next(2) == 0 ? $"d{number++}" : "";
                        text.Append($"defaults {name}{(name.Length > 0 && names.Count > 0 && random.Next(2) == 0 ? $" from {names[random.Next(names.Count)]}" : "")}\n  timeout client 5s\n{Lines()}");
                        if (name.Length > 0) names.Add(name);
                    }
                    else
                    {
                        text.Append($"frontend f{number}{(names.Count > 0 && random.Next(2) == 0 ? $" from {names[random.Next(names.Count)]}" : "")}\n  bind abns@p{Environment.ProcessId}x{seed}x{number}\n{Lines()}");
                        number++;
                    }
                return text.ToString();
            }

            string Lines()
            {
                var text = new StringBuilder();
                for (var i = random.Next(4); i > 0; i--)
                {
                    var line = Pick("  mode tcp\n", "  mode http # it's\n", "  maxconn \"$LIMIT\"\n", "  maxconn \"${SET}\"\n", "  maxconn 1\\x30\n", "  maxconn '77'\n", "  maxconn \"${NONE-55}\"\n");
                    text.Append(random.Next(4) == 0 ? $".if {Pick("1", "0", "streq(\"$SET\",21)", "version_atleast(2.4)", "!defined(SET)")}\n{line}.elif 1\n  mode tcp\n.else\n  nonsense\n.endif\n" : line);
                }
                return text.ToString();
            }

            string Pick(params string[] of) => of[random.Next(of.Length)];
        }
        Assert.True(compared > 100, $"only {compared} proxies were compared");
    }

    /// <summary>An example that the server itself would refuse proves nothing.</summary>
    [Fact]
    public void Every_example_of_a_rule_is_one_that_the_server_takes()
    {
        using var certificate = new HaproxyServer();
        var (exit, _, failed) = Catalogers.Programs.Run(certificate.Folder, "sh", "-c", "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key -out crt -subj /CN=example.org && cat crt key > site.pem");
        Assert.True(exit == 0, failed);
        var refused = new List<string>();
        foreach (var rule in RuleBook.Open([]).Of("haproxy"))
            foreach (var example in rule.Good.Concat(rule.Bad))
            {
                using var server = new HaproxyServer();
                server.Write(example.Files.Select(file => (file.Path.Replace("/usr/local/etc/", "/etc/", StringComparison.Ordinal), file.Text.Replace("/etc/site.pem", certificate.Folder + "/site.pem", StringComparison.Ordinal).Replace("/etc/ca.pem", certificate.Folder + "/crt", StringComparison.Ordinal))));
                var (taken, errors) = server.Check([], "/etc/haproxy/haproxy.cfg");
                if (!taken) refused.Add($"{rule.File}:{example.Line}: {errors}");
            }
        Assert.True(refused.Count == 0, string.Join("\n", refused));
    }

    [Fact]
    public void Debians_own_configuration_is_read()
    {
        if (!File.Exists("/etc/haproxy/haproxy.cfg")) Assert.Skip("haproxy is not installed.");
        var result = HardenedImage.Scan(["/usr/sbin/haproxy", "-Ws", "-f", "/etc/haproxy/haproxy.cfg"], ["HAPROXY_VERSION=2.6.12"], ("/etc/haproxy/haproxy.cfg", File.ReadAllText("/etc/haproxy/haproxy.cfg")));
        Assert.Empty(result.Problems);
        Assert.Contains("haproxy/tls-protocols", result.Hardening!.Followed);
    }

    [Theory]
    [InlineData("global\n  user \"open\n")]
    [InlineData("global\n  log-tag \"${X\"\n")]
    [InlineData("global\n  log-tag \"${}\"\n")]
    [InlineData(".if 1\n.endif\n.endif\n")]
    [InlineData(".else\n")]
    [InlineData(".nothing\n")]
    [InlineData("global\n  log-tag 'a\"b'\n")]
    [InlineData("global\n  log-tag a\\\"b\n")]
    public void Refuses_what_the_server_cannot_read(string text)
    {
        using var server = new HaproxyServer();
        server.Write([("/etc/haproxy/haproxy.cfg", text)]);
        var (_, errors) = server.Check([], "/etc/haproxy/haproxy.cfg");
        var result = HardenedImage.Scan(["/usr/sbin/haproxy", "-f", "/etc/haproxy/haproxy.cfg"], [], ("/etc/haproxy/haproxy.cfg", text));
        Assert.Equal((errors, errors.Contains("[ALERT]", StringComparison.Ordinal) && errors.Contains("parsing [", StringComparison.Ordinal)), (errors, result.Problems.Length > 0));
    }
}
