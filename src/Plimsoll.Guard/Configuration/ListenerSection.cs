using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Security.Cryptography;
using Plimsoll.Yaml;

namespace Plimsoll.Guard.Configuration;

/// <summary>An entry of `listeners`.</summary>
internal static class ListenerSection
{
    private const int mostNetworks = 256;
    private const int mostCertificates = 256;

    /// <param name="Node">Where faults of the whole are told.</param>
    public sealed record Listening(YamlNode Node, ListenerOptions Options);

    public static Listening Read(Section section, Faults faults)
    {
        IPEndPoint? address = null;
        if (section.Required("address", "address: \":8080\"") is { } node)
        {
            address = OptionsReader.Parse(section.Text(node) ?? "", isListener: true);
            if (address is null) faults.Add(node, $"`{node.Text}` is not an address to listen on", "Write an address and port as `:8080`, `127.0.0.1:8080` or `\"[::1]:8080\"`.");
        }
        var trusted = new List<IPNetwork>();
        foreach (var one in section.Items("trusted-proxies", mostNetworks))
        {
            if (IPNetwork.TryParse(one.Text, out var network)) trusted.Add(network);
            else faults.Add(one, $"`{one.Text}` is not a network", "Write it as `10.0.0.0/8`.");
        }
        var options = new ListenerOptions(address ?? new(IPAddress.Any, 0))
        {
            AllowsHttp2 = section.Flag("http2", otherwise: false),
            ExpectsProxyHeader = section.Flag("proxy-protocol", otherwise: false),
            TrustedProxies = trusted,
            Tls = section.Inner("tls") is { } tls ? Tls(tls, faults) : null,
        };
        section.End();
        return new(section.Node, options);
    }

    /// <summary>Each listener with TLS has its own certificates, then those of the sites.</summary>
    public static IReadOnlyList<ListenerOptions> WithCertificates(IReadOnlyList<Listening> listeners, IReadOnlyList<SiteSection.Described> sites, Faults faults)
    {
        var ofSites = sites.SelectMany(site => site.Certificate is null ? [] : (CertificateFiles[])[site.Certificate]).ToList();
        if (listeners.Count > 0 && listeners.All(listener => listener.Options.Tls is null))
        {
            foreach (var site in sites.Where(site => site.Certificate is not null)) faults.Add(site.Node, "the site has a certificate, and no listener speaks TLS", "Give a listener `tls: {}`.");
        }
        foreach (var site in sites)
        {
            var isAsked = site.Options.Trust is not null || listeners.Any(listener => listener.Options.Tls?.Trust is not null);
            if (site.Options.Trust is not null && listeners.Count > 0 && listeners.All(listener => listener.Options.Tls is null)) faults.Add(site.Node, "the site wants certificates of its clients, and no listener speaks TLS", "Give a listener `tls: {}`.");
            foreach (var (key, field) in (ReadOnlySpan<(string, string?)>)[("client-subject", site.Options.SubjectField), ("client-names", site.Options.NamesField)])
                if (field is not null && !isAsked) faults.Add(site.Node, $"`{key}` is there, and no client is asked for a certificate", "Give the site or a listener's `tls` a `client-ca`.");
            if (site.Options.SubjectField is { } subject && string.Equals(subject, site.Options.NamesField, StringComparison.OrdinalIgnoreCase)) faults.Add(site.Node, "`client-subject` and `client-names` are one field", "Give each its own.");
        }
        var seen = new HashSet<IPEndPoint>();
        var complete = new List<ListenerOptions>();
        foreach (var (node, options) in listeners)
        {
            if (options.Address.Port != 0 && !seen.Add(options.Address)) faults.Add(node, $"{options.Address} is listened on twice", "Keep one of the listeners.");
            if (options.Tls is null)
            {
                complete.Add(options);
                continue;
            }
            IReadOnlyList<CertificateFiles> all = [.. options.Tls.Certificates, .. ofSites];
            if (all.Count == 0 && faults.Count == 0) faults.Add(node, "the listener speaks TLS and has no certificate", "Give it `certificates`, or a site `certificate` and `key`.");
            complete.Add(options with { Tls = options.Tls with { Certificates = all, SiteTrusts = Trusts(sites, options.Tls.Trust), TellsNames = sites.Any(site => site.Options.NamesField is not null) } });
        }
        return complete;
    }

    /// <summary>Of all sites, as soon as one has rules of its own: the others go on having the listener's.</summary>
    private static (IReadOnlyList<string> Hosts, ClientTrust? Trust)[] Trusts(IReadOnlyList<SiteSection.Described> sites, ClientTrust? ofListener) =>
        sites.Any(site => site.Options.Trust is not null) ? [.. sites.Select(site => (site.Options.Hosts, site.Options.Trust ?? ofListener))] : [];

    /// <summary>`certificate` and `key`, which belong together and can be read; null when neither is there.</summary>
    public static CertificateFiles? Certificate(Section section, Faults faults)
    {
        var before = faults.Count;
        var (chain, key) = (section.File("certificate"), section.File("key"));
        if (faults.Count > before || (chain is null && key is null)) return null;
        if (chain is null || key is null)
        {
            faults.Add(section.Node, $"`{(chain is null ? "key" : "certificate")}` is there without `{(chain is null ? "certificate" : "key")}`", "Give both.");
            return null;
        }
        try
        {
            X509Certificate2.CreateFromPemFile(chain, key).Dispose();
            return new(chain, key);
        }
        catch (Exception thrown) when (thrown is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            var said = thrown is ArgumentException ? "the key is another certificate's" : thrown.Message.TrimEnd('.');
            faults.Add(section.Node, $"{chain} and {key} are not a certificate and its key: {said}", "Give PEM files: the certificate with its chain, and its key without a password.");
            return null;
        }
    }

    private static TlsOptions Tls(Section section, Faults faults)
    {
        var certificates = new List<CertificateFiles>();
        foreach (var node in section.Items("certificates", mostCertificates))
        {
            var one = new Section(node, "a certificate", faults);
            var before = faults.Count;
            if (Certificate(one, faults) is { } files) certificates.Add(files);
            else if (faults.Count == before) faults.Add(node, "`certificate` and `key` are missing", "Name both files.");
            one.End();
        }
        var options = new TlsOptions
        {
            Certificates = certificates,
            Trust = TrustSection.Read(section, faults),
            Profile = section.Choice("profile", TlsProfile.Intermediate, ("intermediate", TlsProfile.Intermediate), ("modern", TlsProfile.Modern)),
        };
        section.End();
        return options;
    }
}
