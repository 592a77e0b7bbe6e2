using Plimsoll.Guard.SecLang.Operators;

namespace Plimsoll.Guard.SecLang.Prefilter;

/// <summary>What a value must have for a rule's operator to say yes. Sound: when in doubt nothing is required.</summary>
/// <param name="Requirements">All of them, the rarest first; none when nothing is known.</param>
/// <param name="LeastLength">Bytes.</param>
internal sealed record ValueNeeds(IReadOnlyList<Requirement> Requirements, int LeastLength)
{
    public static readonly ValueNeeds Nothing = new([], 0);

    private static readonly ByteSet plain = ByteSet.Of((byte)'_').With('0', '9').With('A', 'Z').With('a', 'z');

    /// <param name="probe">What was made of the test.</param>
    public static ValueNeeds Of(RuleTest test, Probe probe) => test.IsNegated || (test.Argument.Contains("%{", StringComparison.Ordinal) && test.Operator != "rx") ? Nothing : test.Operator switch
    {
        "rx" or "verifyCC" => OfPattern(test.Argument),
        "pm" or "pmFromFile" when probe is PhraseProbe phrases => Any(phrases.Phrases.Select(phrase => System.Text.Encoding.Latin1.GetString(phrase))),
        "contains" or "strmatch" or "containsWord" or "beginsWith" or "endsWith" or "streq" => Any([test.Argument]),
        "validateByteRange" when probe is ByteRangeProbe range => Byte(ByteSet.Of([.. ByteSet.All.Bytes().Where(range.Matches)])),
        "validateUrlEncoding" => Byte(ByteSet.Of((byte)'%')),
        "validateUtf8Encoding" => Byte(ByteSet.Empty.With(0x80, 0xFF)),
        // One word is no part of a statement and no markup.
        "detectSQLi" or "detectXSS" => Byte(~plain),
        _ => Nothing,
    };

    /// <summary>Nothing for a pattern that is not understood.</summary>
    public static ValueNeeds OfPattern(string pattern)
    {
        if (PatternParser.Read(pattern) is not { } tree) return Nothing;
        var needs = PatternNeeds.Of(tree);
        return new(needs.Requirements, needs.LeastLength);
    }

    private static ValueNeeds Any(IEnumerable<string> literals) => Requirement.Of(literals) is { } one ? new([one], 0) : Nothing;

    private static ValueNeeds Byte(ByteSet set) => new([Requirement.Of(set)], 0);
}
