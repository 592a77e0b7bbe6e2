using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using CsCheck;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Egress;
using Plimsoll.Guard.Profiles;
using Plimsoll.Guard.Tests.Configuration;

namespace Plimsoll.Guard.Tests.Egress;

public sealed class ProfileTests : IDisposable
{
    private const string head = "schema: plimsoll/profile/1\n";
    private readonly ConfigFolder folder = new();

    public void Dispose() => folder.Dispose();

    private string[] Faults(string text)
    {
        var file = folder.Write("p.yaml", text);
        return Assert.Throws<PlimsollException>(() => ProfileFile.Read(file)).Message.Replace(file, "p.yaml", StringComparison.Ordinal).Split('\n');
    }

    [Fact]
    public void What_is_wrong_is_told_with_its_place_and_all_at_once() => Assert.Equal(
        [
            "p.yaml:1:9: `schema` is `plimsoll/profile/9`. This version reads `plimsoll/profile/1`.",
            "p.yaml:2:7: `mode` is `enforced`. Did you mean `enforce`?",
            "p.yaml:4:12: `Db.test` is not a name. Write it in lower case as `db.example.com`, or `*.example.com` for all names below it.",
            "p.yaml:5:15: `10.0.0.1/8` is no address or network that a container could reach. Write it as `192.0.2.7` or `192.0.2.0/24`, with zeros behind the prefix.",
            "p.yaml:6:15: `127.0.0.1` is no address or network that a container could reach. Write it as `192.0.2.7` or `192.0.2.0/24`, with zeros behind the prefix.",
            "p.yaml:7:5: `ports` is missing. Write for example `ports: [5432]`.",
            "p.yaml:8:34: `0` is no port. Write a number from 1 to 65535, or two as `8000-8010`.",
            "p.yaml:8:37: `9-8` is no port. Write a number from 1 to 65535, or two as `8000-8010`.",
            "p.yaml:9:5: an entry needs either `name` or `address`. Write for example `name: db.example.com` or `address: 192.0.2.0/24`.",
            "p.yaml:10:42: `protocol` is `ftp`. Write `tcp` or `udp` or `postgres`.",
            "p.yaml:11:5: `a.test` is there twice. Write its ports into one entry.",
            "p.yaml:12:44: `169.254.1.1.1` is no address that a container could reach. Write it as `192.0.2.7`; loopback, multicast and unspecified addresses are the container's own.",
            "p.yaml:13:37: `tls` is for a protocol that the guard speaks, and this entry's is `tcp`. Write `protocol: postgres` beside it, or leave it out: `tcp` passes bytes as they are.",
            "p.yaml:14:57: `tls` is `on`. Write `prefer` or `verify` or `none`.",
            "p.yaml:15:65: `authorities` are of a certificate that is verified, and none is. Write `tls: verify` beside it.",
            "p.yaml:16:78: `ca.pem` is no whole path. Write it as `/etc/ssl/db-ca.pem`.",
            "p.yaml:17:43: `offer-tls` is for a protocol that the guard speaks, and this entry's is `tcp`. Write `protocol: postgres` beside it, or leave it out: `tcp` passes bytes as they are.",
            "p.yaml:17:43: `offer-tls` is `yes`. Write `true` or `false`.",
            "p.yaml:18:5: port 53 with `protocol: udp` is that of name servers, and every question to them is turned to the guard. Leave it out, of a range as `1-52` and `54-1024`; `name-servers` says whom the guard asks.",
            "p.yaml:18:56: `tls` is for a protocol that the guard speaks, and this entry's is `udp`. Write `protocol: postgres` beside it, or leave it out: `udp` passes bytes as they are.",
            "p.yaml:20:3: `connectionz` is not known here. Did you mean `connections`?",
        ],
        Faults("""
            schema: plimsoll/profile/9
            mode: enforced
            egress:
              - {name: Db.test, ports: [1]}
              - {address: 10.0.0.1/8, ports: [1]}
              - {address: 127.0.0.1, ports: [1]}
              - {name: a.test}
              - {address: 192.0.2.1, ports: [0, 9-8]}
              - {ports: [1]}
              - {name: x.test, ports: [1], protocol: ftp}
              - {name: a.test, ports: [1]}
              - {name: b.test, ports: [1], addresses: [169.254.1.1.1]}
              - {name: c.test, ports: [1], tls: none}
              - {name: d.test, ports: [1], protocol: postgres, tls: on}
              - {name: e.test, ports: [1], protocol: postgres, authorities: /ca.pem}
              - {name: f.test, ports: [1], protocol: postgres, tls: verify, authorities: ca.pem}
              - {name: g.test, ports: [1], offer-tls: yes}
              - {name: h.test, ports: [50-60], protocol: udp, tls: none}
            limits:
              connectionz: 5

            """));

    [Fact]
    public void What_is_written_is_read_again()
    {
        var name = Gen.Char["abcdefghijklmnopqrstuvwxyz0123456789-_"].Array[1, 20].Select(letters => $"{new string(letters)}.test");
        var port = Gen.Select(Gen.Int[1, 65_535], Gen.Int[0, 3]).Select((first, more) => new PortRange(first, Math.Min(65_535, first + more)));
        var rule = Gen.Select(name, Gen.Bool, Gen.Byte.Array[4], Gen.Int[8, 32], port.Array[1, 3]).Select((text, isName, bytes, length, ports) =>
        {
            bytes[0] = (byte)(1 + bytes[0] % 126);
            var mask = length == 0 ? 0 : uint.MaxValue << (32 - length);
            var number = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(bytes) & mask;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
            return isName ? new EgressRule { Name = text, Ports = [.. ports], Protocol = bytes[3] % 2 == 0 ? "tcp" : "postgres", Tls = bytes[3] % 2 == 0 ? EgressTls.Prefer : (EgressTls)(bytes[3] / 2 % 3), OffersTls = bytes[3] % 4 == 1, Authorities = bytes[3] % 12 == 3 ? "/etc/ssl/it's \"ca\".pem" : null } : new EgressRule { Network = new(new(bytes), length), Ports = [.. ports] };
        });
        Gen.Select(rule.Array[0, 8], Gen.Int[1, 100], Gen.String).Sample((rules, connections, application) =>
        {
            var profile = new Profile { Application = application.Length == 0 ? null : application, Mode = ProfileMode.Detect, Egress = ProfileChanges.Merge([], [.. rules]), Limits = new() { Connections = connections } };
            var text = ProfileText.Of(profile);
            if (application.Any(char.IsSurrogate)) return; // No text at all when it is not paired.
            var again = ProfileFile.Read(folder.Write("p.yaml", text));
            Assert.Equal(text, ProfileText.Of(again));
            Assert.Equal(profile.Application, again.Application);
            Assert.Equal(profile.Limits, again.Limits);
        }, iter: 300, threads: 1); // One file.
    }

    [Fact]
    public void Accepting_leaves_a_persons_comments_where_they_are()
    {
        var file = folder.Write("web.yaml", $"# The shop.\n{head}egress:\n  # The database.\n  - name: db.test\n    ports: [5432] # PostgreSQL\n\n# What follows stays.\nlimits:\n  connections: 9\n");
        folder.Write("web.candidates.yaml", $"{head}egress:\n  - {{name: mail.test, ports: [25, 587]}}\n  - {{address: 192.0.2.9, ports: [443]}}\n");
        Assert.Equal(["{name: mail.test, ports: [587]}"], GuardProfile.Accept(file, ["mail.test:587"]));
        Assert.Equal($"# The shop.\n{head}egress:\n  # The database.\n  - name: db.test\n    ports: [5432] # PostgreSQL\n  - {{name: mail.test, ports: [587]}}\n\n# What follows stays.\nlimits:\n  connections: 9\n", File.ReadAllText(file));
        Assert.Equal(["{name: mail.test, ports: [25]}", "{address: 192.0.2.9, ports: [443]}"], GuardProfile.Candidates(file));
        Assert.Equal(["{address: 192.0.2.9, ports: [443]}", "{name: mail.test, ports: [25]}"], GuardProfile.Accept(file, []).Order(StringComparer.Ordinal));
        Assert.Empty(GuardProfile.Candidates(file));
        Assert.Equal($"{head}limits:\n  connections: 9\negress:\n  - {{name: db.test, ports: [5432]}}\n  - {{name: mail.test, ports: [25, 587]}}\n  - {{address: 192.0.2.9, ports: [443]}}\n", GuardProfile.Show(file));
        Assert.Equal("`x.test` is no candidate.", Assert.Throws<PlimsollException>(() => GuardProfile.Accept(file, ["x.test"])).Message);
    }

    [Fact]
    public void Candidates_are_accepted_by_protocol_too()
    {
        var file = folder.Write("web.yaml", $"{head}egress: [{{name: db.test, ports: [5432]}}]\n");
        folder.Write("web.candidates.yaml", $"{head}egress:\n  - {{name: a.test, ports: [443]}}\n  - {{name: a.test, ports: [123, 443], protocol: udp}}\n  - {{name: ntp.test, ports: [\"1-65535\"]}}\n");
        Assert.Equal(["{name: a.test, ports: [443], protocol: udp}"], GuardProfile.Accept(file, ["a.test:443/udp"]));
        Assert.Equal(["{name: a.test, ports: [443]}", "{name: a.test, ports: [123], protocol: udp}"], GuardProfile.Accept(file, ["a.test"]));
        Assert.Equal("`ntp.test` was asked for and never dialled, so its port is not known.", Assert.Throws<PlimsollException>(() => GuardProfile.Accept(file, ["ntp.test"])).Message);
        Assert.Equal(["{name: ntp.test, ports: [123], protocol: udp}"], GuardProfile.Accept(file, ["ntp.test:123/udp"]));
        Assert.Empty(GuardProfile.Candidates(file));
        Assert.Equal("`ntp.test:123/udp` is no candidate.", Assert.Throws<PlimsollException>(() => GuardProfile.Accept(file, ["ntp.test:123/udp"])).Message);
        Assert.Equal($"{head}egress:\n  - {{name: db.test, ports: [5432]}}\n  - {{name: a.test, ports: [123, 443], protocol: udp}}\n  - {{name: a.test, ports: [443]}}\n  - {{name: ntp.test, ports: [123], protocol: udp}}\n", GuardProfile.Show(file));
    }

    [Fact]
    public void Profiles_are_compared_and_merged_by_destination()
    {
        var first = folder.Write("a.yaml", $"{head}mode: detect\negress: [{{name: a.test, ports: [1, 2]}}, {{name: b.test, ports: [1]}}]\n");
        var second = folder.Write("b.yaml", $"{head}egress: [{{name: a.test, ports: [2, 3]}}, {{address: 192.0.2.1, ports: [\"7-9\"]}}]\n");
        Assert.Equal(["- mode: detect", "+ mode: enforce", "+ {address: 192.0.2.1, ports: [\"7-9\"]}", "- {name: a.test, ports: [1, 2]}", "+ {name: a.test, ports: [2, 3]}", "- {name: b.test, ports: [1]}"], GuardProfile.Compare(first, second));
        Assert.Equal($"{head}mode: detect\negress:\n  - {{name: a.test, ports: [1, 2, 3]}}\n  - {{name: b.test, ports: [1]}}\n  - {{address: 192.0.2.1, ports: [\"7-9\"]}}\n", GuardProfile.Merge([first, second]));
        Assert.Empty(GuardProfile.Compare(first, first));
    }

    /// <summary>One document with every key of the schema and its example is right, and the schema knows no key that the reader does not.</summary>
    [Fact]
    public void The_schema_has_the_keys_that_are_read()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(ConfigFolder.Root, "docs/schema/profile-1.schema.json")));
        var root = schema.RootElement.GetProperty("properties");
        string[] Keys(JsonElement properties) => [.. properties.EnumerateObject().Select(property => property.Name).Order(StringComparer.Ordinal)];
        var faults = Faults($"{head}zzzzzzzz: 1\negress:\n  - {{name: a.test, ports: [1], zzzzzzzz: 1}}\nlimits: {{zzzzzzzz: 1}}\n");
        var known = faults.Select(fault => Regex.Match(fault, "Known are (.*)\\.$", RegexOptions.NonBacktracking).Groups[1].Value.Replace("`", "", StringComparison.Ordinal).Split(", ")).ToList();
        Assert.Equal([Keys(root), Keys(root.GetProperty("egress").GetProperty("items").GetProperty("properties")), Keys(root.GetProperty("limits").GetProperty("properties"))], known);
        string[] Words(string key) => [.. root.GetProperty("egress").GetProperty("items").GetProperty("properties").GetProperty(key).GetProperty("enum").EnumerateArray().Select(word => word.GetString()!)];
        Assert.Equal(EgressProtocols.Names, Words("protocol"));
        Assert.Equal(Enum.GetNames<EgressTls>().Select(name => name.ToLowerInvariant()), Words("tls"));
        var by = new EgressLimits();
        Assert.Equal(by.ConnectionsPerSecond, root.GetProperty("limits").GetProperty("properties").GetProperty("connections-per-second").GetProperty("default").GetInt32());
    }

    [Fact]
    public async Task Another_validator_agrees_on_the_profile_of_the_documentation()
    {
        Assert.SkipUnless(Directory.Exists("/usr/lib/python3/dist-packages/jsonschema") && Directory.Exists("/usr/lib/python3/dist-packages/yaml"), "python3-jsonschema and python3-yaml are not installed");
        var page = File.ReadAllText(Path.Combine(ConfigFolder.Root, "docs/guard-run.md"));
        var example = Regex.Match(page, "```yaml\n(.*?)```", RegexOptions.Singleline | RegexOptions.NonBacktracking).Groups[1].Value;
        var profile = ProfileFile.Read(folder.Write("p.yaml", example));
        Assert.True(profile.Egress.Length >= 4);
        const string script = """
            import json, sys; sys.path.insert(0, "/usr/lib/python3/dist-packages")
            import yaml, jsonschema
            schema = json.load(open(sys.argv[1] + "/docs/schema/profile-1.schema.json"))
            jsonschema.Draft202012Validator.check_schema(schema)
            validator = jsonschema.Draft202012Validator(schema)
            for name in sys.argv[2:]: print(len(list(validator.iter_errors(yaml.safe_load(open(name))))))
            """;
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", script, ConfigFolder.Root, folder.Write("p.yaml", example), folder.Write("again.yaml", ProfileText.Of(profile)), folder.Write("wrong.yaml", $"{head}egress: [{{name: a.test}}]\nmode: off\n")]) { UseShellExecute = false, RedirectStandardOutput = true })!;
        Assert.Equal("0\n0\n2\n", await python.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }
}
