using System.Buffers;

namespace Plimsoll.Core.Versions;

/// <summary>Versions that are nothing but numbers with separators between them, compared number by number; the beginning of a version is older than the whole.</summary>
internal static class NumberList
{
    public static bool IsValid(ReadOnlySpan<char> text, SearchValues<char> separators)
    {
        if (!VersionText.IsPlausible(text) || separators.Contains(text[^1])) return false;
        while (!text.IsEmpty)
        {
            var number = VersionText.TakeUntil(ref text, separators);
            if (number.IsEmpty || Digits.Count(number) != number.Length) return false;
        }
        return true;
    }

    public static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, SearchValues<char> separators)
    {
        while (!left.IsEmpty && !right.IsEmpty)
        {
            var order = Digits.Compare(VersionText.TakeUntil(ref left, separators), VersionText.TakeUntil(ref right, separators));
            if (order != 0) return order;
        }
        return left.Length.CompareTo(right.Length);
    }
}
