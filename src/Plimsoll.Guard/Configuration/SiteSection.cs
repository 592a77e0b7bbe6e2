using System.Net;
using Plimsoll.Guard.Decisions;
using Plimsoll.Guard.Normalisation;
using Plimsoll.Yaml;

namespace Plimsoll.Guard.Configuration;

/// <summary>An entry of `sites`.</summary>
internal static class SiteSection
{
    private const int mostHosts = 1_000;
    private const int mostName = 64;
    private const int mostAmbiguities = 100;
    private const int mostTypes = 100;

    /// <param name="Node">Where faults of the whole are told.</param>
    public sealed record Described(YamlNode Node, SiteOptions Options, IReadOnlyList<YamlNode> Hosts, CertificateFiles? Certificate);

    public static Described Read(Section section, Faults faults)
    {
        var name = "";
        if (section.Required("name", "name: shop") is { } named && section.Text(named) is { } text)
        {
            name = text;
            if (name.Length > mostName || !name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')) faults.Add(named, $"`{name}` is no name of a site", $"Write at most {mostName} letters, digits, `-`, `_` and `.`.");
        }
        var hosts = section.Items("hosts", mostHosts);
        foreach (var host in hosts)
            if (!IsHost(host.Text)) faults.Add(host, $"`{host.Text}` is no host name", "Write it in lower case and without a port, as `shop.example.org`.");
        var types = section.Items("answer-types", mostTypes);
        foreach (var type in types)
            if (!Answers.TypeSet.IsType(type.Text)) faults.Add(type, $"`{type.Text}` is no type of content", "Write it in lower case as `text/html` or `image/*`.");
        var options = new SiteOptions
        {
            Name = name,
            Hosts = [.. hosts.Select(host => host.Text ?? "")],
            Upstreams = Upstreams(section, faults),
            Balance = section.Choice("balance", Balance.RoundRobin, ("round-robin", Balance.RoundRobin), ("least-connections", Balance.LeastConnections)),
            Mode = section.Choice("mode", Mode.Enforce, ("detect", Mode.Detect), ("enforce", Mode.Enforce)),
            FailMode = section.Choice("fail", FailMode.Closed, ("open", FailMode.Open), ("closed", FailMode.Closed)),
            Trust = TrustSection.Read(section, faults),
            SubjectField = TrustSection.Field(section, "client-subject", "X-Client-Subject", faults),
            NamesField = TrustSection.Field(section, "client-names", "X-Client-Names", faults),
            Ambiguities = section.Inner("ambiguities") is { } ambiguities ? Ambiguities(ambiguities, faults) : new(),
            Health = section.Inner("health") is { } health ? Health(health, faults) : new(),
            AnswerTypes = [.. types.Select(type => type.Text ?? "")],
            AnswerBodies = section.Inner("answer-bodies") is { } bodies ? AnswerBodySection.Read(bodies, faults) : new(),
            Rules = section.Inner("rules") is { } rules ? RuleSection.Read(rules, faults) : null,
            Loads = [.. section.Items("load", Limits.LoadLimits.MostRules).Select(load => Load(new(load, "a limit of load", faults), faults))],
        };
        var certificate = ListenerSection.Certificate(section, faults);
        section.End();
        return new(section.Node, options, hosts, certificate);
    }

    /// <summary>What only all sites together can have wrong.</summary>
    public static void Compare(IReadOnlyList<Described> sites, Faults faults)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var hosts = new Dictionary<string, string>(StringComparer.Ordinal);
        string? others = null;
        foreach (var site in sites)
        {
            if (site.Options.Name.Length > 0 && !names.Add(site.Options.Name)) faults.Add(site.Node, $"two sites have the name `{site.Options.Name}`", "Give each its own: events and metrics tell them apart by it.");
            foreach (var host in site.Hosts)
                if (host.Text is { } text && !hosts.TryAdd(text, site.Options.Name)) faults.Add(host, $"`{text}` belongs to the site `{hosts[text]}` already", "Name it in one site.");
            if (site.Hosts.Count > 0) continue;
            if (others is not null) faults.Add(site.Node, $"two sites name no `hosts`: `{others}` has all others already", "Name the hosts of one of them.");
            others ??= site.Options.Name;
        }
    }

    private static List<UpstreamOptions> Upstreams(Section section, Faults faults)
    {
        var upstreams = new List<UpstreamOptions>();
        var authorities = section.File("upstream-ca");
        foreach (var node in section.Items("upstreams", OptionsReader.MostUpstreams, "upstreams: [\"127.0.0.1:3000\"]"))
        {
            if (section.Text(node) is not { } text) continue;
            if (UpstreamText.Read(text, authorities) is not { } upstream) faults.Add(node, $"`{text}` is not a host that is known and a port", "Write it as `app:3000`, and look whether the name can be resolved.");
            else if (upstreams.Exists(other => other.Name == upstream.Name)) faults.Add(node, $"`{text}` is there twice", "Keep one of them.");
            else upstreams.Add(upstream);
        }
        return upstreams;
    }

    private static AmbiguityOptions Ambiguities(Section section, Faults faults)
    {
        var (allowed, refused) = (Names(section, "allow", faults), Names(section, "refuse", faults));
        if (allowed.Overlaps(refused)) faults.Add(section.Node, "`allow` and `refuse` name the same", "Keep it in one of them.");
        var options = new AmbiguityOptions { Allowed = allowed, Refused = refused, RefusesUnread = section.Flag("refuse-unread", otherwise: false) };
        section.End();
        return options;
    }

    private static AmbiguitySet Names(Section section, string key, Faults faults)
    {
        var set = default(AmbiguitySet);
        foreach (var node in section.Items(key, mostAmbiguities))
        {
            var unknown = new List<string>();
            set |= AmbiguityNames.Read([node.Text ?? ""], key, unknown);
            if (unknown.Count > 0) faults.Add(node, $"`{node.Text}` names no ambiguity", "They are in docs/guard-normalisation.md, such as `encoded-unreserved`.");
        }
        return set;
    }

    private static HealthOptions Health(Section section, Faults faults)
    {
        var path = section.Take("path");
        if (path is not null && !OptionsReader.IsTarget(path.Text ?? "")) faults.Add(path, $"`{path.Text}` is not a path", "Write it as `/healthz`.");
        var defaults = new HealthOptions();
        var health = new HealthOptions
        {
            Probe = path?.Text,
            ProbeEvery = section.Duration("every", defaults.ProbeEvery, 100, 3_600_000),
            Failures = section.Number("failures", defaults.Failures, 1, 1_000),
            Pause = section.Duration("pause", defaults.Pause, 10, 3_600_000),
        };
        section.End();
        return health;
    }

    private static LoadOptions Load(Section section, Faults faults)
    {
        var path = section.Take("path");
        if (path is not null && !OptionsReader.IsTarget(path.Text ?? "")) faults.Add(path, $"`{path.Text}` is not the beginning of a path", "Write it as `/login`.");
        var rate = section.Rate("per-second");
        var load = new LoadOptions(path?.Text ?? "/", rate, section.Number("burst", Math.Max(1, (int)(rate * 2)), 1, 1_000_000), section.Number("at-once", 0, 1, 1_000_000));
        if (load is { PerSecond: 0, AtOnce: 0 }) faults.Add(section.Node, "a limit of load that limits nothing", "Give `per-second` or `at-once`.");
        section.End();
        return load;
    }

    private static bool IsHost(string? text) =>
        text is { Length: > 0 and <= 253 } && !text.EndsWith('.') && (text.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter is '-' or '.' or '_') || (text.StartsWith('[') && IPAddress.TryParse(text.Trim('[', ']'), out _)));
}
