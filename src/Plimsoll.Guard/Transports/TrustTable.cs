using System.Globalization;
using System.Text;
using Plimsoll.Guard.Configuration;

namespace Plimsoll.Guard.Transports;

/// <summary>Which certificates of clients are asked for, by the name that the client asks for in its handshake.</summary>
internal sealed class TrustTable
{
    private static readonly IdnMapping idn = new();
    private readonly Dictionary<string, ClientTrust?> byHost = new(StringComparer.OrdinalIgnoreCase);
    private readonly ClientTrust? otherwise;

    public TrustTable(TlsOptions options)
    {
        otherwise = options.Trust;
        foreach (var (hosts, trust) in options.SiteTrusts)
        {
            if (hosts.Count == 0) otherwise = trust;
            foreach (var host in hosts) byHost.TryAdd(host, trust);
        }
    }

    /// <param name="name">Empty when the client names none.</param>
    public ClientTrust? For(string name) => byHost.TryGetValue(Sent(name), out var trust) ? trust : otherwise;

    /// <summary>The base library gives a name as people read it, `münchen.example`; sites are named as it is sent, `xn--mnchen-3ya.example`.</summary>
    private static string Sent(string name)
    {
        if (Ascii.IsValid(name)) return name;
        try
        {
            return idn.GetAscii(name);
        }
        catch (ArgumentException)
        {
            return name; // No site has it.
        }
    }
}
