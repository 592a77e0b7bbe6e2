namespace Plimsoll.Core.Versions;

/// <summary>
/// Maven's order (maven.apache.org/pom.html, "Version Order Specification"; `ComparableVersion` of Maven 3.8.7 where the page is silent).
/// A version is a list of numbers and words; `-`, a word, or a change between digits and letters begins a list within the list. At the end of each list what means
/// nothing (0, `ga`, `final`, `release`) is taken off. alpha &lt; beta &lt; milestone &lt; rc = cr &lt; snapshot &lt; nothing &lt; sp &lt; any other word &lt; a list &lt; a number.
/// Maven's own order has circles where a list begins with what means nothing (`1-0.alpha` &lt; `1` &lt; `1-sp` &lt; `1-0.alpha`); this one is the same there.
/// </summary>
internal sealed class MavenVersionScheme : IVersionScheme
{
    private const int Release = 5, Other = 7;

    /// <summary>Words of previews that Maven does not know, so that it orders them after the release.</summary>
    private static readonly string[] Previews = ["pre", "preview", "ea", "dev", "nightly"];

    public string Id => "maven";

    public bool TryCompare(ReadOnlySpan<char> left, ReadOnlySpan<char> right, out int order)
    {
        order = 0;
        if (!IsVersion(left) || !IsVersion(right)) return false;
        Span<Token> a = stackalloc Token[MostTokens(left)];
        Span<Token> b = stackalloc Token[MostTokens(right)];
        order = Compare(left, a[..Read(left, a)], right, b[..Read(right, b)]);
        return true;
    }

    public bool IsStable(ReadOnlySpan<char> version)
    {
        if (!IsVersion(version)) return false;
        Span<Token> tokens = stackalloc Token[MostTokens(version)];
        foreach (var token in tokens[..Read(version, tokens)])
        {
            if (token.Kind is not (Kind.Word or Kind.WordBeforeDigit)) continue; // Numbers say nothing of stability.
            if (Rank(version, token) < Release) return false;
            foreach (var preview in Previews)
                if (token.Of(version).Equals(preview, StringComparison.OrdinalIgnoreCase)) return false;
        }
        return true;
    }

    private enum Kind : byte
    {
        Number,
        Word,
        WordBeforeDigit,

        /// <summary>A list begins; it ends where the version ends.</summary>
        List,
    }

    private readonly record struct Token(Kind Kind, ushort Start, ushort Length)
    {
        public ReadOnlySpan<char> Of(ReadOnlySpan<char> text) => text.Slice(Start, Length);
    }

    /// <summary>Maven takes any text; what holds white space or control characters comes from no repository.</summary>
    private static bool IsVersion(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > VersionText.Longest) return false;
        foreach (var c in text)
            if (char.IsWhiteSpace(c) || char.IsControl(c)) return false;
        return true;
    }

    /// <summary>A character adds at most two lists and an item.</summary>
    private static int MostTokens(ReadOnlySpan<char> text) => 3 * text.Length + 2;

    /// <summary>Writes the tokens of a version, without those that mean nothing, and gives their number.</summary>
    private static int Read(ReadOnlySpan<char> text, Span<Token> tokens)
    {
        var count = 0;
        var start = 0;
        var isDigit = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '.' or '-')
            {
                tokens[count++] = Item(isDigit, start, i);
                if (c == '-') tokens[count++] = new(Kind.List, 0, 0);
                start = i + 1;
            }
            else if (char.IsAsciiDigit(c))
            {
                if (!isDigit && i > start)
                {
                    OpenUnlessEmpty(tokens, ref count);
                    tokens[count++] = new(Kind.WordBeforeDigit, (ushort)start, (ushort)(i - start));
                    tokens[count++] = new(Kind.List, 0, 0);
                    start = i;
                }
                isDigit = true;
            }
            else
            {
                if (isDigit && i > start)
                {
                    tokens[count++] = Item(isDigit, start, i);
                    tokens[count++] = new(Kind.List, 0, 0);
                    start = i;
                }
                isDigit = false;
            }
        }
        if (start < text.Length)
        {
            if (!isDigit) OpenUnlessEmpty(tokens, ref count);
            tokens[count++] = Item(isDigit, start, text.Length);
        }
        return Trim(text, tokens, count);
    }

    /// <summary>Nothing between two separators is the number 0.</summary>
    private static Token Item(bool isDigit, int start, int end) => new(isDigit || start == end ? Kind.Number : Kind.Word, (ushort)start, (ushort)(end - start));

    private static void OpenUnlessEmpty(Span<Token> tokens, ref int count)
    {
        if (count > 0 && tokens[count - 1].Kind != Kind.List) tokens[count++] = new(Kind.List, 0, 0);
    }

    /// <summary>Takes what means nothing off the end of every list, and lists of which nothing is left.</summary>
    private static int Trim(ReadOnlySpan<char> text, Span<Token> tokens, int count)
    {
        // From the end to the beginning; what is kept gathers at the end of the span.
        var kept = count;
        var atEnd = true;
        for (var i = count - 1; i >= 0; i--)
        {
            var token = tokens[i];
            if (token.Kind == Kind.List)
            {
                if (kept < count) tokens[--kept] = token;
                atEnd = true;
            }
            else if (!atEnd || !MeansNothing(text, token))
            {
                tokens[--kept] = token;
                atEnd = false;
            }
        }
        tokens[kept..count].CopyTo(tokens);
        return count - kept;
    }

    private static bool MeansNothing(ReadOnlySpan<char> text, Token token) =>
        token.Kind == Kind.Number ? Digits.AreZero(token.Of(text)) : Rank(text, token) == Release;

    private static int Compare(ReadOnlySpan<char> left, ReadOnlySpan<Token> a, ReadOnlySpan<char> right, ReadOnlySpan<Token> b)
    {
        // Every list is the last of its list: walking the two rows of tokens side by side is walking the nested lists.
        for (var i = 0; i < Math.Max(a.Length, b.Length); i++)
        {
            var order = i >= b.Length ? CompareWithNothing(left, a[i])
                : i >= a.Length ? -CompareWithNothing(right, b[i])
                : CompareTokens(left, a[i], right, b[i]);
            if (order != 0) return order;
        }
        return 0;
    }

    private static int CompareWithNothing(ReadOnlySpan<char> text, Token token) => token.Kind switch
    {
        Kind.Number => Digits.AreZero(token.Of(text)) ? 0 : 1,
        Kind.List => 0,
        _ => Rank(text, token).CompareTo(Release),
    };

    private static int CompareTokens(ReadOnlySpan<char> left, Token a, ReadOnlySpan<char> right, Token b)
    {
        var order = Weight(a.Kind).CompareTo(Weight(b.Kind));
        if (order != 0 || a.Kind == Kind.List) return order;
        if (a.Kind == Kind.Number) return Digits.Compare(a.Of(left), b.Of(right));
        var rank = Rank(left, a);
        order = rank.CompareTo(Rank(right, b));
        return order != 0 || rank != Other ? order : VersionText.CompareIgnoringCase(a.Of(left), b.Of(right));
    }

    private static int Weight(Kind kind) => kind switch { Kind.Number => 2, Kind.List => 1, _ => 0 };

    /// <summary>The place of a word; `a`, `b` and `m` are short only before a digit.</summary>
    private static int Rank(ReadOnlySpan<char> text, Token token)
    {
        var word = token.Of(text);
        if (word.Length > 9) return Other;
        Span<char> lower = stackalloc char[9];
        lower = lower[..word.ToLowerInvariant(lower)];
        return lower switch
        {
            "a" when token.Kind == Kind.WordBeforeDigit => 0,
            "b" when token.Kind == Kind.WordBeforeDigit => 1,
            "m" when token.Kind == Kind.WordBeforeDigit => 2,
            "alpha" => 0,
            "beta" => 1,
            "milestone" => 2,
            "rc" or "cr" => 3,
            "snapshot" => 4,
            "" or "ga" or "final" or "release" => Release,
            "sp" => 6,
            _ => Other,
        };
    }
}
