namespace Plimsoll.Guard.Normalisation;

/// <summary>
/// What two servers would read differently, or what was not read at all. Each has an example in docs/guard-normalisation.md.
/// Data, never an exception: <see cref="AmbiguitySet.Refused"/> is the strict choice, a site may choose another.
/// </summary>
internal enum Ambiguity : byte
{
    None,

    // Any value.
    /// <summary>A `%` without two hex digits. Kept as it stands; others drop it or refuse.</summary>
    InvalidEscape,
    /// <summary>`%u0041`, which IIS and old Java libraries decode.</summary>
    UnicodePercentEscape,
    /// <summary>A decoded value still holds what looks like a percent escape (in a path).</summary>
    DoubleEncoding,
    /// <summary>Bytes that are not UTF-8: kept by some, replaced or refused by others.</summary>
    InvalidUtf8,
    /// <summary>A character in more bytes than it needs, as C0 AF for `/`.</summary>
    OverlongUtf8,
    /// <summary>A NUL, raw or encoded: ends the text for programs in C.</summary>
    NulByte,
    /// <summary>A control byte where text does not have one.</summary>
    ControlByte,
    /// <summary>A byte above 7F where the grammar has ASCII alone: Latin-1 for some, UTF-8 for others.</summary>
    RawNonAscii,
    /// <summary>The same name twice in one place: first, last, all, or joined by commas.</summary>
    DuplicateName,
    /// <summary>Names that differ in case alone: the same for ASP.NET and Go.</summary>
    NamesDifferInCase,
    /// <summary>The same name in the query, the form or a cookie: which wins depends on the program.</summary>
    DuplicateAcrossSources,
    /// <summary>A name that PHP changes or makes an array of: with `.`, a blank or `[`.</summary>
    MangledName,
    /// <summary>A value without a name.</summary>
    MissingName,

    // Path.
    /// <summary>A target that is not `/path?query`.</summary>
    NotOriginForm,
    /// <summary>`#` in a target.</summary>
    Fragment,
    /// <summary>`.` or `..` segments, encoded or not.</summary>
    DotSegment,
    /// <summary>`//`: merged by nginx and Apache, kept by others.</summary>
    RepeatedSlash,
    /// <summary>`\` or `%5C`.</summary>
    Backslash,
    /// <summary>`;` in a path: Tomcat cuts the segment there.</summary>
    PathParameter,
    /// <summary>`%2F`: a slash for nginx, a letter for Kestrel, refused by Apache and Tomcat.</summary>
    EncodedSlash,
    /// <summary>`%3F` or `%23`: what decodes and reads again finds a query.</summary>
    EncodedDelimiter,
    /// <summary>An encoded letter, digit, `-`, `.` or `_`: routes that compare raw paths do not see it.</summary>
    EncodedUnreserved,
    /// <summary>A segment that ends in a dot or a blank, which some file systems drop.</summary>
    TrailingDot,
    /// <summary>A full-width or other likeness of `.`, `/` or `\`.</summary>
    LookalikeDelimiter,

    // Query and form.
    /// <summary>A raw `;`, once a separator.</summary>
    SemicolonSeparator,
    /// <summary>A field `_charset_`.</summary>
    CharsetField,

    // Cookies.
    /// <summary>More than one Cookie field.</summary>
    RepeatedCookieHeader,
    /// <summary>A value in quotes, or with a quote.</summary>
    QuotedCookie,
    /// <summary>`;` inside of quotes.</summary>
    SemicolonInQuotes,
    /// <summary>`$Version` and other names of RFC 2109, or a comma between.</summary>
    ObsoleteCookie,
    /// <summary>A comma in a value, once a separator.</summary>
    CommaInCookie,
    /// <summary>`%` in a value: PHP and Node decode it, Python does not.</summary>
    EncodedCookie,
    /// <summary>A cookie with an empty value, which ASP.NET drops.</summary>
    EmptyCookie,
    /// <summary>A cookie without `=` or without a name.</summary>
    NamelessCookie,
    /// <summary>A name that is not a token, a value with blanks or a backslash, a tab, or nothing between two `;`.</summary>
    MalformedCookie,
    /// <summary>A cookie named as an attribute, `path` or `expires`: Python reads an attribute.</summary>
    AttributeCookie,

    // Fields with parameters: Content-Type and Content-Disposition.
    /// <summary>Content-Type twice, or two in one.</summary>
    RepeatedContentType,
    /// <summary>Content-Type that is not `type/subtype; name=value`.</summary>
    MalformedContentType,
    /// <summary>A parameter twice, or the word `boundary` before the parameter.</summary>
    RepeatedParameter,
    /// <summary>A parameter without value, with blanks around `=`, with an open quote or bytes that need quotes.</summary>
    MalformedParameter,
    /// <summary>`\` inside of quotes.</summary>
    QuotedPair,
    /// <summary>`name*=` or `name*0=` of RFC 2231, as `filename*`.</summary>
    ExtendedParameter,
    /// <summary>A charset other than UTF-8, US-ASCII and <see cref="SingleByteCharset"/>.</summary>
    ForeignCharset,
    /// <summary>ISO-8859-1, ISO-8859-15 or windows-1252: other letters above 7F, the same below.</summary>
    SingleByteCharset,
    /// <summary>A body without Content-Type.</summary>
    NoContentType,
    /// <summary>A body of a type that is not read, such as an image; a program that does not look at the type may read JSON in it.</summary>
    OpaqueBody,

    // Multipart.
    /// <summary>multipart without a usable boundary.</summary>
    NoBoundary,
    /// <summary>multipart, but not multipart/form-data: taken apart by some, one body for others.</summary>
    OtherMultipart,
    /// <summary>A boundary with bytes outside of RFC 2046's, longer than 70, or with a blank at its end.</summary>
    OddBoundary,
    /// <summary>Bytes before the first boundary.</summary>
    Preamble,
    /// <summary>Bytes after the last boundary.</summary>
    Epilogue,
    /// <summary>The last boundary is missing.</summary>
    UnterminatedMultipart,
    /// <summary>LF without CR where a line ends.</summary>
    BareLineFeed,
    /// <summary>CR without LF in a header.</summary>
    BareCarriageReturn,
    /// <summary>The boundary inside of a part, not as a line of its own.</summary>
    BoundaryInside,
    /// <summary>Blanks after a boundary.</summary>
    BoundaryPadding,
    /// <summary>A part that is multipart itself.</summary>
    NestedMultipart,
    /// <summary>A part in base64 or quoted-printable.</summary>
    EncodedPart,
    /// <summary>A header of a part that is folded.</summary>
    FoldedPartHeader,
    /// <summary>A line of a part's header that is not `name: value`.</summary>
    MalformedPartHeader,
    /// <summary>A header of a part twice.</summary>
    RepeatedPartHeader,
    /// <summary>A part that is not `form-data` with a name.</summary>
    PartWithoutName,
    /// <summary>A file name with a folder.</summary>
    FileNameWithPath,
    /// <summary>An empty file name and a content.</summary>
    NamelessFile,

    // JSON.
    /// <summary>A byte order mark.</summary>
    ByteOrderMark,
    /// <summary>Not JSON; the rest was not read.</summary>
    JsonSyntax,
    /// <summary>The text ended early.</summary>
    JsonIncomplete,
    /// <summary>Bytes after the value.</summary>
    JsonTrailingBytes,
    /// <summary>`//` or `/* */`.</summary>
    JsonComment,
    /// <summary>A comma before `]` or `}`.</summary>
    JsonTrailingComma,
    /// <summary>An escape that JSON does not have.</summary>
    JsonEscape,
    /// <summary>Half of a surrogate pair.</summary>
    LoneSurrogate,
    /// <summary>A number that a double does not hold: rounded by some, infinite, kept by others.</summary>
    ImpreciseNumber,
    /// <summary>`01`, `+1`, `.5`, `1.`, `NaN`, `0x1`.</summary>
    OddNumber,

    // XML.
    /// <summary>A document type: entities and files. The rest was not read.</summary>
    XmlDoctype,
    /// <summary>An entity that XML does not predefine.</summary>
    XmlEntity,
    /// <summary>Not well-formed; the rest was not read.</summary>
    XmlSyntax,
    /// <summary>An encoding other than UTF-8, declared or by its first bytes.</summary>
    XmlEncoding,
    /// <summary>A character that XML 1.0 does not have.</summary>
    XmlCharacter,
    /// <summary>A prefix that nothing declares.</summary>
    XmlUnboundPrefix,
    /// <summary>A comment or instruction inside of a text: some readers take the first half.</summary>
    XmlSplitText,
    /// <summary>A CDATA section.</summary>
    XmlCdata,
    /// <summary>A processing instruction, such as a style sheet.</summary>
    XmlInstruction,

    // Compressed bodies.
    /// <summary>A coding that is not known here.</summary>
    UnknownCoding,
    /// <summary>More than one coding.</summary>
    StackedCoding,
    /// <summary>`deflate` without zlib's header.</summary>
    RawDeflate,
    /// <summary>More than one gzip member or zstd frame: some read the first alone.</summary>
    SeveralMembers,
    /// <summary>Compressed data that do not decode, or whose checksum is wrong.</summary>
    CorruptCoding,
    /// <summary>Compressed data that end early.</summary>
    TruncatedCoding,
    /// <summary>Bytes after compressed data.</summary>
    CodingTrailingBytes,

    // Limits: what lies beyond was not read.
    /// <summary>More bytes of values than <see cref="NormalisationLimits.ArenaBytes"/>.</summary>
    TooManyBytes,
    /// <summary>More than <see cref="NormalisationLimits.Values"/>.</summary>
    TooManyValues,
    /// <summary>More than <see cref="NormalisationLimits.Parameters"/> in one place.</summary>
    TooManyParameters,
    /// <summary>Nested deeper than <see cref="NormalisationLimits.Depth"/>.</summary>
    TooDeep,
    /// <summary>A name of a nested value longer than <see cref="NormalisationLimits.PathBytes"/>.</summary>
    NameTooLong,
    /// <summary>More header bytes of a part, attributes of an element or declared prefixes than the limit.</summary>
    HeaderTooLong,
    /// <summary>More than <see cref="NormalisationLimits.DecodedBytes"/>, or <see cref="NormalisationLimits.Ratio"/> for each byte.</summary>
    DecodedTooLong,
    /// <summary>More codings than <see cref="NormalisationLimits.Codings"/>.</summary>
    TooManyCodings,
    /// <summary>A value encoded more often than <see cref="NormalisationLimits.Layers"/>.</summary>
    TooManyLayers,
}
