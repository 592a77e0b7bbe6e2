using System.Text;
using static Plimsoll.Guard.Protocols.Http.FieldId;

namespace Plimsoll.Guard.Protocols.Http;

/// <summary>Field names.</summary>
internal static class FieldIds
{
    private static readonly (byte[] Name, FieldId Id)[][] byLength = Table();

    public static FieldId Of(ReadOnlySpan<byte> name)
    {
        if (name.Length >= byLength.Length) return Other;
        foreach (var (known, id) in byLength[name.Length])
            if (Ascii.EqualsIgnoreCase(known, name)) return id;
        return Other;
    }

    /// <summary>The field that a program in the tradition of CGI takes this for, which turns `-` into `_`.</summary>
    public static FieldId OfMangled(ReadOnlySpan<byte> name)
    {
        if (name.Length >= byLength.Length) return Other;
        Span<byte> mangled = stackalloc byte[name.Length];
        name.Replace(mangled, (byte)'_', (byte)'-');
        return Of(mangled);
    }

    public static bool IsHopByHop(FieldId id) => id is >= FieldId.Connection and <= Http2Settings;

    public static bool IsClientsWord(FieldId id) => id is >= Forwarded and <= XClusterClientIp;

    public static bool IsTargetOverride(FieldId id) => id is XOriginalUrl or XRewriteUrl;

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
            ("x-cluster-client-ip", XClusterClientIp), ("x-original-url", XOriginalUrl), ("x-rewrite-url", XRewriteUrl),
        ];
        var table = new (byte[], FieldId)[all.Max(entry => entry.Name.Length) + 1][];
        for (var length = 0; length < table.Length; length++)
            table[length] = [.. all.Where(entry => entry.Name.Length == length).Select(entry => (Encoding.ASCII.GetBytes(entry.Name), entry.Id))];
        return table;
    }
}
