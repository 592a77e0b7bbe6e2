using static Plimsoll.Guard.Normalisation.Ambiguity;

namespace Plimsoll.Guard.Normalisation;

/// <summary>What a site says of ambiguities. docs/guard-normalisation.md gives the reasons of the defaults.</summary>
internal sealed record AmbiguityOptions
{
    /// <summary>Passes although it would be refused.</summary>
    public AmbiguitySet Allowed { get; init; }

    /// <summary>Refused although it would pass.</summary>
    public AmbiguitySet Refused { get; init; }

    /// <summary>Refuses whatever was not read to its end, such as an image, unless <see cref="Allowed"/> names it.</summary>
    public bool RefusesUnread { get; init; }
}

/// <summary>Judges what a normaliser noted. Immutable.</summary>
internal sealed class AmbiguityPolicy
{
    /// <summary>Of the fields that say how a body is read: nobody asks them when there is none.</summary>
    public static readonly AmbiguitySet OfBodyFields = AmbiguitySet.Of(RepeatedContentType, MalformedContentType, RepeatedParameter, MalformedParameter, QuotedPair, ExtendedParameter,
        ForeignCharset, NoBoundary, OtherMultipart, OddBoundary, UnknownCoding, StackedCoding, TooManyCodings);

    private readonly AmbiguitySet[] refused = new AmbiguitySet[(int)Origin.Coding + 1];

    public AmbiguityPolicy(AmbiguityOptions options)
    {
        var more = options.RefusesUnread ? options.Refused | AmbiguitySet.Unread : options.Refused;
        for (var origin = Origin.Path; origin <= Origin.Coding; origin++) refused[(int)origin] = (AmbiguitySet.Refused - OrdinaryIn(origin) | more) - options.Allowed;
        RefusesOpaque = refused[(int)Origin.Body].Contains(OpaqueBody);
    }

    /// <summary>Whether a body that is not read is refused.</summary>
    public bool RefusesOpaque { get; }

    /// <summary>Ordinary in this origin, though not in every one.</summary>
    public static AmbiguitySet OrdinaryIn(Origin origin) => origin switch
    {
        Origin.Query => AmbiguitySet.Of(SemicolonSeparator),
        Origin.Header => AmbiguitySet.Of(RawNonAscii),
        Origin.Cookie => AmbiguitySet.Of(RawNonAscii, InvalidUtf8),
        Origin.Form => AmbiguitySet.Of(RawNonAscii),
        Origin.Body => AmbiguitySet.Of(NulByte, InvalidUtf8, OverlongUtf8),
        _ => default,
    };

    /// <summary>The first mark that is refused; the default when the message passes.</summary>
    /// <param name="hasBody">Whether there is a body.</param>
    /// <param name="isOpaque">Whether it is of a type that is not read.</param>
    /// <param name="all">All that is refused: what must be allowed for the message to pass.</param>
    public AmbiguityMark FirstRefused(ReadOnlySpan<AmbiguityMark> marks, bool hasBody, bool isOpaque, out AmbiguitySet all)
    {
        var first = default(AmbiguityMark);
        all = default;
        foreach (var mark in marks)
        {
            if (!refused[(int)mark.Origin].Contains(mark.Kind)) continue;
            if (mark.Origin == Origin.Coding && (!hasBody || isOpaque)) continue;
            if (mark.Origin == Origin.Header && !hasBody && OfBodyFields.Contains(mark.Kind)) continue;
            all |= AmbiguitySet.Of(mark.Kind);
            if (first.Kind == None) first = mark;
        }
        if (!hasBody || !isOpaque || !RefusesOpaque) return first;
        all |= AmbiguitySet.Of(OpaqueBody);
        return first.Kind == None ? new(OpaqueBody, Origin.Body, 0) : first;
    }
}
