using static Plimsoll.Guard.Decisions.Reason;

namespace Plimsoll.Guard.Decisions;

/// <summary>What follows from each reason.</summary>
internal static class Reasons
{
    private static readonly string[] names = [.. Enum.GetValues<Reason>().Select(reason => Kebab(reason.ToString()))];

    /// <summary>`length-and-encoding`.</summary>
    public static string Name(Reason reason) => names[(int)reason];

    /// <summary>Whether the message could be forwarded as judged. Anything else is refused in every mode, because what would be forwarded is not what was judged.</summary>
    public static bool HasOneReading(Reason reason) => reason is RateLimited or TooManyAtOnce or Ambiguous or RuleMatched or AnswerType or InspectorFailed or BodyNotInspected or StatementUnknown or StatementKnownBad or StatementUnreadable or StatementTooLong or StatementRate or StatementResult or FunctionCall;

    public static bool IsUninspected(Reason reason) => reason is InspectorFailed or BodyNotInspected;

    /// <summary>Whether the bytes after this request are still known to be the next one.</summary>
    public static bool KeepsConnection(Verdict verdict) => HasOneReading(verdict.Reason) || verdict.Where == Part.Response || verdict.Reason is NoUpstream or UpstreamUnreachable or SiteUnknown or ClientUnverified;

    /// <summary>The status that the client is answered with (RFC 9110, RFC 6585).</summary>
    public static int Status(Verdict verdict) => verdict.Reason switch
    {
        UpstreamTimedOut => 504,
        RuleMatched => verdict.Status > 0 ? verdict.Status : 403, // In every phase, as ModSecurity answers.
        _ when verdict.Where == Part.Response => 502, // Whatever is wrong with an answer is not the client's fault.
        SlowHead or SlowBody => 408,
        HeadTooLarge or TooManyFields or FieldTooLong => 431,
        TargetTooLong => 414,
        MethodRefused => 405,
        VersionUnsupported => 505,
        EncodingUnsupported => 501,
        ExpectationUnsupported => 417,
        SiteUnknown or ClientUnverified => 421,
        BodyTooLarge or BodyNotInspected or ChunkTooLarge or MessageTooLarge => 413,
        RateLimited or TooManyAtOnce => 429,
        Ambiguous or InspectorFailed => 403,
        TooManyConnections or TooManyConnectionsOfClient or NoUpstream => 503,
        UpstreamUnreachable => 502,
        GuardFailed => 500,
        _ => 400,
    };

    /// <summary>Where a redirection leads; empty for every other refusal.</summary>
    public static ReadOnlySpan<byte> Location(Verdict verdict, InspectionState? inspection) => verdict is { Reason: RuleMatched, Status: >= 300 and < 400 } && inspection is not null ? inspection.Location : default;

    /// <summary>`LengthAndEncoding` as `length-and-encoding`.</summary>
    public static string Kebab(string name) => string.Concat(name.Select((letter, i) => char.IsAsciiLetterUpper(letter) ? (i > 0 ? "-" : "") + char.ToLowerInvariant(letter) : letter.ToString()));
}
