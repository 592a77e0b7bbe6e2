using System.Net;
using Plimsoll.Guard.Limits;
using Plimsoll.Yaml;

namespace Plimsoll.Guard.Configuration;

/// <summary>
/// `guard.yaml`, format plimsoll/guard/1: a mapping of `schema`, `listeners`, `sites`, `limits`, `events`, `admin` and `drain`.
/// docs/schema/guard-1.schema.json has its form, docs/guard-operations.md its meaning.
/// </summary>
internal static class ConfigFile
{
    public const string Schema = "plimsoll/guard/1";

    /// <summary>Bytes. 256 sites with all that they can have need a tenth.</summary>
    private const int mostBytes = 4 << 20;

    /// <summary>A configuration has six levels; 256 sites of a hundred values have 25,600.</summary>
    public static readonly YamlBounds Bounds = new(Depth: 16, Nodes: 100_000);

    private const int mostListeners = 64;
    private const int mostSites = 256;

    /// <exception cref="ConfigException">With every fault.</exception>
    public static GuardOptions Read(string file)
    {
        var faults = new Faults(file);
        if (YamlFile.Load(file, mostBytes, Bounds, faults) is { } root)
        {
            var options = Read(root, faults);
            faults.Throw();
            return options;
        }
        if (faults.Count == 0) faults.Add(1, 1, "the file is empty", "Give at least `listeners` and `sites`.");
        throw new ConfigException(faults.Sentences);
    }

    private static GuardOptions Read(YamlNode node, Faults faults)
    {
        var root = new Section(node, "the file", faults);
        if (root.Take("schema") is { } schema && schema.Text != Schema) faults.Add(schema, $"`schema` is `{schema.Text}`", $"This guard reads `{Schema}`.");
        var limits = root.Inner("limits") is { } given ? LimitSection.Read(given, faults) : GuardLimits.Default;
        var sites = root.Items("sites", mostSites, "sites: [{name: shop, upstreams: [\"127.0.0.1:3000\"]}]").Select(site => SiteSection.Read(new(site, "a site", faults), faults)).ToList();
        var listeners = root.Items("listeners", mostListeners, "listeners: [{address: \":8080\"}]").Select(listener => ListenerSection.Read(new(listener, "a listener", faults), faults)).ToList();
        var options = new GuardOptions
        {
            Sites = [.. sites.Select(site => site.Options)],
            Listeners = ListenerSection.WithCertificates(listeners, sites, faults),
            Limits = limits,
            Events = root.Inner("events") is { } events ? EventSection.Read(events, faults) : new(),
            Admin = root.Take("admin") is { } admin ? Admin(admin, faults) : null,
            DrainTime = TimeSpan.FromMilliseconds(root.Duration("drain", 30_000, 0, 3_600_000)),
        };
        root.End();
        SiteSection.Compare(sites, faults);
        return options;
    }

    private static IPEndPoint? Admin(YamlNode node, Faults faults)
    {
        var address = OptionsReader.Parse(node.Text ?? "", isListener: true);
        if (address is null) faults.Add(node, $"`admin` is `{node.Text}`", "Write an address and port as `127.0.0.1:9901`.");
        return address;
    }
}
