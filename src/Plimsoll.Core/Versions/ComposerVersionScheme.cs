namespace Plimsoll.Core.Versions;

/// <summary>
/// Versions of PHP packages (getcomposer.org/doc/articles/versions.md): Composer first brings them to one form (up to four numbers, or a date; `-alpha1`, `-RC2`,
/// `-patch1`, `-dev`; `1.x-dev` is 1.9999999.9999999.9999999-dev), then orders them as PHP's `version_compare`: dev &lt; alpha &lt; beta &lt; RC &lt; nothing &lt; patch.
/// Branches (`dev-main`) have no order, so that nothing is said of them. Aliases (`a as b`) and flags (`@beta`) belong to constraints and are no versions.
/// </summary>
internal sealed class ComposerVersionScheme : IVersionScheme
{
    /// <summary>Characters that the one form adds at most: three times `.0` or the number of a wildcard, a long word for a short one, `-dev`.</summary>
    private const int Extra = 64;

    /// <summary>The number that stands for a wildcard in the name of a branch.</summary>
    private const string Wildcard = "9999999";

    /// <summary>The place of a number, and of nothing, among the words.</summary>
    private const int Number = 4;

    private static readonly (string Word, string Long)[] Stabilities =
        [("stable", ""), ("beta", "beta"), ("alpha", "alpha"), ("patch", "patch"), ("rc", "RC"), ("pl", "patch"), ("a", "alpha"), ("b", "beta"), ("p", "patch")];

    public string Id => "composer";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        Span<char> a = stackalloc char[Room(left)];
        Span<char> b = stackalloc char[Room(right)];
        if (!TryNormalise(left, a, out var aLength) || !TryNormalise(right, b, out var bLength)) return false;
        order = Compare(a[..aLength], b[..bLength]);
        return true;
    }

    public bool IsStable(ReadOnlySpan<char> version)
    {
        Span<char> buffer = stackalloc char[Room(version)];
        if (!TryNormalise(version, buffer, out var length)) return false;
        ReadOnlySpan<char> rest = buffer[..length];
        while (TryTake(ref rest, out var part))
            if (Place(part) < Number) return false;
        return true;
    }

    private static int Room(ReadOnlySpan<char> text) => Math.Min(text.Length, VersionText.Longest) + Extra;

    private static bool TryNormalise(ReadOnlySpan<char> text, Span<char> buffer, out int length)
    {
        length = 0;
        text = text.Trim();
        if (!VersionText.IsPlausible(text) || text.StartsWith("dev-", StringComparison.OrdinalIgnoreCase)) return false;
        // Build metadata has no order; without text on both sides of the plus it is none.
        if (text.IndexOf('+') is > 0 and var plus && plus + 1 < text.Length && !text.ContainsAny(' ', ',')) text = text[..plus];
        var writer = new Writer(buffer);
        if (TryNumbers(text, ref writer) || TryDate(text, ref writer) || TryBranch(text, ref writer))
        {
            length = writer.Length;
            return true;
        }
        return false;
    }

    /// <summary>`[v]N[.N[.N[.N]]]` and a suffix; the first number has at most five digits, or it would be a date.</summary>
    private static bool TryNumbers(ReadOnlySpan<char> text, ref Writer writer)
    {
        writer.Length = 0;
        text = WithoutV(text);
        if (Digits.Count(text) is not (>= 1 and <= 5)) return false;
        for (var i = 0; i < 4; i++)
        {
            var digits = i == 0 ? Digits.Count(text) : text is ['.', >= '0' and <= '9', ..] ? 1 + Digits.Count(text[1..]) : 0;
            writer.Write(digits == 0 ? ".0" : text[..digits]);
            text = text[digits..];
        }
        return TrySuffix(text, ref writer);
    }

    /// <summary>`YYYY`, then one to six pairs of digits, then up to two numbers of up to three digits, divided by `.`, `:`, `-` or nothing; and a suffix.</summary>
    private static bool TryDate(ReadOnlySpan<char> text, ref Writer writer)
    {
        writer.Length = 0;
        text = WithoutV(text);
        var end = Digits.Count(text);
        if (end < 4) return false;
        while (text[end..] is ['.' or ':' or '-', >= '0' and <= '9', ..]) end += 1 + Digits.Count(text[(end + 1)..]);
        if (!IsDate(text[4..end], 0, 0)) return false;
        foreach (var c in text[..end]) writer.Write(char.IsAsciiDigit(c) ? c : '.');
        return TrySuffix(text[end..], ref writer);
    }

    private static bool IsDate(ReadOnlySpan<char> rest, int pairs, int numbers)
    {
        if (rest.IsEmpty) return pairs > 0;
        if (!char.IsAsciiDigit(rest[0])) rest = rest[1..];
        var digits = Digits.Count(rest);
        if (numbers == 0 && pairs < 6 && digits >= 2 && IsDate(rest[2..], pairs + 1, 0)) return true;
        if (pairs == 0 || numbers == 2) return false;
        for (var n = Math.Min(digits, 3); n > 0; n--)
            if (IsDate(rest[n..], pairs, numbers + 1)) return true;
        return false;
    }

    /// <summary>`[v]N[.N|.x|.*]{0,3}` and `dev`: the newest that a branch of releases will have.</summary>
    private static bool TryBranch(ReadOnlySpan<char> text, ref Writer writer)
    {
        writer.Length = 0;
        if (!text.EndsWith("dev", StringComparison.OrdinalIgnoreCase)) return false;
        text = text[..^3];
        if (text is [.., '.' or '-']) text = text[..^1];
        text = WithoutV(text.Trim());
        var digits = Digits.Count(text);
        if (digits == 0) return false;
        writer.Write(text[..digits]);
        text = text[digits..];
        for (var i = 1; i < 4; i++)
        {
            writer.Write('.');
            digits = text is ['.', ..] ? Digits.Count(text[1..]) : 0;
            if (digits == 0 && text is not ([] or ['.', 'x' or 'X' or '*', ..])) return false;
            writer.Write(digits > 0 ? text.Slice(1, digits) : Wildcard);
            if (!text.IsEmpty) text = text[(1 + Math.Max(digits, 1))..];
        }
        writer.Write("-dev");
        return text.IsEmpty;
    }

    private static ReadOnlySpan<char> WithoutV(ReadOnlySpan<char> text) => text is ['v' or 'V', ..] ? text[1..] : text;

    /// <summary>`[._-][word[[.-]N]*][[.-]dev]` and no more.</summary>
    private static bool TrySuffix(ReadOnlySpan<char> text, ref Writer writer)
    {
        if (text is ['.' or '_' or '-', ..]) text = text[1..];
        var isStable = false;
        foreach (var (word, name) in Stabilities)
        {
            if (!text.StartsWith(word, StringComparison.OrdinalIgnoreCase)) continue; // Not this word; none at all is fine.
            text = text[word.Length..];
            isStable = name.Length == 0;
            var end = 0;
            while (true)
            {
                var separator = text[end..] is ['.' or '-', ..] ? 1 : 0;
                var digits = Digits.Count(text[(end + separator)..]);
                if (digits == 0) break;
                end += separator + digits;
            }
            if (!isStable)
            {
                writer.Write('-');
                writer.Write(name);
                writer.Write(text[..end].TrimStart(".-"));
            }
            text = text[end..];
            break;
        }
        if (text.IsEmpty) return true;
        if (text[0] is '.' or '-') text = text[1..];
        if (!text.Equals("dev", StringComparison.OrdinalIgnoreCase)) return false;
        // Composer forgets what comes after `stable`.
        if (!isStable) writer.Write("-dev");
        return true;
    }

    private static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (true)
        {
            var hasLeft = TryTake(ref left, out var a);
            var hasRight = TryTake(ref right, out var b);
            if (!hasLeft && !hasRight) return 0;
            // A number more is newer; a word more is compared with a number.
            var order = !hasRight ? CompareWithNothing(a) : !hasLeft ? -CompareWithNothing(b)
                : Place(a) == Number && Place(b) == Number ? Digits.Compare(a, b) : Place(a).CompareTo(Place(b));
            if (order != 0) return order;
        }
    }

    private static int CompareWithNothing(ReadOnlySpan<char> part) => Place(part) is var place && place == Number ? 1 : place.CompareTo(Number);

    private static int Place(ReadOnlySpan<char> part) => part switch
    {
        "dev" => 0,
        "alpha" => 1,
        "beta" => 2,
        "RC" => 3,
        "patch" => 5,
        _ => Number,
    };

    /// <summary>Takes the next run of digits or letters.</summary>
    private static bool TryTake(ref ReadOnlySpan<char> rest, out ReadOnlySpan<char> part)
    {
        rest = rest.TrimStart(".-");
        var length = Digits.Count(rest);
        while (length < rest.Length && char.IsAsciiLetter(rest[length]) && (length == 0 || char.IsAsciiLetter(rest[length - 1]))) length++;
        part = rest[..length];
        rest = rest[length..];
        return length > 0;
    }

    private ref struct Writer(Span<char> buffer)
    {
        private readonly Span<char> buffer = buffer;

        public int Length { get; set; }

        public void Write(char c) => buffer[Length++] = c;

        public void Write(ReadOnlySpan<char> text)
        {
            text.CopyTo(buffer[Length..]);
            Length += text.Length;
        }
    }
}
