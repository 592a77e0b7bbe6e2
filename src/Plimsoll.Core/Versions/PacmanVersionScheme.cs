namespace Plimsoll.Core.Versions;

/// <summary>
/// pacman's order, `[epoch:]version[-release]` (vercmp(8)): as rpm's without `~` and `^`, but letters that are left over come
/// before the end (`1.0rc` before `1.0`), and where more separators stand is the newer. An absent epoch is 0; a release
/// counts only when both have one. A version or release that ends in a separator is none: with such ones pacman's own
/// order runs in circles (`1.1`, `1..a`, `1.`).
/// </summary>
internal sealed class PacmanVersionScheme : IVersionScheme
{
    public string Id => "pacman";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!TryParse(left, out var a) || !TryParse(right, out var b)) return false;
        order = Digits.Compare(a.Epoch, b.Epoch);
        if (order == 0) order = Compare(a.Version, b.Version);
        if (order == 0 && !a.Release.IsEmpty && !b.Release.IsEmpty) order = Compare(a.Release, b.Release);
        return true;
    }

    /// <summary>Not when one of its words is that of a preview; a single letter is none, as in `1.1.1b`.</summary>
    public bool IsStable(ReadOnlySpan<char> version)
    {
        if (!TryParse(version, out var parsed)) return false;
        for (var rest = parsed.Version; !rest.IsEmpty;)
        {
            var word = Digits.TakeLetters(ref rest);
            if (word.Length > 1 && PreviewWord.Stage(word) >= 0) return false;
            if (word.IsEmpty) rest = rest[1..];
        }
        return true;
    }

    private static bool TryParse(ReadOnlySpan<char> text, out PackagerVersion version) =>
        PackagerVersion.TryParse(text, out version) && char.IsAsciiLetterOrDigit(version.Version[^1])
        && (version.Release.IsEmpty || char.IsAsciiLetterOrDigit(version.Release[^1]));

    private static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty && !right.IsEmpty)
        {
            var separators = TakeSeparators(ref left) - TakeSeparators(ref right);
            if (separators != 0) return separators;
            var number = Digits.StartsWithDigit(left);
            if (number != Digits.StartsWithDigit(right)) return number ? 1 : -1;
            var order = number
                ? Digits.Compare(Digits.TakeNumber(ref left), Digits.TakeNumber(ref right))
                : Digits.TakeLetters(ref left).SequenceCompareTo(Digits.TakeLetters(ref right));
            if (order != 0) return order;
        }
        return Left(left) - Left(right);
    }

    /// <summary>What being left over is worth against nothing left.</summary>
    private static int Left(ReadOnlySpan<char> text) => text.IsEmpty ? 0 : char.IsAsciiLetter(text[0]) ? -1 : 1;

    private static int TakeSeparators(scoped ref ReadOnlySpan<char> text)
    {
        var count = 0;
        while (count < text.Length && !char.IsAsciiLetterOrDigit(text[count])) count++;
        text = text[count..];
        return count;
    }
}
