namespace Plimsoll.Core.Versions;

/// <summary>What the readers of versions share: the bound of a text, and numbers that are compared as texts so that none is too long.</summary>
internal static class VersionText
{
    /// <summary>Longest text, in characters, that is taken for a version. Real ones stay below 100; the bound keeps hostile ones cheap.</summary>
    public const int Longest = VersionSchemes.MaxLength;

    /// <summary>Whether all of it is ASCII and its length is that of a version.</summary>
    public static bool IsPlausible(ReadOnlySpan<char> text) => text.Length is > 0 and <= Longest && System.Text.Ascii.IsValid(text);

    /// <summary>How many digits 0 to 9 it begins with.</summary>
    public static int Digits(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;

    /// <summary>Compares two runs of digits by value; an empty one is zero.</summary>
    public static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
    }

    public static bool IsZero(ReadOnlySpan<char> digits) => !digits.ContainsAnyExcept('0');

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
}
