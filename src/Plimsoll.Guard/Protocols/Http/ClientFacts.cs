using System.Net;
using System.Text;
using Plimsoll.Guard.Protocols.Http1;

namespace Plimsoll.Guard.Protocols.Http;

/// <summary>Who the client is, and what the guard says of it to the upstream in X-Forwarded-For, -Proto and -Host.</summary>
/// <param name="Address">The client: the peer, or whom trusted proxies name.</param>
/// <param name="Peer">Whoever has the connection; it ends X-Forwarded-For.</param>
/// <param name="IsSecure">Whether the client's own connection is encrypted, as far as is known.</param>
/// <param name="Before">What a trusted proxy wrote into X-Forwarded-For; empty when nobody is trusted.</param>
internal readonly record struct ClientFacts(IPAddress Address, IPAddress Peer, bool IsSecure, Slice Before)
{
    /// <summary>
    /// Believes X-Forwarded-For of trusted peers alone, and of it the last address that is not itself trusted: everything before
    /// that is the client's own word. A list that is not one of addresses, or is there twice, is not believed.
    /// </summary>
    public static ClientFacts Of(HttpRequest request, IReadOnlyList<IPNetwork> trusted, IPAddress peer, bool isTls)
    {
        if (trusted.Count == 0 || !IsTrusted(trusted, peer)) return new(peer, peer, isTls, default);
        Slice list = default;
        foreach (ref readonly var field in request.Fields)
        {
            if (field.Id != FieldId.XForwardedFor) continue;
            if (!list.IsEmpty) return new(peer, peer, isTls, default);
            list = field.Value;
        }
        var client = peer;
        var rest = request[list];
        while (!rest.IsEmpty)
        {
            var comma = rest.LastIndexOf((byte)',');
            var last = Syntax.TrimWhitespace(rest[(comma + 1)..]);
            rest = comma < 0 ? default : rest[..comma];
            if (last.Length > 45 || !IPAddress.TryParse(Encoding.Latin1.GetString(last), out var address)) return new(peer, peer, isTls, default);
            client = address;
            if (!IsTrusted(trusted, address)) break;
        }
        return new(client, peer, Ascii.EqualsIgnoreCase(request.Value(FieldId.XForwardedProto), "https"u8), list);
    }

    private static bool IsTrusted(IReadOnlyList<IPNetwork> trusted, IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in trusted)
            if (network.Contains(plain)) return true;
        return false;
    }
}
