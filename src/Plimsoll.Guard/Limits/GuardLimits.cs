namespace Plimsoll.Guard.Limits;

/// <summary>What a client or an upstream may ask of the guard. Each passed limit is a <see cref="Decisions.Reason"/>; docs/guard-http.md lists them.</summary>
internal sealed record GuardLimits
{
    public static readonly GuardLimits Default = new();

    // Heads, in bytes.
    /// <summary>All lines of a head. nginx takes 4 × 8 KiB, Kestrel 32 KiB, Node 16 KiB.</summary>
    public int HeadBytes { get; init; } = 32 << 10;
    /// <summary>nginx and Apache stop at 8 KiB for the request line.</summary>
    public int TargetBytes { get; init; } = 8 << 10;
    /// <summary>One field line. Apache's LimitRequestFieldSize is 8,190, nginx's buffers have 8 KiB.</summary>
    public int FieldBytes { get; init; } = 8 << 10;
    /// <summary>Apache's LimitRequestFields and Kestrel's MaxRequestHeaderCount.</summary>
    public int Fields { get; init; } = 100;
    /// <summary>The longest registered method has 17 letters.</summary>
    public int MethodBytes { get; init; } = 24;
    /// <summary>A DNS name has at most 253 bytes, and a port 6 more.</summary>
    public int HostBytes { get; init; } = 260;

    // Bodies, in bytes.
    /// <summary>ModSecurity's SecRequestBodyLimit.</summary>
    public long BodyBytes { get; init; } = 13_107_200;
    /// <summary>A body that is read, but no upload. nginx's client_max_body_size; ModSecurity's SecRequestBodyNoFilesLimit of 128 KiB refuses packages that npm publishes and pages that editors save.</summary>
    public int InspectedBodyBytes { get; init; } = 1 << 20;
    /// <summary>Of multipart, text and a body without type that is held. Longer multipart is read while it is forwarded, and its end held; longer text is not read. ModSecurity's SecRequestBodyInMemoryLimit.</summary>
    public int HeldUploadBytes { get; init; } = 128 << 10;
    /// <summary>Of all inspected bodies at once; 64 of the largest, or 128 uploads.</summary>
    public long InspectionBytes { get; init; } = 64 << 20;
    /// <summary>One message of a gRPC call, which has no limit as a whole. gRPC's own default of what it receives.</summary>
    public int MessageBytes { get; init; } = 4 << 20;
    /// <summary>Digits and extension of one chunk of an answer; requests have no extensions. Sixteen digits are a 64-bit size.</summary>
    public int ChunkLineBytes { get; init; } = 256;
    /// <summary>Trailer fields together.</summary>
    public int TrailerBytes { get; init; } = 4 << 10;
    /// <summary>A piece that is read and written at once. TLS records have 16 KiB.</summary>
    public int PieceBytes { get; init; } = 16 << 10;

    // HTTP/2, in bytes. A header list is counted as SETTINGS_MAX_HEADER_LIST_SIZE does, against HeadBytes.
    /// <summary>Of one stream's body that has come and was not read. Kestrel had 96 KiB for long.</summary>
    public int StreamWindow { get; init; } = 128 << 10;
    /// <summary>Of all streams of a connection. Kestrel had 128 KiB.</summary>
    public int ConnectionWindow { get; init; } = 256 << 10;
    /// <summary>A client's dynamic table. The default of RFC 9113.</summary>
    public int TableBytes { get; init; } = 4 << 10;
    /// <summary>Of answers that wait to be sent on one connection; then streams wait.</summary>
    public int OutputBytes { get; init; } = 64 << 10;

    // Time, in milliseconds.
    /// <summary>From the first byte of a head to its last. Apache's mod_reqtimeout gives 20 s.</summary>
    public int HeadTime { get; init; } = 15_000;
    /// <summary>PROXY header and TLS handshake together. nginx gives each 60 s.</summary>
    public int HandshakeTime { get; init; } = 10_000;
    /// <summary>Between two requests. nginx's keepalive_timeout.</summary>
    public int IdleTime { get; init; } = 75_000;
    /// <summary>Between two pieces of a body. nginx has 60 s.</summary>
    public int BodyTime { get; init; } = 30_000;
    /// <summary>Bytes a second of a request's body on average, after <see cref="BodyGrace"/>. Kestrel's MinRequestBodyDataRate.</summary>
    public int BodyRate { get; init; } = 240;
    /// <summary>Kestrel's grace period.</summary>
    public int BodyGrace { get; init; } = 5_000;
    /// <summary>For the client to take one piece. nginx's send_timeout is 60 s.</summary>
    public int WriteTime { get; init; } = 30_000;
    /// <summary>Bytes a second that the client of an HTTP/2 stream takes on average, after <see cref="WriteTime"/> of waiting for its window. Kestrel's MinResponseDataRate.</summary>
    public int ReaderRate { get; init; } = 240;
    /// <summary>nginx has 60 s, haproxy's examples 5 s.</summary>
    public int ConnectTime { get; init; } = 5_000;
    /// <summary>From one look-up of an upstream's name to the next. The default of Kubernetes gives its answers 30 s to live.</summary>
    public int LookUpEvery { get; init; } = 30_000;
    /// <summary>For an upstream to begin its answer. nginx's proxy_read_timeout.</summary>
    public int ResponseTime { get; init; } = 60_000;
    /// <summary>Between two pieces of an answer.</summary>
    public int ResponseBodyTime { get; init; } = 60_000;
    /// <summary>An unused upstream connection. Below the 5 s after which Node and Apache close theirs.</summary>
    public int UpstreamIdleTime { get; init; } = 4_000;
    /// <summary>A WebSocket without a byte in either direction. Browsers and servers ping within minutes.</summary>
    public int TunnelIdleTime { get; init; } = 600_000;
    /// <summary>A gRPC call without a message in either direction. As a WebSocket.</summary>
    public int StreamIdleTime { get; init; } = 600_000;
    /// <summary>For an answer to begin once an HTTP/1 client has ended its side, which may be all of it: nginx gives it no time, haproxy all.</summary>
    public int GoneTime { get; init; } = 10_000;
    /// <summary>What a refused client may still send before its connection is reset, so that it can read the answer. nginx's lingering_timeout is 5 s.</summary>
    public int LingerTime { get; init; } = 2_000;

    // Counts.
    /// <summary>Connections of all clients. Each costs two descriptors and, idle, no buffer.</summary>
    public int Connections { get; init; } = 10_000;
    public int ConnectionsOfClient { get; init; } = 1_000;
    /// <summary>Requests of one connection, as nginx's keepalive_requests; it is then closed in good order.</summary>
    public int RequestsOfConnection { get; init; } = 100_000;
    /// <summary>Streams of one HTTP/2 connection whose exchange has not ended, also when the client has reset them. Apache and Kestrel have 100, nginx 128.</summary>
    public int Streams { get; init; } = 100;
    /// <summary>Streams that break off, or are refused, in a row; nghttp2 stops at 1,000. A browser that leaves a page breaks off those that it has open, twice over.</summary>
    public int Resets { get; init; } = 200;
    /// <summary>So many of them a second are forgiven. nghttp2's rate.</summary>
    public int ResetsRate { get; init; } = 33;
    /// <summary>Frames that carry nothing, in a row; each request and each DATA frame of an answer earns some. nghttp2's burst.</summary>
    public int ControlFrames { get; init; } = 1_000;
    /// <summary>So many of them a second are forgiven. nghttp2's rate.</summary>
    public int ControlFramesRate { get; init; } = 33;
    /// <summary>CONTINUATION frames of one head. nghttp2's limit.</summary>
    public int Continuations { get; init; } = 8;
    /// <summary>Parameters in one SETTINGS frame. nghttp2's limit; the RFCs define eight.</summary>
    public int SettingsParameters { get; init; } = 32;
    /// <summary>Unused connections kept to one upstream.</summary>
    public int UpstreamIdleConnections { get; init; } = 128;
    /// <summary>Exchanges at one upstream at once.</summary>
    public int UpstreamConnections { get; init; } = 4_096;
    /// <summary>Clients whose rates are remembered: 48 bytes each.</summary>
    public int RememberedClients { get; init; } = 65_536;
}
