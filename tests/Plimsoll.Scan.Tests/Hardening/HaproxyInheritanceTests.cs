using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Hardening.Effective;

namespace Plimsoll.Scan.Tests.Hardening;

/// <summary>
/// What a proxy takes from its defaults, against `haproxy -c`: of a proxy without HTTP it names each option that only HTTP has, wherever that was set, and each proxy that a timeout is
/// missing for.
/// </summary>
public sealed class HaproxyInheritanceTests
{
    private static readonly bool full = Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is { Length: > 0 };
    private static readonly string[] ofFrontends = ["accept-invalid-http-request", "http-ignore-probes", "http-use-proxy-header"];
    private static readonly string[] ofBackends = ["accept-invalid-http-response"];
    private static readonly string[] ofBoth = ["http-buffer-request", "http-no-delay", "forwardfor"];

    [Fact]
    public void Options_and_timeouts_are_those_that_the_server_tells()
    {
        var (compared, missing) = (0, 0);
        for (var seed = 0; seed < (full ? 400 : 40); seed++)
        {
            var random = new Random(seed);
            using var server = new HaproxyServer();
            var text = Generated(random);
            server.Write([("/etc/haproxy/haproxy.cfg", text)]);
            var (taken, errors) = server.Check([], "/etc/haproxy/haproxy.cfg");
            Assert.True(taken, $"{seed}: {errors}\n{text}");
            var result = HardenedImage.Scan(["/usr/sbin/haproxy", "-f", "/etc/haproxy/haproxy.cfg"], [$"HAPROXY_VERSION={server.Version}"], ("/etc/haproxy/haproxy.cfg", text));
            Assert.Empty(result.Problems);
            var judged = new Judged(new Haproxy(), result.Of("haproxy"));
            foreach (var proxy in judged.Scopes.Where(scope => scope.Block.Key is "frontend" or "backend" or "listen"))
            {
                var (kind, name) = (proxy.Block.Key, proxy.Block.Arguments[0]);
                string[] options = [.. ofBoth, .. kind == "backend" ? [] : ofFrontends, .. kind == "frontend" ? [] : ofBackends];
                var said = Regex.Matches(errors, $"'option ([a-z-]+)' ignored for [a-z]+ '{name}' as it requires HTTP mode", RegexOptions.None, TimeSpan.FromSeconds(20)).Select(match => match.Groups[1].Value);
                Assert.Equal((seed, name, string.Join(' ', said.Order(StringComparer.Ordinal))), (seed, name, string.Join(' ', options.Where(option => judged.Value(proxy, "option " + option) is not null).Order(StringComparer.Ordinal))));
                string[] timeouts = kind switch { "frontend" => ["client"], "backend" => ["connect", "server"], _ => ["client", "connect", "server"] };
                var isMissing = timeouts.Any(timeout => judged.Value(proxy, "timeout " + timeout) is not { Value: not ['0', ..] });
                Assert.Equal((seed, name, Regex.IsMatch(errors, $"missing timeouts for [a-z]+ '{name}'", RegexOptions.None, TimeSpan.FromSeconds(20))), (seed, name, isMissing));
                compared++;
                missing += isMissing ? 1 : 0;
            }
        }
        Assert.True(compared > 100 && missing > 20 && compared - missing > 20, $"{compared} proxies, {missing} without a timeout");
    }

    private static string Generated(Random random)
    {
        var (text, named, number) = (new StringBuilder(), new List<string>(), 0);
        for (var i = random.Next(4, 10); i > 0; i--)
        {
            var from = named.Count > 0 && random.Next(2) == 0 ? $" from {named[random.Next(named.Count)]}" : "";
            var name = $"n{number++}";
            switch (random.Next(5))
            {
                case 0 or 1:
                    if (random.Next(3) == 0) (name, from) = ("", "");
                    text.Append(CultureInfo.InvariantCulture, $"defaults {name}{from}\n{Lines(random, all: true)}");
                    if (name.Length > 0) named.Add(name);
                    break;
                case 2:
                    text.Append(CultureInfo.InvariantCulture, $"backend {name}{from}\n{Lines(random, all: false)}  server s 192.0.2.1:80\n");
                    break;
                case 3:
                    text.Append(CultureInfo.InvariantCulture, $"listen {name}{from}\n  bind abns@i{Environment.ProcessId}x{number}\n{Lines(random, all: true)}  server s 192.0.2.1:80\n");
                    break;
                default:
                    text.Append(CultureInfo.InvariantCulture, $"frontend {name}{from}\n  bind abns@i{Environment.ProcessId}x{number}\n{Lines(random, all: false)}");
                    break;
            }
        }
        return text.ToString();
    }

    /// <param name="all">Whether options of frontends and of backends mean something there.</param>
    private static string Lines(Random random, bool all)
    {
        string[] options = all ? [.. ofBoth, .. ofFrontends, .. ofBackends] : ofBoth;
        var text = new StringBuilder("  mode tcp\n");
        for (var i = random.Next(7); i > 0; i--)
            if (random.Next(2) == 0) {
                var option = options[random.Next(options.Length)];
                text.Append(CultureInfo.InvariantCulture, $"  {(option != "forwardfor" && random.Next(3) == 0 ? "no " : "")}option {option}{(random.Next(3) == 0 ? " # a comment" : "")}\n"); // There is no `no option forwardfor`.
            }
            else text.Append(CultureInfo.InvariantCulture, $"  timeout {(random.Next(3) switch { 0 => "client", 1 => "connect", _ => "server" })} {(random.Next(4) switch { 0 => "0", 1 => "5s", 2 => "100", _ => "2m" })}\n");
        return text.ToString();
    }
}
