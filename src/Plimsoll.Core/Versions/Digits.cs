namespace Plimsoll.Core.Versions;

/// <summary>Decimal numbers in versions, of any length: compared as text, so that none overflows.</summary>
internal static class Digits
{
    /// <summary>Compares two runs of digits by value; an empty one is zero.</summary>
    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        return left.Length != right.Length ? left.Length.CompareTo(right.Length) : left.SequenceCompareTo(right);
    }

    /// <summary>Compares numbers with dots between them; an absent one is zero.</summary>
    public static int CompareDotted(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            var order = Compare(TakeNumber(ref left), TakeNumber(ref right));
            if (order != 0) return order;
            left = left.TrimStart("._");
            right = right.TrimStart("._");
        }
        return 0;
    }

    /// <summary>How many digits 0 to 9 the text begins with.</summary>
    public static int Count(ReadOnlySpan<char> text) => text.IndexOfAnyExceptInRange('0', '9') is >= 0 and var end ? end : text.Length;

    public static bool AreZero(ReadOnlySpan<char> digits) => !digits.ContainsAnyExcept('0');

    /// <summary>Whether the text is digits only, at least one.</summary>
    public static bool Only(ReadOnlySpan<char> text) => !text.IsEmpty && Count(text) == text.Length;

    /// <summary>Cuts the digits off that the text begins with; empty when it begins with none.</summary>
    public static ReadOnlySpan<char> TakeNumber(scoped ref ReadOnlySpan<char> text) => Take(ref text, Count(text));

    /// <summary>Cuts the ASCII letters off that the text begins with; empty when it begins with none.</summary>
    public static ReadOnlySpan<char> TakeLetters(scoped ref ReadOnlySpan<char> text)
    {
        var end = 0;
        while (end < text.Length && char.IsAsciiLetter(text[end])) end++;
        return Take(ref text, end);
    }

    public static bool StartsWithDigit(ReadOnlySpan<char> text) => !text.IsEmpty && char.IsAsciiDigit(text[0]);

    /// <summary>Whether it is printable ASCII, blanks excepted.</summary>
    public static bool IsVisible(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (c is < '!' or > '~') return false;
        return true;
    }

    private static ReadOnlySpan<char> Take(scoped ref ReadOnlySpan<char> text, int end)
    {
        var taken = text[..end];
        text = text[end..];
        return taken;
    }
}
