namespace Plimsoll.Core.Versions;

/// <summary>
/// rpm's order, `[epoch:]version[-release]` (rpm-version(7)): runs of digits and of letters are compared one by one, numbers
/// above letters; what stands between does not count, except `~`, which comes before the end, and `^`, just after it.
/// An absent epoch is 0. A release counts only when both have one, so `1.0` is the same as `1.0-1` and as `1.0-2`:
/// equality is transitive only among versions that all have, or all lack, a release.
/// </summary>
internal sealed class RpmVersionScheme : IVersionScheme
{
    public string Id => "rpm";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!PackagerVersion.TryParse(left, out var a) || !PackagerVersion.TryParse(right, out var b)) return false;
        order = Digits.Compare(a.Epoch, b.Epoch);
        if (order == 0) order = Compare(a.Version, b.Version);
        if (order == 0 && !a.Release.IsEmpty && !b.Release.IsEmpty) order = Compare(a.Release, b.Release);
        return true;
    }

    /// <summary>Not when the version has a `~`: rpm's mark of what comes before a release. In a release (`~bpo`) it is a packager's.</summary>
    public bool IsStable(ReadOnlySpan<char> version) => PackagerVersion.TryParse(version, out var parsed) && !parsed.Version.Contains('~');

    private static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (true)
        {
            SkipSeparators(ref left);
            SkipSeparators(ref right);
            var rank = Rank(left);
            if (rank != Rank(right)) return rank.CompareTo(Rank(right));
            var order = 0;
            switch (rank)
            {
                case End:
                    return 0;
                case Letter:
                    order = Digits.TakeLetters(ref left).SequenceCompareTo(Digits.TakeLetters(ref right));
                    break;
                case Digit:
                    order = Digits.Compare(Digits.TakeNumber(ref left), Digits.TakeNumber(ref right));
                    break;
                default:
                    left = left[1..];
                    right = right[1..];
                    break;
            }
            if (order != 0) return order;
        }
    }

    private const int End = 0, Letter = 2, Digit = 3;

    private static int Rank(ReadOnlySpan<char> text) =>
        text.IsEmpty ? End : text[0] switch { '~' => -1, '^' => 1, _ => char.IsAsciiDigit(text[0]) ? Digit : Letter };

    private static void SkipSeparators(scoped ref ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty && !char.IsAsciiLetterOrDigit(text[0]) && text[0] is not ('~' or '^')) text = text[1..];
    }
}
