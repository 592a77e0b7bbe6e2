using Plimsoll.Guard.SecLang.Evaluation;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>
/// Something that the pattern matches has the check digit of a payment card's number (ISO/IEC 7812-1, annex B): every second digit from the right is doubled,
/// and the sum of all digits ends in 0. Other bytes of the match do not count. Where a match is none, the search goes on at the byte behind its first.
/// </summary>
internal static class VerifyCc
{
    /// <summary>Matches of one value; a page full of numbers has a thousand. With more it cannot be known.</summary>
    public const int Most = 4_000;

    public static readonly Operator Word = new("verifyCC", "has a card's number where the pattern `{0}` matches", static (argument, place, faults) => PatternProbe.Compile(argument, place, faults) is { } pattern ? new CardProbe(pattern) : null);

    private static bool HasCheckDigit(ReadOnlySpan<byte> text)
    {
        var (sum, count) = (0, 0);
        for (var at = text.Length - 1; at >= 0; at--)
        {
            if (!char.IsAsciiDigit((char)text[at])) continue;
            var digit = text[at] - '0';
            if (count++ % 2 == 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
            sum += digit;
        }
        return count > 0 && sum % 10 == 0;
    }

    private sealed class CardProbe(PatternProbe pattern) : Probe
    {
        [ThreadStatic]
        private static Captures? found;

        public override Answer Ask(ReadOnlySpan<byte> value, Bytes argument, Captures? captures, Effort? effort = null)
        {
            var match = found ??= new();
            var start = 0;
            for (var tries = 0; tries < Most; tries++)
            {
                match.Clear();
                var answer = pattern.Next(value, start, match, effort);
                if (answer != Answer.Yes) return answer;
                if (HasCheckDigit(value.Slice(match[0].Start, match[0].Length)))
                {
                    captures?.Set(0, match[0]);
                    return Answer.Yes;
                }
                start = match[0].Start + 1;
                if (start > value.Length) return Answer.No;
            }
            return Answer.Unknown;
        }
    }
}
