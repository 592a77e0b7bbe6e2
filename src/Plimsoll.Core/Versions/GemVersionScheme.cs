using System.Buffers;

namespace Plimsoll.Core.Versions;

/// <summary>
/// Versions of Ruby gems (guides.rubygems.org and the documentation of `Gem::Version`): segments of digits or of letters, `1.0.b2` being 1, 0, b, 2;
/// a `-` stands for `.pre.`. A word is older than a number, so that a version with one is a preview; zeros before the first word and at the end do not count.
/// </summary>
internal sealed class GemVersionScheme : IVersionScheme
{
    private static readonly SearchValues<char> NoLetters = SearchValues.Create("0123456789.-");

    public string Id => "gem";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!TryTrim(ref left) || !TryTrim(ref right)) return false;
        var a = new Segments(left);
        var b = new Segments(right);
        while (order == 0)
        {
            var more = a.TryNext(out var one);
            more |= b.TryNext(out var other);
            if (!more) return true;
            order = Compare(one, other);
        }
        return true;
    }

    public bool IsStable(ReadOnlySpan<char> version) => TryTrim(ref version) && !version.ContainsAnyExceptInRange('.', '9');

    /// <summary>Takes off white space and says whether the rest is `digits(.alphanumerics)*[-labels]`.</summary>
    private static bool TryTrim(ref ReadOnlySpan<char> text)
    {
        text = text.Trim();
        if (!VersionText.IsPlausible(text)) return false;
        var dash = text.IndexOf('-');
        var main = dash < 0 ? text : text[..dash];
        var first = main.IndexOf('.') is >= 0 and var dot ? main[..dot] : main;
        return Digits.Count(first) == first.Length && AreSegments(main, dashes: false) && (dash < 0 || AreSegments(text[(dash + 1)..], dashes: true));
    }

    private static bool AreSegments(ReadOnlySpan<char> text, bool dashes)
    {
        var length = 0;
        foreach (var c in text)
        {
            if (c == '.' ? length == 0 : !char.IsAsciiLetterOrDigit(c) && !(dashes && c == '-')) return false;
            length = c == '.' ? 0 : length + 1;
        }
        return length > 0;
    }

    /// <summary>Nothing counts as zero.</summary>
    private static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var (leftIsWord, rightIsWord) = (left is [> '9', ..], right is [> '9', ..]);
        return leftIsWord != rightIsWord ? rightIsWord.CompareTo(leftIsWord)
            : leftIsWord ? left.SequenceCompareTo(right) : Digits.Compare(left, right);
    }

    /// <summary>Walks over the segments that count.</summary>
    private ref struct Segments
    {
        private readonly ReadOnlySpan<char> text;
        private readonly int firstWord, numbers, kept;
        private int position, index;

        public Segments(ReadOnlySpan<char> text)
        {
            this.text = text;
            firstWord = int.MaxValue;
            var count = 0;
            for (; TryRead(out var segment); count++)
            {
                var isWord = segment[0] > '9';
                if (isWord && firstWord == int.MaxValue) firstWord = count;
                if (!isWord && Digits.AreZero(segment)) continue; // A zero counts when something that counts follows: `kept` then passes it.
                kept = count + 1;
                if (firstWord == int.MaxValue) numbers = kept;
            }
            position = 0;
            index = 0;
        }

        public bool TryNext(out ReadOnlySpan<char> segment)
        {
            while (index < kept && TryRead(out segment))
            {
                var counts = index < numbers || index >= firstWord;
                index++;
                if (counts) return true;
            }
            segment = default;
            return false;
        }

        private bool TryRead(out ReadOnlySpan<char> segment)
        {
            if (position < text.Length && text[position] == '.') position++;
            if (position == text.Length)
            {
                segment = default;
                return false;
            }
            var rest = text[position..];
            if (rest[0] == '-')
            {
                position++;
                segment = "pre";
                return true;
            }
            var length = Digits.Count(rest);
            if (length == 0) length = rest.IndexOfAny(NoLetters) is >= 0 and var end ? end : rest.Length;
            segment = rest[..length];
            position += length;
            return true;
        }
    }
}
