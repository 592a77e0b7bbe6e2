using System.Globalization;

namespace Plimsoll.Guard.SecLang.Prefilter;

/// <summary>
/// Reads a pattern of PCRE over bytes (pcre2pattern(3)) into a tree that matches at least what the pattern matches: groups of all kinds,
/// classes, escapes, quantifiers, options. What is not understood gives no tree, and the rule is always asked.
/// </summary>
internal sealed class PatternParser
{
    /// <summary>Groups within groups; CRS has nine.</summary>
    private const int mostDepth = 100;

    /// <summary>Bytes of a pattern; the longest of CRS has 14,000.</summary>
    private const int mostLength = 100_000;

    private readonly string pattern;
    private int at;
    private int depth;
    private bool ignoresCase, pointLeavesLines;

    private PatternParser(string pattern) => this.pattern = pattern;

    /// <summary>Null for what is not understood.</summary>
    /// <param name="pattern">Bytes as Latin-1.</param>
    public static PatternNode? Read(string pattern)
    {
        if (pattern.Length > mostLength) return null;
        var parser = new PatternParser(pattern);
        try
        {
            var tree = parser.Choice();
            return parser.at == pattern.Length ? tree : null;
        }
        catch (NotUnderstoodException)
        {
            return null;
        }
    }

    private char Next => at < pattern.Length ? pattern[at] : '\0';

    private bool Take(char one)
    {
        if (at >= pattern.Length || pattern[at] != one) return false;
        at++;
        return true;
    }

    private bool Take(string text)
    {
        if (!pattern.AsSpan(at).StartsWith(text, StringComparison.Ordinal)) return false;
        at += text.Length;
        return true;
    }

    /// <summary>Up to the end or a closing parenthesis. Options that are set in it end with it, but hold in the branches that follow.</summary>
    private PatternNode Choice()
    {
        if (++depth > mostDepth) throw new NotUnderstoodException();
        var before = (ignoresCase, pointLeavesLines);
        var branches = new List<PatternNode> { Sequence() };
        while (Take('|')) branches.Add(Sequence());
        (ignoresCase, pointLeavesLines) = before;
        depth--;
        return branches.Count == 1 ? branches[0] : new PatternNode.Choice(branches);
    }

    private PatternNode Sequence()
    {
        var parts = new List<PatternNode>();
        while (at < pattern.Length && Next is not ('|' or ')'))
            if (Atom() is { } atom) parts.Add(Quantified(atom));
        return parts.Count == 1 ? parts[0] : new PatternNode.Sequence(parts);
    }

    /// <summary>Null for what is no part of the pattern, such as options.</summary>
    private PatternNode? Atom()
    {
        var one = pattern[at++];
        switch (one)
        {
            case '(':
                return Group();
            case '[':
                return Class();
            case '\\':
                return Escape();
            case '.':
                return new PatternNode.One(pointLeavesLines ? ~ByteSet.Of((byte)'\n') : ByteSet.All);
            case '^' or '$':
                return new PatternNode.Assertion();
            case '*' or '+' or '?':
                throw new NotUnderstoodException();
            default:
                return Literal(one);
        }
    }

    private PatternNode.One Literal(int value)
    {
        if (value > byte.MaxValue) throw new NotUnderstoodException();
        var set = ByteSet.Empty.With(value);
        return new(ignoresCase ? set.InAnyCaseOfLatin1() : set);
    }

    private PatternNode Quantified(PatternNode atom)
    {
        while (true)
        {
            var (least, most) = (0, (int?)null);
            if (Take('*')) { }
            else if (Take('+')) least = 1;
            else if (Take('?')) most = 1;
            else if (Next != '{' || !Braces(out least, out most)) return atom;
            if (!Take('?')) Take('+'); // How much it takes first does not matter here.
            atom = atom is PatternNode.Assertion ? atom : new PatternNode.Repetition(atom, least, most);
        }
    }

    /// <summary>`{2}`, `{2,}`, `{2,5}`; anything else is the brace itself.</summary>
    private bool Braces(out int least, out int? most)
    {
        (least, most) = (0, null);
        var close = pattern.IndexOf('}', at);
        if (close < 0) return false;
        var text = pattern.AsSpan(at + 1, close - at - 1);
        if (text.ContainsAny(' ', '\t') || text.StartsWith(",")) throw new NotUnderstoodException(); // Later versions of PCRE read more.
        var comma = text.IndexOf(',');
        if (!int.TryParse(comma < 0 ? text : text[..comma], NumberStyles.None, CultureInfo.InvariantCulture, out least)) return false;
        if (comma < 0) most = least;
        else if (comma + 1 < text.Length)
        {
            if (!int.TryParse(text[(comma + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var last)) return false;
            most = last;
        }
        at = close + 1;
        return true;
    }

    private PatternNode? Group()
    {
        if (Next == '*') throw new NotUnderstoodException();
        if (!Take('?')) return Inner();
        if (Take('#'))
        {
            at = pattern.IndexOf(')', at) is >= 0 and var close ? close + 1 : throw new NotUnderstoodException();
            return null;
        }
        if (Take(':') || Take('>')) return Inner();
        if (Take("<=") || Take("<!") || Take('=') || Take('!'))
        {
            Inner();
            return new PatternNode.Assertion();
        }
        if (Take("P<") || Take('<')) return Named('>');
        if (Take('\'')) return Named('\'');
        return Options();
    }

    private PatternNode Inner()
    {
        var inner = Choice();
        return Take(')') ? inner : throw new NotUnderstoodException();
    }

    private PatternNode Named(char end)
    {
        at = pattern.IndexOf(end, at) is >= 0 and var close ? close + 1 : throw new NotUnderstoodException();
        return Inner();
    }

    /// <summary>`(?i)` to the end of the group, `(?i:…)` for its own.</summary>
    private PatternNode? Options()
    {
        var before = (ignoresCase, pointLeavesLines);
        var isOn = true;
        for (; at < pattern.Length; at++)
        {
            switch (pattern[at])
            {
                case 'i':
                    ignoresCase = isOn;
                    break;
                case 's':
                    pointLeavesLines = !isOn;
                    break;
                case 'm':
                    break; // Only of what holds at a place.
                case '-':
                    isOn = false;
                    break;
                case ')':
                    at++;
                    return null;
                case ':':
                    at++;
                    var inner = Inner();
                    (ignoresCase, pointLeavesLines) = before;
                    return inner;
                default:
                    throw new NotUnderstoodException();
            }
        }
        throw new NotUnderstoodException();
    }

    private PatternNode Escape()
    {
        if (at == pattern.Length) throw new NotUnderstoodException();
        var letter = pattern[at];
        if (letter is >= '1' and <= '9')
        {
            // `\12` may be an octal number or a group; either is among any bytes.
            while (char.IsAsciiDigit(Next)) at++;
            return PatternNode.Anything;
        }
        at++;
        if (letter is 'b' or 'B' or 'A' or 'Z' or 'z' or 'G') return new PatternNode.Assertion();
        if (letter == 'R') return new PatternNode.Sequence([new PatternNode.One(vertical), new PatternNode.Repetition(new PatternNode.One(ByteSet.Of((byte)'\n')), 0, 1)]);
        if (letter == 'N') return new PatternNode.One(~ByteSet.Of((byte)'\n'));
        if (letter is 'k' or 'g' or 'K' or 'Q' or 'E' or 'X' or 'C' or 'p' or 'P') throw new NotUnderstoodException();
        return Shorthand(letter) is { } set ? new PatternNode.One(set) : Literal(Value(letter));
    }

    private static readonly ByteSet digits = ByteSet.Empty.With('0', '9');
    private static readonly ByteSet word = digits.With('A', 'Z').With('a', 'z').With('_');
    private static readonly ByteSet space = ByteSet.Of((byte)' ').With(9, 13);
    private static readonly ByteSet horizontal = ByteSet.Of((byte)' ', (byte)'\t', 0xA0);
    private static readonly ByteSet vertical = ByteSet.Of(0x85).With(10, 13);

    private static ByteSet? Shorthand(char letter) => letter switch
    {
        'd' => digits,
        'D' => ~digits,
        'w' => word,
        'W' => ~word,
        's' => space,
        'S' => ~space,
        'h' => horizontal,
        'H' => ~horizontal,
        'v' => vertical,
        'V' => ~vertical,
        _ => null,
    };

    /// <summary>The byte that an escape stands for, its letter taken.</summary>
    private int Value(char letter)
    {
        switch (letter)
        {
            case 'a': return 7;
            case 'e': return 27;
            case 'f': return 12;
            case 'n': return 10;
            case 'r': return 13;
            case 't': return 9;
            case '0': return Number(8, 2);
            case 'x' when Take('{'):
                var value = Number(16, 4);
                return Take('}') ? value : throw new NotUnderstoodException();
            case 'x': return Number(16, 2);
        }
        if (char.IsAsciiLetterOrDigit(letter)) throw new NotUnderstoodException();
        return letter;
    }

    private int Number(int radix, int most)
    {
        var number = 0;
        for (var count = 0; count < most && char.IsAsciiHexDigit(Next); count++)
        {
            var digit = Convert.ToInt32(Next.ToString(), 16);
            if (digit >= radix) break;
            number = (number * radix) + digit;
            at++;
        }
        return number;
    }

    private PatternNode.One Class()
    {
        var isNegated = Take('^');
        var set = ByteSet.Empty;
        for (var isFirst = true; isFirst || Next != ']'; isFirst = false)
        {
            if (at >= pattern.Length) throw new NotUnderstoodException();
            if (Take("[:"))
            {
                set |= Posix();
                continue;
            }
            if (Member(ref set) is not { } first) continue;
            if (Next != '-' || at + 1 >= pattern.Length || pattern[at + 1] == ']')
            {
                set = set.With(first);
                continue;
            }
            at++;
            // A class behind the hyphen makes it an ordinary sign.
            var last = Member(ref set);
            set = last is { } end ? end >= first ? set.With(first, end) : throw new NotUnderstoodException() : set.With(first).With('-');
        }
        at++;
        if (!isNegated) return new(ignoresCase ? set.InAnyCaseOfLatin1() : set);
        return new(~(ignoresCase ? set.InAnyCase() : set)); // Taking out fewer is safe.
    }

    /// <summary>A byte of a class; null when it was a set of them, which is added.</summary>
    private int? Member(ref ByteSet set)
    {
        var one = pattern[at++];
        if (one == '[' && Next is ':' or '.' or '=' && MayBeNamed()) throw new NotUnderstoodException();
        if (one != '\\') return one <= byte.MaxValue ? one : throw new NotUnderstoodException();
        if (at == pattern.Length) throw new NotUnderstoodException();
        var letter = pattern[at];
        if (letter is >= '1' and <= '7') return Number(8, 3) is <= byte.MaxValue and var octal ? octal : throw new NotUnderstoodException();
        at++;
        if (letter == 'b') return 8;
        if (Shorthand(letter) is not { } shorthand) return Value(letter) is <= byte.MaxValue and var value ? value : throw new NotUnderstoodException();
        set |= shorthand;
        return null;
    }

    /// <summary>Whether `[=` and its like may begin a name that ends in `=]`: before the next bracket, which no backslash may keep from being one.</summary>
    private bool MayBeNamed()
    {
        var rest = pattern.AsSpan(at + 1);
        var close = rest.IndexOf(']');
        return close < 0 || rest[..close].Contains('\\') || (close > 0 && rest[close - 1] == Next);
    }

    private ByteSet Posix()
    {
        var isNegated = Take('^');
        var close = pattern.IndexOf(":]", at, StringComparison.Ordinal);
        if (close < 0) throw new NotUnderstoodException();
        var set = pattern[at..close] switch
        {
            "alnum" => digits.With('A', 'Z').With('a', 'z'),
            "alpha" => ByteSet.Empty.With('A', 'Z').With('a', 'z'),
            "digit" => digits,
            "lower" => ByteSet.Empty.With('a', 'z'),
            "upper" => ByteSet.Empty.With('A', 'Z'),
            "space" => space,
            "xdigit" => digits.With('A', 'F').With('a', 'f'),
            "punct" => ByteSet.Empty.With('!', '/').With(':', '@').With('[', '`').With('{', '~'),
            "cntrl" => ByteSet.Empty.With(0, 31).With(127),
            "print" => ByteSet.Empty.With(' ', '~'),
            "graph" => ByteSet.Empty.With('!', '~'),
            "word" => word,
            "blank" => ByteSet.Of((byte)' ', (byte)'\t'),
            _ => throw new NotUnderstoodException(),
        };
        at = close + 2;
        return isNegated ? ~set : set;
    }

    private sealed class NotUnderstoodException : Exception;
}
