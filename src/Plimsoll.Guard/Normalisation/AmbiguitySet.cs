using static Plimsoll.Guard.Normalisation.Ambiguity;

namespace Plimsoll.Guard.Normalisation;

/// <summary>A set of <see cref="Ambiguity"/>, one bit each.</summary>
internal readonly record struct AmbiguitySet(UInt128 Bits)
{
    /// <summary>
    /// Met in the traffic of ordinary clients, and all that any server could read is among the values or in the target as it came.
    /// The one exception is a body of a type that is not read: it passes unread.
    /// </summary>
    public static readonly AmbiguitySet Ordinary = Of(DuplicateName, NamesDifferInCase, DuplicateAcrossSources, MangledName, MissingName, RepeatedSlash, PathParameter, EncodedSlash,
        EncodedDelimiter, TrailingDot, RepeatedCookieHeader, QuotedCookie, EmptyCookie, CommaInCookie, EncodedCookie, NamelessCookie, MalformedCookie, AttributeCookie, SingleByteCharset,
        NoContentType, OpaqueBody, FileNameWithPath, ByteOrderMark, ImpreciseNumber, XmlCdata);

    /// <summary>Something was not read: the values are not all that there are.</summary>
    public static readonly AmbiguitySet Unread = Of(NoBoundary, JsonSyntax, JsonIncomplete, JsonTrailingBytes, JsonComment, JsonTrailingComma, XmlDoctype, XmlSyntax, XmlEncoding, UnknownCoding,
        CorruptCoding, TruncatedCoding, CodingTrailingBytes, OpaqueBody, NestedMultipart, EncodedPart, TooManyBytes, TooManyValues, TooManyParameters,
        TooDeep, NameTooLong, HeaderTooLong, DecodedTooLong, TooManyCodings, TooManyLayers, Preamble, Epilogue, RepeatedContentType);

    /// <summary>The strict choice: everything but <see cref="Ordinary"/>.</summary>
    public static readonly AmbiguitySet Refused = new(~Ordinary.Bits);

    public bool IsEmpty => Bits == 0;

    public static AmbiguitySet Of(params ReadOnlySpan<Ambiguity> kinds)
    {
        UInt128 bits = 0;
        foreach (var kind in kinds) bits |= UInt128.One << (int)kind;
        return new(bits);
    }

    public bool Contains(Ambiguity kind) => (Bits & UInt128.One << (int)kind) != 0;

    public bool Overlaps(AmbiguitySet other) => (Bits & other.Bits) != 0;

    public static AmbiguitySet operator |(AmbiguitySet left, AmbiguitySet right) => new(left.Bits | right.Bits);

    public static AmbiguitySet operator &(AmbiguitySet left, AmbiguitySet right) => new(left.Bits & right.Bits);

    public static AmbiguitySet operator -(AmbiguitySet left, AmbiguitySet right) => new(left.Bits & ~right.Bits);
}

/// <summary>The first place of a kind of ambiguity in one origin.</summary>
/// <param name="At">Bytes from the start of the target or the header's value, moved by where that stands; of the decoded body.</param>
internal readonly record struct AmbiguityMark(Ambiguity Kind, Origin Origin, int At);
