namespace Plimsoll.Guard.Decisions;

/// <summary>
/// Why a message was not forwarded. The name in kebab case is what events say. Data, never an exception.
/// docs/guard-http.md has a row for each.
/// </summary>
internal enum Reason : byte
{
    None,

    /// <summary>A bug of the guard.</summary>
    GuardFailed,

    // Connections.
    TooManyConnections,
    TooManyConnectionsOfClient,
    ProxyHeaderMalformed,
    TlsFailed,
    /// <summary>The client's certificate is on the list of those that its authority has taken back.</summary>
    ClientRevoked,
    /// <summary>No list in force tells whether the client's certificate was taken back.</summary>
    ClientRevocationUnknown,
    /// <summary>The head was not complete in time.</summary>
    SlowHead,
    /// <summary>The body came more slowly than the limit.</summary>
    SlowBody,
    /// <summary>The client took the answer more slowly than the limit.</summary>
    SlowReader,
    /// <summary>The client was gone before its request or the answer was complete.</summary>
    ClientGone,

    // Lines and fields.
    HeadTooLarge,
    RequestLineMalformed,
    MethodMalformed,
    MethodRefused,
    TargetTooLong,
    TargetForm,
    TargetByte,
    VersionUnsupported,
    StatusLineMalformed,
    BareLineFeed,
    BareCarriageReturn,
    ControlByte,
    FieldNameMalformed,
    /// <summary>CGI and its heirs read `_` as `-`: the field would be another one.</summary>
    FieldNameAmbiguous,
    WhitespaceBeforeColon,
    FoldedField,
    FieldTooLong,
    TooManyFields,
    FieldRepeated,
    ConnectionMalformed,
    ExpectationUnsupported,
    UpgradeMalformed,

    // Where the request goes.
    HostMissing,
    HostRepeated,
    HostMalformed,
    HostDisagrees,
    SiteUnknown,
    /// <summary>The connection was not made under the site's rules on certificates of clients.</summary>
    ClientUnverified,

    // Bodies.
    LengthMalformed,
    LengthRepeated,
    LengthAndEncoding,
    EncodingRepeated,
    EncodingUnsupported,
    EncodingInVersion,
    ChunkMalformed,
    ChunkExtension,
    ChunkTooLarge,
    TrailerMalformed,
    BodyTooLarge,
    BodyTruncated,
    /// <summary>A gRPC message whose first byte is neither 0 nor 1.</summary>
    MessageMalformed,
    /// <summary>A gRPC message that says to be longer than the limit.</summary>
    MessageTooLarge,

    // Load.
    RateLimited,
    TooManyAtOnce,

    // Inspection.
    /// <summary>Two servers would read it differently.</summary>
    Ambiguous,
    RuleMatched,
    /// <summary>An inspector has a bug or ran out of time; the site's fail mode decides.</summary>
    InspectorFailed,
    /// <summary>The body is longer than what is inspected; the site's fail mode decides.</summary>
    BodyNotInspected,

    // Answers.
    /// <summary>Its Content-Type is none of those that the site sends.</summary>
    AnswerType,

    // Upstream.
    NoUpstream,
    UpstreamUnreachable,
    UpstreamTimedOut,
    UpstreamClosed,
    /// <summary>More bytes came than the answer has.</summary>
    UpstreamUnsolicited,
    UpgradeUnverified,

    // WebSocket (RFC 6455, section 5), after the handshake.
    WebSocketReservedBit,
    WebSocketOpcode,
    /// <summary>A frame of a client without a mask, or of an upstream with one.</summary>
    WebSocketMask,
    /// <summary>Not the shortest form, or more than 63 bits.</summary>
    WebSocketLength,
    /// <summary>A control frame in fragments, of more than 125 bytes, or a Close with half a code.</summary>
    WebSocketControl,
    /// <summary>A message inside another, a continuation of none, or data after a Close.</summary>
    WebSocketFragment,

    // HTTP/2 (RFC 9113).
    FrameMalformed,
    FrameTooLarge,
    /// <summary>A frame whose type fixes its length has another one.</summary>
    FrameSizeWrong,
    /// <summary>A frame for a stream that has ended.</summary>
    StreamClosed,
    FlowControl,
    CompressionFailed,
    PseudoFieldMalformed,
    /// <summary>Content-Length is not what DATA frames carried.</summary>
    LengthDisagrees,
    /// <summary>White space before or after a value, which HTTP/1.1 has no way to say.</summary>
    ValueWhitespace,
    /// <summary>More streams at once than the settings allow.</summary>
    StreamFlood,
    /// <summary>Streams that are begun and broken off (CVE-2023-44487), by the client or because it made the guard do so (CVE-2025-8671).</summary>
    RapidReset,
    /// <summary>PING, SETTINGS, WINDOW_UPDATE, PRIORITY and other frames that carry nothing, beyond what the requests explain.</summary>
    ControlFlood,
    /// <summary>One head in too many frames (CVE-2024-27316).</summary>
    ContinuationFlood,

    // PostgreSQL. docs/guard-postgres.md has a row for each.
    /// <summary>A message that is not well-formed, or has no place where it came.</summary>
    MessageOutOfPlace,
    /// <summary>A session that the guard does not carry: replication, an old version, an encoding that it cannot read, no TLS where there must be.</summary>
    SessionRefused,
    /// <summary>The client binds its password to a TLS connection that ends at the guard.</summary>
    ChannelBinding,
    /// <summary>The profile does not have the statement's shape.</summary>
    StatementUnknown,
    /// <summary>A rule of what applications hardly ever do.</summary>
    StatementKnownBad,
    /// <summary>Its end cannot be found, or two settings of the server would read it differently.</summary>
    StatementUnreadable,
    StatementTooLong,
    /// <summary>More often in a minute than its shape may be.</summary>
    StatementRate,
    /// <summary>More rows or bytes than its shape may give; ends the session.</summary>
    StatementResult,
    /// <summary>The old call of functions beside SQL.</summary>
    FunctionCall,
}
