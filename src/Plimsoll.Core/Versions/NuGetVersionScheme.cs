using System.Buffers;

namespace Plimsoll.Core.Versions;

/// <summary>
/// Versions of NuGet packages (learn.microsoft.com/nuget, "Package versioning"): one to four numbers, of which those that are missing are 0,
/// `-` and labels of a preview compared as SemVer 2.0 says but in any case, `+` and metadata that have no order.
/// </summary>
internal sealed class NuGetVersionScheme : IVersionScheme
{
    private static readonly SearchValues<char> Dots = SearchValues.Create(".");

    public string Id => "nuget";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!TryRead(left, out var a, out var aLabels) || !TryRead(right, out var b, out var bLabels)) return false;
        while (order == 0 && (!a.IsEmpty || !b.IsEmpty))
            order = Digits.Compare(VersionText.TakeUntil(ref a, Dots), VersionText.TakeUntil(ref b, Dots));
        if (order == 0) order = aLabels.IsEmpty || bLabels.IsEmpty ? aLabels.IsEmpty.CompareTo(bLabels.IsEmpty) : VersionText.CompareLabels(aLabels, bLabels, Dots, numbersAreNewer: false);
        return true;
    }

    public bool IsStable(ReadOnlySpan<char> version) => TryRead(version, out _, out var labels) && labels.IsEmpty;

    private static bool TryRead(ReadOnlySpan<char> text, out ReadOnlySpan<char> numbers, out ReadOnlySpan<char> labels)
    {
        numbers = text.Trim();
        labels = default;
        if (!VersionText.IsPlausible(numbers)) return false;
        if (numbers.IndexOf('+') is >= 0 and var plus)
        {
            if (!AreLabels(numbers[(plus + 1)..], isMetadata: true)) return false;
            numbers = numbers[..plus];
        }
        if (numbers.IndexOf('-') is >= 0 and var dash)
        {
            labels = numbers[(dash + 1)..];
            if (!AreLabels(labels, isMetadata: false)) return false;
            numbers = numbers[..dash];
        }
        return numbers.Count('.') <= 3 && NumberList.IsValid(numbers, Dots);
    }

    /// <summary>Whether all are `[0-9A-Za-z-]+`; numbers of a preview have no leading zeros.</summary>
    private static bool AreLabels(ReadOnlySpan<char> text, bool isMetadata)
    {
        if (text.IsEmpty || text[^1] == '.') return false;
        while (!text.IsEmpty)
        {
            var label = VersionText.TakeUntil(ref text, Dots);
            if (label.IsEmpty || (!isMetadata && label is ['0', _, ..] && Digits.Count(label) == label.Length)) return false;
            foreach (var c in label)
                if (!char.IsAsciiLetterOrDigit(c) && c != '-') return false;
        }
        return true;
    }
}
