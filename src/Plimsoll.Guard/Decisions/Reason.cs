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

    // Upstream.
    NoUpstream,
    UpstreamUnreachable,
    UpstreamTimedOut,
    UpstreamClosed,
    /// <summary>More bytes came than the answer has.</summary>
    UpstreamUnsolicited,
    UpgradeUnverified,

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
}
