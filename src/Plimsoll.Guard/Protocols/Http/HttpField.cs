namespace Plimsoll.Guard.Protocols.Http;

/// <summary>A field line as it was decoded; the value without the white space around it.</summary>
internal readonly record struct HttpField(FieldId Id, Slice Name, Slice Value);

/// <summary>Fields that the guard itself understands.</summary>
internal enum FieldId : byte
{
    Other,

    // Framing and routing: end to end, never removed.
    Host,
    ContentLength,
    ContentType,
    ContentEncoding,
    Authorization,
    Cookie,
    Date,
    Server,
    Location,
    SecWebSocketKey,
    SecWebSocketVersion,
    SecWebSocketAccept,
    SecWebSocketProtocol,
    SecWebSocketExtensions,

    // Hop by hop (RFC 9110, section 7.6.1): never forwarded as they came.
    Connection,
    KeepAlive,
    ProxyConnection,
    TransferEncoding,
    Te,
    Trailer,
    Upgrade,
    Expect,
    Http2Settings,

    // Who the client is, by its own word: removed, and written anew.
    Forwarded,
    XForwardedFor,
    XForwardedProto,
    XForwardedHost,
    XForwardedPort,
    XRealIp,
    TrueClientIp,
    XClientIp,
    XClusterClientIp,
    /// <summary>Client-Cert (RFC 9440) and what fronts that end TLS say in its place: only they may.</summary>
    ClientCertificate,

    /// <summary>CGI makes it HTTP_PROXY, where programs look for their own proxy (CVE-2016-5385): removed.</summary>
    Proxy,

    // Another target than the one that is judged: removed.
    XOriginalUrl,
    XRewriteUrl,
}
