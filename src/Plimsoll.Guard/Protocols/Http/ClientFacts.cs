using System.Net;
using System.Text;
using Plimsoll.Guard.Protocols.Http1;
using Plimsoll.Guard.Transports;

namespace Plimsoll.Guard.Protocols.Http;

/// <summary>Who the client is, and what the guard says of it to the upstream in X-Forwarded-For, -Proto and -Host.</summary>
/// <param name="Address">The client: the peer, or whom trusted proxies name.</param>
/// <param name="Peer">Whoever has the connection; it ends X-Forwarded-For.</param>
/// <param name="IsSecure">Whether the client's own connection is encrypted, as far as is known.</param>
/// <param name="Before">What trusted proxies wrote into X-Forwarded-For, as far as it is believed; empty when nobody is trusted.</param>
/// <param name="Fields">Fields for what the client's certificate says; null for none.</param>
/// <param name="Certificate">That certificate, verified; null when there is none.</param>
internal readonly record struct ClientFacts(IPAddress Address, IPAddress Peer, bool IsSecure, Slice Before, CertificateFields? Fields = null, ClientCertificate? Certificate = null)
{
    /// <summary>Whether a field is one that the guard itself writes of certificates.</summary>
    public bool IsOfCertificate(ReadOnlySpan<byte> name) => Fields is not null && Fields.Has(name);

    /// <summary>
    /// Believes X-Forwarded-For of trusted peers alone, and of it the last address that is not itself trusted: everything before
    /// that is the client's own word. What is no address ends the list: the client is then the last one known for sure, and only
    /// what follows is said to the upstream.
    /// </summary>
    public static ClientFacts Of(HttpRequest request, IReadOnlyList<IPNetwork> trusted, IPAddress peer, bool isTls)
    {
        if (trusted.Count == 0 || !IsTrusted(trusted, peer)) return new(peer, peer, isTls, default);
        var list = Joined(request);
        var before = list;
        var client = peer;
        var rest = request[list];
        while (!rest.IsEmpty)
        {
            var start = rest.LastIndexOf((byte)',') + 1;
            if (!AddressText.TryParse(Syntax.TrimWhitespace(rest[start..]), out var address))
            {
                before = After(request, list, rest.Length);
                break;
            }
            client = address;
            if (!IsTrusted(trusted, address)) break;
            rest = start == 0 ? default : rest[..(start - 1)];
        }
        return new(client, peer, IsSaidToBeSecure(request), before);
    }

    /// <summary>Fields of one name are one list in their order (RFC 9110, section 5.3); several are joined behind the head.</summary>
    private static Slice Joined(HttpRequest request)
    {
        Slice list = default;
        for (var i = 0; i < request.Fields.Length; i++)
        {
            var field = request.Fields[i];
            if (field.Id != FieldId.XForwardedFor || field.Value.IsEmpty) continue;
            if (list.IsEmpty)
            {
                list = field.Value;
                continue;
            }
            if (list.End != request.Bytes.Length) list = request.Append(request[list].ToArray()); // Its own buffer may move.
            request.Append(", "u8);
            request.Append(request[field.Value].ToArray());
            list = new(list.Start, request.Bytes.Length - list.Start);
        }
        return list;
    }

    /// <summary>What follows an element that ends so many bytes into the list.</summary>
    private static Slice After(HttpRequest request, Slice list, int end)
    {
        var after = request[list][end..].TrimStart(", \t"u8);
        return after.IsEmpty ? default : new(list.End - after.Length, after.Length);
    }

    /// <summary>What the proxy next to the guard says: it comes last.</summary>
    private static bool IsSaidToBeSecure(HttpRequest request)
    {
        ReadOnlySpan<byte> said = default;
        foreach (ref readonly var field in request.Fields)
            if (field.Id == FieldId.XForwardedProto) said = request[field.Value];
        return Ascii.EqualsIgnoreCase(Syntax.TrimWhitespace(said[(said.LastIndexOf((byte)',') + 1)..]), "https"u8);
    }

    private static bool IsTrusted(IReadOnlyList<IPNetwork> trusted, IPAddress address)
    {
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        foreach (var network in trusted)
            if (network.Contains(plain)) return true;
        return false;
    }
}
