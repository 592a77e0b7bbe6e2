using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Plimsoll.Core.Results;
using Plimsoll.Guard.Configuration;
using Plimsoll.Guard.Egress;
using Plimsoll.Guard.Egress.Dns;
using Plimsoll.Guard.Profiles.Statements;
using Plimsoll.Guard.Transports;
using Plimsoll.Yaml;

namespace Plimsoll.Guard.Profiles;

/// <summary>
/// A profile, format plimsoll/profile/1: a mapping of `schema`, `application`, `mode`, `egress`, `name-servers` and `limits`; for `postgres` see
/// <see cref="StatementProfileFile"/>.
/// docs/schema/profile-1.schema.json has its form, docs/guard-run.md its meaning.
/// </summary>
internal static class ProfileFile
{
    public const string Schema = "plimsoll/profile/1";

    /// <summary>Rules of one profile: each is a line of the kernel's packet filter.</summary>
    public const int MostRules = 1_000;

    private const int mostPorts = 64;
    private const int mostAddresses = 64;
    private const int mostServers = 3;
    private const int million = 1_000_000;

    /// <exception cref="PlimsollException">With every fault.</exception>
    public static Profile Read(string file)
    {
        var faults = new Faults(file);
        var root = YamlFile.Load(file, ProfileStore.MostBytes, ProfileStore.Bounds, faults);
        if (root is null && faults.Count == 0) faults.Add(1, 1, "the file is empty", $"Give at least `schema: {Schema}`.");
        var profile = root is null ? new() : Read(root, faults);
        if (faults.Count > 0) throw new PlimsollException("guard-profile", string.Join('\n', faults.Sentences), "docs/guard-run.md has every key of a profile.");
        return profile;
    }

    private static Profile Read(YamlNode node, Faults faults)
    {
        var root = new Section(node, "the file", faults);
        if (root.Required("schema", $"schema: {Schema}") is { } schema && schema.Text != Schema) faults.Add(schema, $"`schema` is `{schema.Text}`", $"This version reads `{Schema}`.");
        var profile = new Profile
        {
            Application = root.Text("application"),
            Mode = root.Choice("mode", ProfileMode.Enforce, ("learn", ProfileMode.Learn), ("detect", ProfileMode.Detect), ("enforce", ProfileMode.Enforce)),
            Egress = root.Take("egress") is { } egress ? Rules(root.Items(egress, "egress", MostRules, "Join addresses to networks, or names with `*.`."), faults) : [],
            NameServers = [.. root.Items("name-servers", mostServers).Select(server => Server(server, faults)).OfType<IPEndPoint>()],
            Limits = root.Inner("limits") is { } limits ? Limits(limits) : new(),
        };
        root.Take(StatementProfileFile.Member); // Read there.
        root.End();
        return profile;
    }

    private static ImmutableArray<EgressRule> Rules(ImmutableArray<YamlNode> entries, Faults faults)
    {
        var rules = ImmutableArray.CreateBuilder<EgressRule>();
        var seen = new HashSet<(string, string)>();
        foreach (var item in entries)
        {
            if (Rule(new(item, "an entry of `egress`", faults), faults) is not { } rule) continue;
            if (!seen.Add(rule.Key)) faults.Add(item, $"`{rule.Destination}` is there twice", "Write its ports into one entry.");
            rules.Add(rule);
        }
        return rules.ToImmutable();
    }

    private static EgressRule? Rule(Section section, Faults faults)
    {
        var (name, address) = (section.Take("name"), section.Take("address"));
        var rule = new EgressRule
        {
            Ports = [.. section.Items("ports", mostPorts, "ports: [5432]").Select(port => Port(port, faults)).OfType<PortRange>()],
            Protocol = Protocol(section, faults),
            Addresses = [.. section.Items("addresses", mostAddresses).Select(one => Address(one, faults)).OfType<IPAddress>()],
        };
        if (rule.IsOfDatagrams && rule.HasPort(DnsQuestion.Port)) faults.Add(section.Node, "port 53 with `protocol: udp` is that of name servers, and every question to them is turned to the guard", "Leave it out, of a range as `1-52` and `54-1024`; `name-servers` says whom the guard asks.");
        rule = Tls(rule, section, faults);
        section.End();
        if ((name is null) == (address is null))
        {
            faults.Add(section.Node, "an entry needs either `name` or `address`", "Write for example `name: db.example.com` or `address: 192.0.2.0/24`.");
            return null;
        }
        if (address is not null)
        {
            if (!rule.Addresses.IsEmpty) faults.Add(section.Node, "`addresses` says what a `name` stands for, and there is none", "Write several entries with `address`.");
            return Network(address, faults) is { } network ? rule with { Network = network } : null;
        }
        if (!IsName(name!.Text))
        {
            faults.Add(name, $"`{name.Text}` is not a name", "Write it in lower case as `db.example.com`, or `*.example.com` for all names below it.");
            return null;
        }
        if (name.Text!.StartsWith('*') && !rule.Addresses.IsEmpty) faults.Add(name, "many names cannot have the same `addresses`", "Write out the names.");
        return rule with { Name = name.Text };
    }

    private static string Protocol(Section section, Faults faults)
    {
        if (section.Take("protocol") is not { } node || section.Text(node) is not { } text) return EgressRule.DefaultProtocol;
        if (!EgressProtocols.Names.Contains(text)) faults.Add(node, $"`protocol` is `{text}`", $"Write {string.Join(" or ", EgressProtocols.Names.Select(name => $"`{name}`"))}.");
        return text;
    }

    private static EgressRule Tls(EgressRule rule, Section section, Faults faults)
    {
        var (said, authorities) = (section.Take("tls"), section.Take("authorities"));
        if (said is not null && !rule.IsLookedAt) faults.Add(said, $"`tls` is for a protocol that the guard speaks, and this entry's is `{rule.Protocol}`", $"Write `protocol: postgres` beside it, or leave it out: `{rule.Protocol}` passes bytes as they are.");
        if (said is not null && section.Text(said) is { } text)
        {
            var tls = text switch { "prefer" => EgressTls.Prefer, "verify" => EgressTls.Verify, "none" => EgressTls.None, _ => (EgressTls?)null };
            if (tls is null) faults.Add(said, $"`tls` is `{text}`", "Write `prefer` or `verify` or `none`.");
            rule = rule with { Tls = tls ?? EgressTls.Verify };
        }
        if (section.Take("offer-tls") is { } offered)
        {
            if (!rule.IsLookedAt) faults.Add(offered, $"`offer-tls` is for a protocol that the guard speaks, and this entry's is `{rule.Protocol}`", $"Write `protocol: postgres` beside it, or leave it out: `{rule.Protocol}` passes bytes as they are.");
            if (offered.Text is not ("true" or "false")) faults.Add(offered, $"`offer-tls` is `{offered.Text}`", "Write `true` or `false`.");
            rule = rule with { OffersTls = offered.Text == "true" };
        }
        if (authorities is null || section.Text(authorities) is not { } file) return rule;
        if (rule.Tls != EgressTls.Verify) faults.Add(authorities, "`authorities` are of a certificate that is verified, and none is", "Write `tls: verify` beside it.");
        else if (!Path.IsPathRooted(file)) faults.Add(authorities, $"`{file}` is no whole path", "Write it as `/etc/ssl/db-ca.pem`.");
        return rule with { Authorities = file };
    }

    private static PortRange? Port(YamlNode node, Faults faults)
    {
        var parts = (node.Text ?? "").Split('-');
        if (parts.Length <= 2 && Number(parts[0]) is { } first && Number(parts[^1]) is { } last && first <= last) return new(first, last);
        faults.Add(node, $"`{node.Text}` is no port", "Write a number from 1 to 65535, or two as `8000-8010`.");
        return null;
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and <= 65_535 ? number : null;

    private static IPAddress? Address(YamlNode node, Faults faults)
    {
        if (AddressText.TryParse(Encoding.ASCII.GetBytes(node.Text ?? ""), out var address) && Reachable.IsReachable(address)) return address;
        faults.Add(node, $"`{node.Text}` is no address that a container could reach", "Write it as `192.0.2.7`; loopback, multicast and unspecified addresses are the container's own.");
        return null;
    }

    private static IPNetwork? Network(YamlNode node, Faults faults)
    {
        var parts = (node.Text ?? "").Split('/');
        if (parts.Length <= 2 && AddressText.TryParse(Encoding.ASCII.GetBytes(parts[0]), out var address))
        {
            var bits = address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
            var length = parts.Length == 1 ? bits : int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= bits ? number : -1;
            if (length >= 0 && IPNetwork.TryParse($"{address}/{length}", out var network) && network.BaseAddress.Equals(address) && !network.BaseAddress.IsIPv4MappedToIPv6 && (length == 0 || Reachable.IsReachable(address))) return network;
        }
        faults.Add(node, $"`{node.Text}` is no address or network that a container could reach", "Write it as `192.0.2.7` or `192.0.2.0/24`, with zeros behind the prefix.");
        return null;
    }

    private static IPEndPoint? Server(YamlNode node, Faults faults)
    {
        var address = OptionsReader.Parse(node.Text is { } text && (text.EndsWith(']') || text.Count(':') == 0) ? text + ":53" : node.Text ?? "", isListener: true);
        if (address is null) faults.Add(node, $"`{node.Text}` is no address of a name server", "Write it as `192.0.2.53` or `192.0.2.53:53`.");
        return address;
    }

    private static EgressLimits Limits(Section section)
    {
        var by = new EgressLimits();
        var limits = new EgressLimits
        {
            ConnectionsPerSecond = section.Number("connections-per-second", by.ConnectionsPerSecond, 1, million),
            Connections = section.Number("connections", by.Connections, 1, million),
            DestinationsPerMinute = section.Number("destinations-per-minute", by.DestinationsPerMinute, 1, million),
            BytesPerSecond = section.Bytes("bytes-per-second", by.BytesPerSecond, 1 << 10, 1L << 40),
            PacketsPerSecond = section.Number("packets-per-second", by.PacketsPerSecond, 10, 100 * million),
            QuestionsPerSecond = section.Number("questions-per-second", by.QuestionsPerSecond, 1, million),
            NamesPerMinute = section.Number("names-per-minute", by.NamesPerMinute, 1, million),
        };
        section.End();
        return limits;
    }

    /// <summary>Letters, digits, `-` and `_` in labels of at most 63, in lower case; `*.` may come first.</summary>
    internal static bool IsName(string? text)
    {
        if (text is null || text.Length > 253) return false;
        var labels = (text.StartsWith("*.", StringComparison.Ordinal) ? text[2..] : text).Split('.');
        return Array.TrueForAll(labels, label => label.Length is > 0 and <= 63 && label.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '_'))
            && !labels[^1].All(char.IsAsciiDigit); // An address is no name.
    }
}
