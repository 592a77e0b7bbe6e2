using System.Net;
using System.Text;
using Plimsoll.Guard.Limits;
using YamlDotNet.Core;

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

    private const int mostListeners = 64;
    private const int mostSites = 256;

    /// <exception cref="ConfigException">With every fault.</exception>
    public static GuardOptions Read(string file)
    {
        var faults = new Faults(file);
        if (Load(file, faults) is { } root)
        {
            var options = Read(root, faults);
            faults.Throw();
            return options;
        }
        if (faults.Count == 0) faults.Add(1, 1, "the file is empty", "Give at least `listeners` and `sites`.");
        throw new ConfigException(faults.Sentences);
    }

    private static YamlNode? Load(string file, Faults faults)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var bytes = new byte[mostBytes + 1];
            var count = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (count > mostBytes)
            {
                faults.Add(1, 1, $"the file has more than {mostBytes:N0} bytes", "Name the right file.");
                return null;
            }
            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes, 0, count);
            return YamlTree.Read(new StringReader(text.TrimStart('\uFEFF')));
        }
        catch (YamlException thrown)
        {
            faults.Add((int)thrown.Start.Line, (int)thrown.Start.Column, $"this is not YAML: {thrown.Message.TrimEnd('.')}", "Look at the indentation and the quotes.");
        }
        catch (DecoderFallbackException)
        {
            faults.Add(1, 1, "the file is not UTF-8", "Save it as UTF-8.");
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            faults.Add(1, 1, $"the file cannot be read: {thrown.Message.TrimEnd('.')}", "Name a file that the guard may read.");
        }
        return null;
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
