using System.Text;
using static Plimsoll.Guard.Protocols.Http.FieldId;

namespace Plimsoll.Guard.Protocols.Http;

/// <summary>Field names.</summary>
internal static class FieldIds
{
    private const int longestMangled = 64;
    private static readonly (byte[] Name, FieldId Id)[][] byLength = Table();

    /// <summary>How fields begin that tell of a client's certificate: RFC 9440, nginx and haproxy by custom, ingress-nginx, Envoy, Traefik, Google, Amazon, Azure.</summary>
    private static readonly byte[][] certificates =
    [
        [.. "client-cert"u8], [.. "x-client-cert"u8], [.. "ssl-client-"u8], [.. "x-ssl-client-"u8], [.. "x-forwarded-client-cert"u8],
        [.. "x-forwarded-tls-client-cert"u8], [.. "x-amzn-mtls-clientcert"u8], [.. "x-arr-clientcert"u8],
    ];

    public static FieldId Of(ReadOnlySpan<byte> name)
    {
        if (name.Length < byLength.Length)
            foreach (var (known, id) in byLength[name.Length])
                if (Ascii.EqualsIgnoreCase(known, name)) return id;
        return IsOfCertificate(name) ? ClientCertificate : Other;
    }

    /// <summary>The field that a program in the tradition of CGI takes this for, which turns `-` into `_`.</summary>
    public static FieldId OfMangled(ReadOnlySpan<byte> name)
    {
        if (name.Length > longestMangled) name = name[..longestMangled]; // Beyond, only how it begins tells.
        Span<byte> mangled = stackalloc byte[name.Length];
        name.Replace(mangled, (byte)'_', (byte)'-');
        return Of(mangled);
    }

    public static bool IsHopByHop(FieldId id) => id is >= FieldId.Connection and <= Http2Settings;

    public static bool IsClientsWord(FieldId id) => id is >= Forwarded and <= Proxy;

    public static bool IsTargetOverride(FieldId id) => id is XOriginalUrl or XRewriteUrl;

    private static bool IsOfCertificate(ReadOnlySpan<byte> name)
    {
        if (name.IsEmpty || (name[0] | 0x20) is not ('c' or 's' or 'x')) return false;
        foreach (var beginning in certificates)
            if (name.Length >= beginning.Length && Ascii.EqualsIgnoreCase(name[..beginning.Length], beginning)) return true;
        return false;
    }

    private static (byte[], FieldId)[][] Table()
    {
        (string Name, FieldId Id)[] all =
        [
            ("host", Host), ("content-length", ContentLength), ("content-type", ContentType), ("content-encoding", ContentEncoding),
            ("authorization", Authorization), ("cookie", Cookie), ("date", Date), ("server", Server), ("location", Location),
            ("sec-websocket-key", SecWebSocketKey), ("sec-websocket-version", SecWebSocketVersion), ("sec-websocket-accept", SecWebSocketAccept),
            ("sec-websocket-protocol", SecWebSocketProtocol), ("sec-websocket-extensions", SecWebSocketExtensions),
            ("connection", FieldId.Connection), ("keep-alive", KeepAlive), ("proxy-connection", ProxyConnection), ("transfer-encoding", TransferEncoding),
            ("te", Te), ("trailer", Trailer), ("upgrade", Upgrade), ("expect", Expect), ("http2-settings", Http2Settings),
            ("forwarded", Forwarded), ("x-forwarded-for", XForwardedFor), ("x-forwarded-proto", XForwardedProto), ("x-forwarded-host", XForwardedHost),
            ("x-forwarded-port", XForwardedPort), ("x-real-ip", XRealIp), ("true-client-ip", TrueClientIp), ("x-client-ip", XClientIp),
            ("x-cluster-client-ip", XClusterClientIp), ("proxy", Proxy), ("x-original-url", XOriginalUrl), ("x-rewrite-url", XRewriteUrl),
        ];
        var table = new (byte[], FieldId)[all.Max(entry => entry.Name.Length) + 1][];
        for (var length = 0; length < table.Length; length++)
            table[length] = [.. all.Where(entry => entry.Name.Length == length).Select(entry => (Encoding.ASCII.GetBytes(entry.Name), entry.Id))];
        return table;
    }
}
