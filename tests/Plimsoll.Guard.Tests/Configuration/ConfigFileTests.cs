using System.Net;
using System.Text.RegularExpressions;
using CsCheck;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Decisions;

namespace Plimsoll.Guard.Tests.Configuration;

public sealed class ConfigFileTests : IDisposable
{
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string[] Faults(string yaml)
    {
        var thrown = Assert.Throws<ConfigException>(() => ConfigFile.Read(folder.Write("guard.yaml", yaml)));
        return [.. thrown.Faults.Select(fault => fault.Replace(folder.Path + "/", "", StringComparison.Ordinal))];
    }

    [Fact]
    public void The_configuration_of_the_documentation()
    {
        foreach (var name in (string[])["default", "shop", "ca"]) folder.Certificate(name, $"{name}.test");
        folder.Revocations("lists", "ca");
        var page = File.ReadAllText(Path.Combine(ConfigFolder.Root, "docs/guard-operations.md"));
        var examples = Regex.Matches(page, "```yaml\n(.*?)```", RegexOptions.Singleline, TimeSpan.FromSeconds(5));
        var options = ConfigFile.Read(folder.Write("guard.yaml", Assert.Single(examples).Groups[1].Value));

        Assert.Equal([new IPEndPoint(IPAddress.Any, 8080), new IPEndPoint(IPAddress.Any, 8443)], options.Listeners.Select(listener => listener.Address));
        Assert.True(options.Listeners[0].ExpectsProxyHeader);
        Assert.Null(options.Listeners[0].Tls);
        Assert.Equal(["default.pem", "shop.pem"], options.Listeners[1].Tls!.Certificates.Select(files => Path.GetFileName(files.Chain)));
        Assert.Equal(TlsProfile.Modern, options.Listeners[1].Tls!.Profile);
        Assert.EndsWith("/ca.pem", options.Listeners[1].Tls!.Trust!.Authorities, StringComparison.Ordinal);
        var shop = options.Sites[0];
        Assert.Equal(("shop", Balance.LeastConnections, Mode.Enforce, FailMode.Closed), (shop.Name, shop.Balance, shop.Mode, shop.FailMode));
        Assert.Equal(["shop.example.org", "www.shop.example.org"], shop.Hosts);
        Assert.Equal([3000, 3001], shop.Upstreams.Select(upstream => upstream.Address.Port));
        Assert.Equal(new HealthOptions { Probe = "/healthz", ProbeEvery = 5000, Failures = 3, Pause = 10_000 }, shop.Health);
        Assert.Equal([new("/", 50, 100, 0), new("/login", 0.5, 5, 2)], shop.Loads);
        Assert.Equal(Mode.Detect, options.Sites[1].Mode);
        Assert.Equal((32 << 20, 120_000), (options.Limits.BodyBytes, options.Limits.ResponseTime));
        Assert.Equal(new EventFileOptions(Path.Combine(folder.Path, "guard.jsonl"), 100 << 20, 5), options.Events.File);
        Assert.Equal("http://127.0.0.1:4318/v1/logs", options.Events.Collector!.ToString());
        Assert.Equal(new IPEndPoint(IPAddress.Loopback, 9901), options.Admin);
        Assert.Equal(TimeSpan.FromSeconds(30), options.DrainTime);
    }

    [Fact]
    public void All_faults_at_once_each_with_its_place_and_remedy() => Assert.Equal(
        [
            "guard.yaml:2:5: `address` is missing. Write for example `address: \":8080\"`.",
            "guard.yaml:2:5: `adress` is not known here. Did you mean `address`?",
            "guard.yaml:3:23: `10.0.0.0/99` is not a network. Write it as `10.0.0.0/8`.",
            "guard.yaml:5:5: 127.0.0.1:1 is listened on twice. Keep one of the listeners.",
            "guard.yaml:8:11: `mode` is `enforced`. Did you mean `enforce`?",
            "guard.yaml:9:17: `no.such.host.invalid:80` is not a host that is known and a port. Write it as `app:3000`, and look whether the name can be resolved.",
            "guard.yaml:10:21: `every` is `5`. Write a time as `15s` (ms, s, m, h).",
            "guard.yaml:11:5: `upstreams` is missing. Write for example `upstreams: [\"127.0.0.1:3000\"]`.",
            "guard.yaml:11:5: two sites have the name `a`. Give each its own: events and metrics tell them apart by it.",
            "guard.yaml:11:5: two sites name no `hosts`: `a` has all others already. Name the hosts of one of them.",
            "guard.yaml:13:15: `body-bytes` is `1TiB`. Write a number of bytes as `32KiB` (KiB, MiB, GiB).",
            "guard.yaml:14:11: `fields` is `0`. Write 1 to 10000.",
            "guard.yaml:15:1: `zzz` is not known here. Known are `admin`, `drain`, `events`, `limits`, `listeners`, `schema`, `sites`.",
        ],
        Faults("""
            listeners:
              - adress: 127.0.0.1:1
                trusted-proxies: [10.0.0.0/99]
              - {address: "127.0.0.1:1"}
              - {address: "127.0.0.1:1"}
            sites:
              - name: a
                mode: enforced
                upstreams: ["no.such.host.invalid:80"]
                health: {every: 5}
              - name: a
            limits:
              body-bytes: 1TiB
              fields: 0
            zzz: 1
            """));

    [Theory]
    [InlineData("", "guard.yaml:1:1: the file is empty. Give at least `listeners` and `sites`.")]
    [InlineData("a: [", "guard.yaml:2:1: it is no YAML")]
    [InlineData("a: &x 1\nb: *x", "guard.yaml:1:4: anchors and aliases are not read. Write the value out.")]
    [InlineData("schema: plimsoll/guard/2", "guard.yaml:1:9: `schema` is `plimsoll/guard/2`. This guard reads `plimsoll/guard/1`.")]
    [InlineData("- a", "guard.yaml:1:1: the file is not a mapping. Write `name: value`, one in each line.")]
    [InlineData("sites: 3", "guard.yaml:1:8: `sites` is not a list. Begin each entry with `-`.")]
    [InlineData("admin: nowhere", "guard.yaml:1:8: `admin` is `nowhere`. Write an address and port as `127.0.0.1:9901`.")]
    [InlineData("drain: 1s\ndrain: 2s", "guard.yaml:2:1: `drain` is there twice. Keep one of them.")]
    [InlineData("drain: 2h", "guard.yaml:1:8: `drain` is `2h`. Write 0ms to 3600000ms.")]
    [InlineData("events: {otlp: {endpoint: \"https://me:hunter2@collector\"}}", "guard.yaml:1:27: `endpoint` is no address of a collector, or has a password in it. Write it as `http://collector:4318/v1/logs`.")]
    [InlineData("sites: [{name: a, client-certificates: optional}]", "guard.yaml:1:40: `client-certificates` is there without `client-ca`. Name the file of their authorities beside it.")]
    [InlineData("sites: [{name: a, client-ca: none.pem, client-certificates: maybe}]", "guard.yaml:1:61: `client-certificates` is `maybe`. Write `required` or `optional`.")]
    [InlineData("sites: [{name: a, client-subject: X-Subject}]", "guard.yaml:1:9: `client-subject` is there, and no client is asked for a certificate. Give the site or a listener's `tls` a `client-ca`.")]
    [InlineData("sites: [{name: a, client-names: X-Names}]", "guard.yaml:1:9: `client-names` is there, and no client is asked for a certificate. Give the site or a listener's `tls` a `client-ca`.")]
    [InlineData("sites: [{name: a, client-names: Host}]", "guard.yaml:1:33: `Host` is no field that the guard may write. Write a name of its own, letters, digits and hyphens, as `X-Client-Names`.")]
    [InlineData("sites: [{name: a, client-subject: X-Client, client-names: x-client}]", "guard.yaml:1:9: `client-subject` and `client-names` are one field. Give each its own.")]
    [InlineData("sites: [{name: a, client-revocations: crl.pem}]", "guard.yaml:1:39: `client-revocations` is there without `client-ca`. Name the file of their authorities beside it.")]
    [InlineData("sites: [{name: a, client-subject: cookie}]", "guard.yaml:1:35: `cookie` is no field that the guard may write. Write a name of its own, letters, digits and hyphens, as `X-Client-Subject`.")]
    [InlineData("sites: [{name: a, client-subject: X_Subject}]", "guard.yaml:1:35: `X_Subject` is no field that the guard may write.")]
    [InlineData("sites: [{name: a, answer-bodies: {types: [text]}}]", "guard.yaml:1:43: `text` is no type of content. Write it in lower case as `text/html` or `text/*`.")]
    [InlineData("sites: [{name: a, answer-bodies: {types: [text/event-stream]}}]", "guard.yaml:1:43: a stream of events has no end that could be waited for. Leave it out: it passes as it comes.")]
    [InlineData("sites: [{name: a, answer-bodies: {bytes: 65MiB}}]", "guard.yaml:1:42: `bytes` is `65MiB`. Write 1 bytes to 67108864 bytes.")]
    [InlineData("sites: [{name: a, answer-bodies: {time: 2m}}]", "guard.yaml:1:41: `time` is `2m`. Write 0ms to 60000ms.")]
    public void One_fault(string yaml, string fault) => Assert.Contains(Faults(yaml), told => told.StartsWith(fault, StringComparison.Ordinal));

    [Fact]
    public void A_value_with_control_characters_is_told_on_one_line() =>
        Assert.Contains(Faults("listeners: [{address: \":0\", tls: {profile: \"a\\nb\\e[2J\"}}]\n"), told => told.Contains("`profile`", StringComparison.Ordinal) && !told.Any(char.IsControl));

    [Fact]
    public void A_file_that_is_absent_or_not_text()
    {
        Assert.StartsWith("guard.yaml:1:1: the file cannot be read", Assert.Throws<ConfigException>(() => ConfigFile.Read("guard.yaml")).Faults[0], StringComparison.Ordinal);
        File.WriteAllBytes(Path.Combine(folder.Path, "bytes"), [0x61, 0xFF]);
        Assert.Contains("the file is not UTF-8", Assert.Throws<ConfigException>(() => ConfigFile.Read(Path.Combine(folder.Path, "bytes"))).Faults[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Each_limit_of_a_configuration()
    {
        string Sites(int count) => $"listeners: [{{address: \":0\"}}]\nsites: [{string.Join(',', Enumerable.Range(0, count).Select(i => $"{{name: s{i}, hosts: [h{i}], upstreams: [\"127.0.0.1:1\"]}}"))}]";
        Assert.Equal(256, ConfigFile.Read(folder.Write("guard.yaml", Sites(256))).Sites.Count);
        Assert.EndsWith(": `sites` has more than 256 entries. Take some out.", Assert.Single(Faults(Sites(257))), StringComparison.Ordinal);
        string Padded(int bytes) => Sites(1) + "\n#" + new string('x', bytes - Sites(1).Length - 2);
        Assert.Single(ConfigFile.Read(folder.Write("guard.yaml", Padded(4 << 20))).Sites);
        Assert.Equal("guard.yaml:1:1: the file has more than 4,194,304 bytes. Name the right file.", Assert.Single(Faults(Padded((4 << 20) + 1))));
        Assert.Contains("nested deeper than 16 levels", Assert.Single(Faults(new string('[', 17) + "1" + new string(']', 17))), StringComparison.Ordinal);
        Assert.Contains("more than 100,000 values", Assert.Single(Faults("[" + string.Join(',', Enumerable.Repeat("1", 100_000)) + "]")), StringComparison.Ordinal);
        var many = Faults(string.Concat(Enumerable.Range(0, 60).Select(i => $"z{i}: 1\n")));
        Assert.Equal((51, "guard.yaml: 12 further faults."), (many.Length, many[^1])); // Listeners and sites are missing too.
    }

    [Fact]
    public void A_certificate_and_a_key_that_do_not_belong_together()
    {
        folder.Certificate("a", "a.test");
        folder.Certificate("b", "b.test");
        var fault = Assert.Single(Faults("listeners: [{address: \":0\", tls: {certificates: [{certificate: a.pem, key: b.key}, {certificate: a.pem}, {certificate: none.pem, key: a.key}]}}]\nsites: [{name: a, upstreams: [\"127.0.0.1:1\"]}]"), told => told.Contains(":1:50:", StringComparison.Ordinal));
        Assert.StartsWith("guard.yaml:1:50: a.pem and b.key are not a certificate and its key: ", fault, StringComparison.Ordinal);
    }

    /// <summary>Whatever stands in the file: options or faults, and nothing else is thrown.</summary>
    [Fact]
    public void Damaged_configurations_have_faults_and_crash_nothing()
    {
        var file = folder.Write("guard.yaml", "");
        const string good = "listeners: [{address: \":8080\", tls: {profile: modern}}]\nsites:\n  - name: a\n    hosts: [x]\n    upstreams: [\"127.0.0.1:1\"]\n    health: {every: 5s}\nlimits: {fields: 3}\ndrain: 3s\n";
        string[] pieces = [":", "-", "[", "]", "{", "}", "\"", "'", "&a ", "*a", "!t ", "|", ">", "\t", "\n", "#", "? ", "~", "%", "@", "\0", "\uFFFE", "---\n", ","];
        var damage = Gen.Select(Gen.Int[0, good.Length - 1], Gen.Int[0, pieces.Length - 1]).Array[1, 4];
        damage.Sample(edits =>
        {
            var text = good;
            foreach (var (at, what) in edits) text = text.Insert(Math.Min(at, text.Length), pieces[what]);
            File.WriteAllText(file, text);
            try
            {
                ConfigFile.Read(file);
            }
            catch (ConfigException thrown)
            {
                Assert.All(thrown.Faults, fault => Assert.Matches(@"^[^\0-\x1f]*guard\.yaml:\d+:\d+: [^\0-\x1f]*[.?]\z", fault));
            }
        }, iter: Environment.GetEnvironmentVariable("PLIMSOLL_FULL") is null ? 2_000 : 200_000, threads: 1);
    }
}
