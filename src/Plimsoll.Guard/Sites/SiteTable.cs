using System.Text;
using Plimsoll.Guard.Protocols.Http;

namespace Plimsoll.Guard.Sites;

/// <summary>Which site answers to a host.</summary>
internal sealed class SiteTable
{
    private const int longestHost = 255;
    private readonly Dictionary<string, Site> byHost = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Site>.AlternateLookup<ReadOnlySpan<char>> lookup;
    private readonly Site? otherwise;

    public SiteTable(IReadOnlyList<Site> sites)
    {
        All = sites;
        foreach (var site in sites)
        {
            if (site.Options.Hosts.Count == 0) otherwise ??= site;
            foreach (var host in site.Options.Hosts) byHost.TryAdd(host, site);
        }
        lookup = byHost.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public IReadOnlyList<Site> All { get; }

    /// <summary>The site of an authority that is valid; null when no site answers to it.</summary>
    public Site? Find(ReadOnlySpan<byte> authority)
    {
        if (byHost.Count == 0) return otherwise;
        var host = Authority.Host(authority);
        if (host.Length > longestHost) return otherwise;
        Span<char> name = stackalloc char[longestHost];
        Ascii.ToLower(host, name, out var length);
        if (length > 0 && name[length - 1] == '.') length--; // A fully qualified name is the same host.
        return lookup.TryGetValue(name[..length], out var site) ? site : otherwise;
    }
}
