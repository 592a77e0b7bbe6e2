namespace Plimsoll.Core.Versions;

/// <summary>What the readers of versions share: the bound of a text, its parts, and words.</summary>
internal static class VersionText
{
    /// <summary>Longest text, in characters, that is taken for a version. Real ones stay below 100; the bound keeps hostile ones cheap.</summary>
    public const int Longest = VersionSchemes.MaxLength;

    /// <summary>Whether all of it is ASCII and its length is that of a version.</summary>
    public static bool IsPlausible(ReadOnlySpan<char> text) => text.Length is > 0 and <= Longest && System.Text.Ascii.IsValid(text);

    /// <summary>Compares texts by their characters in lower case.</summary>
    public static int CompareIgnoringCase(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        for (var i = 0; i < Math.Min(left.Length, right.Length); i++)
            if (char.ToLowerInvariant(left[i]).CompareTo(char.ToLowerInvariant(right[i])) is not 0 and var order) return order;
        return left.Length.CompareTo(right.Length);
    }

    /// <summary>Takes off what comes before a separator, or all when there is none.</summary>
    public static ReadOnlySpan<char> TakeUntil(ref ReadOnlySpan<char> rest, System.Buffers.SearchValues<char> separators)
    {
        var end = rest.IndexOfAny(separators);
        var part = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return part;
    }

    /// <summary>Compares labels one by one: numbers by value, words in any case; the beginning of the labels is older than the whole.</summary>
    /// <param name="numbersAreNewer">Whether a number is newer than a word in its place.</param>
    public static int CompareLabels(ReadOnlySpan<char> left, ReadOnlySpan<char> right, System.Buffers.SearchValues<char> separators, bool numbersAreNewer)
    {
        while (!left.IsEmpty && !right.IsEmpty)
        {
            var a = TakeUntil(ref left, separators);
            var b = TakeUntil(ref right, separators);
            var (aIsNumber, bIsNumber) = (Digits.Count(a) == a.Length, Digits.Count(b) == b.Length);
            var order = aIsNumber != bIsNumber ? (aIsNumber == numbersAreNewer ? 1 : -1)
                : aIsNumber ? Digits.Compare(a, b) : CompareIgnoringCase(a, b);
            if (order != 0) return order;
        }
        return left.Length.CompareTo(right.Length);
    }
}
