using System.Collections.Immutable;
using Plimsoll.Core.Versions;

namespace Plimsoll.Core.Images;

/// <summary>
/// A tag that names a version: numbers with dots between them, and behind them the flavour of the image. `v1.25.3-slim`
/// has the numbers 1.25.3 and the flavour `-slim`. No specification says so; publishers of images keep to it.
/// </summary>
/// <param name="Flavour">
/// What comes behind the numbers, without words of previews. Alpine's release in it (`-alpine3.18`) is written `-alpine#`:
/// images move on to the next one, other flavours are each a choice.
/// </param>
/// <param name="Alpine">The release of Alpine that the flavour names; empty for none.</param>
public sealed record VersionTag(string Text, ImmutableArray<long> Numbers, string Flavour, ImmutableArray<long> Alpine, bool IsPreview)
{
    private const string AlpineMark = "alpine";

    /// <summary>Numbers of a tag; real ones have four.</summary>
    private const int MostNumbers = 8;

    /// <summary>Digits from which a first number is a day (20240923) or the count of a build, and no major version.</summary>
    private const int DigitsOfDay = 6;

    /// <returns>Null when the tag names no version.</returns>
    public static VersionTag? TryParse(string text)
    {
        var rest = text.AsSpan();
        if (rest is ['v' or 'V', ..]) rest = rest[1..];
        if (TakeNumbers(ref rest) is not { IsEmpty: false } numbers) return null;
        var (flavour, isPreview) = ("", false);
        ImmutableArray<long> alpine = [];
        var isFirst = true;
        while (!rest.IsEmpty)
        {
            var separator = rest[0] is '-' or '_' or '.' or '+' ? rest[..1] : default;
            rest = rest[separator.Length..];
            var end = rest.IndexOfAny("-_+") is >= 0 and var found ? found : rest.Length;
            var part = rest[..end];
            rest = rest[end..];
            if (IsPreviewPart(part)) isPreview = true;
            else if (separator.IsEmpty && isFirst) return null; // `8u342` and `3f8a2c`: the letters belong to the version in a way of its own.
            else if (part.StartsWith(AlpineMark) && part[AlpineMark.Length..] is { IsEmpty: false } release && TakeNumbers(ref release) is { IsEmpty: false } of && release.IsEmpty)
                (flavour, alpine) = ($"{flavour}{separator}{AlpineMark}#", of);
            else flavour = $"{flavour}{separator}{part}";
            isFirst = false;
        }
        return new VersionTag(text, numbers, flavour, alpine, isPreview);
    }

    /// <summary>Whether a tag names a release of the same kind as this one, as exactly: of 1.25 are 1.27 and 2.0, not 1.27.3.</summary>
    public bool IsLike(VersionTag other) =>
        Flavour == other.Flavour && Numbers.Length == other.Numbers.Length && (Length(Numbers[0]) < DigitsOfDay) == (Length(other.Numbers[0]) < DigitsOfDay);

    /// <summary>Of tags that are alike; a preview comes before its release.</summary>
    public int CompareTo(VersionTag other)
    {
        var order = Compare(Numbers, other.Numbers);
        if (order == 0) order = other.IsPreview.CompareTo(IsPreview);
        return order != 0 ? order : Compare(Alpine, other.Alpine);
    }

    private static int Compare(ImmutableArray<long> left, ImmutableArray<long> right) => left.AsSpan().SequenceCompareTo(right.AsSpan());

    private static int Length(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture).Length;

    /// <summary>`rc1`, `beta.2`, `preview`; `dev` is a flavour, with a shell and a compiler.</summary>
    private static bool IsPreviewPart(ReadOnlySpan<char> part)
    {
        var word = Digits.TakeLetters(ref part);
        part = part.TrimStart('.');
        return (part.IsEmpty || Digits.StartsWithDigit(part)) && word is not "dev" && (word.Length > 1 || (word.Length == 1 && !part.IsEmpty)) && PreviewWord.Stage(word) >= 0;
    }

    private static ImmutableArray<long> TakeNumbers(scoped ref ReadOnlySpan<char> text)
    {
        const int MostDigits = 18; // They fit in 64 bits.
        var numbers = ImmutableArray.CreateBuilder<long>();
        while (true)
        {
            var dot = numbers.Count > 0 && text is ['.', _, ..] ? 1 : 0;
            var count = Digits.Count(text[dot..]);
            if (count == 0 || (numbers.Count > 0 && dot == 0)) return numbers.ToImmutable();
            if (count > MostDigits || numbers.Count == MostNumbers) return [];
            numbers.Add(long.Parse(text.Slice(dot, count), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture));
            text = text[(dot + count)..];
        }
    }
}
