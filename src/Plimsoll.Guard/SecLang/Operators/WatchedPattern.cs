using System.Text;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>
/// Writes a pattern of PCRE so that libpcre2 calls back wherever a match may become long, so that between two calls a value is passed over once or twice:
/// behind a repeated group, `(?:a|b)*(?C)`, which can match in many ways; before a repeated item, `(?C)a*`, which goes on as far as it can and then comes
/// back; but behind the first one of a branch, `a*(?C)`, since libpcre2 passes over places from where that failed before only when no call precedes it.
/// </summary>
internal static class WatchedPattern
{
    private const string call = "(?C)";

    /// <summary>Options such as `a?` that may follow one another without a call between them: all of their choices are tried within one step.</summary>
    private const int mostOptions = 3;

    /// <returns>Null for a pattern that repeats nothing.</returns>
    public static string? Write(string pattern)
    {
        var text = new StringBuilder(pattern.Length * 2);
        var branch = new Branch([]);
        var (hasCalls, item, options) = (false, 0, 0);
        for (var at = 0; at < pattern.Length;)
        {
            var end = Piece(pattern, at);
            var quantifier = PatternText.QuantifierEnd(pattern, at);
            if (quantifier == 0) item = text.Length;
            text.Append(pattern, at, end - at);
            if (end == at + 1) branch.Follow(pattern[at]);
            // What repeats a repetition belongs to it.
            if (quantifier > 0 && PatternText.QuantifierEnd(pattern, end) == 0 && IsLong(pattern.AsSpan(at, quantifier - at), ref options))
            {
                text.Insert(text[item] == ')' || !branch.HasRepeated ? text.Length : item, call);
                branch.HasRepeated = hasCalls = true;
                options = 0;
            }
            at = end;
        }
        return hasCalls ? text.ToString() : null;
    }

    private static bool IsLong(ReadOnlySpan<char> quantifier, ref int options)
    {
        if (quantifier is "?" or "{0,1}") return ++options > mostOptions;
        return quantifier[0] != '{' || quantifier.Contains(',');
    }

    /// <summary>Whether something was repeated on the way from the beginning of the pattern through one branch of each group.</summary>
    private struct Branch(Stack<(bool Before, bool InOthers)> groups)
    {
        public bool HasRepeated { get; set; }

        /// <param name="sign">One that is no part of an escape or a class.</param>
        public void Follow(char sign)
        {
            switch (sign)
            {
                case '(':
                    groups.Push((HasRepeated, false));
                    break;
                case '|' when groups.TryPop(out var group):
                    groups.Push((group.Before, group.InOthers | HasRepeated));
                    HasRepeated = group.Before;
                    break;
                case '|':
                    HasRepeated = false;
                    break;
                case ')' when groups.TryPop(out var group):
                    HasRepeated |= group.InOthers;
                    break;
            }
        }
    }

    /// <summary>Where what begins here ends: an escape, a class, a comment, a quantifier with what makes it lazy or possessive, or one sign.</summary>
    private static int Piece(string pattern, int at)
    {
        if (pattern[at] == '\\') return Escape(pattern, at);
        if (pattern[at] == '[') return Class(pattern, at);
        if (pattern.AsSpan(at).StartsWith("(?#", StringComparison.Ordinal)) return pattern.IndexOf(')', at) is > 0 and var close ? close + 1 : pattern.Length;
        var end = PatternText.QuantifierEnd(pattern, at);
        if (end == 0) return at + 1;
        return end < pattern.Length && pattern[end] is '+' or '?' ? end + 1 : end;
    }

    /// <summary>With the digits, braces or letter that may belong to it: what is taken too far only makes a call come earlier.</summary>
    private static int Escape(string pattern, int at)
    {
        const int hexadecimal = 2;
        at++;
        if (at >= pattern.Length) return at;
        var letter = pattern[at];
        if (char.IsAsciiDigit(letter)) return Digits(at);
        at++;
        if (at < pattern.Length && letter is 'x' or 'o' or 'p' or 'P' or 'N' or 'k' or 'g' && Closing(pattern[at]) is { } closing && pattern.IndexOf(closing, at + 1) is > 0 and var close) return close + 1;
        switch (letter)
        {
            case 'x':
                for (var most = at + hexadecimal; at < most && at < pattern.Length && char.IsAsciiHexDigit(pattern[at]);) at++;
                return at;
            case 'c' or 'p' or 'P':
                return Math.Min(at + 1, pattern.Length);
            case 'g':
                return Digits(at < pattern.Length && pattern[at] is '+' or '-' ? at + 1 : at);
            default:
                return at;
        }

        int Digits(int from)
        {
            while (from < pattern.Length && char.IsAsciiDigit(pattern[from])) from++;
            return from;
        }
    }

    private static char? Closing(char opening) => opening switch
    {
        '{' => '}',
        '<' => '>',
        '\'' => '\'',
        _ => null,
    };

    private static int Class(string pattern, int at)
    {
        at += pattern.AsSpan(at + 1).StartsWith("^", StringComparison.Ordinal) ? 2 : 1;
        for (var first = at; at < pattern.Length; at++)
        {
            if (pattern[at] == ']' && at > first) return at + 1;
            if (pattern[at] == '\\') at++;
            else if (pattern[at] == '[' && at + 1 < pattern.Length && pattern[at + 1] == ':' && pattern.IndexOf(":]", at + 2, StringComparison.Ordinal) is > 0 and var close) at = close + 1;
        }
        return pattern.Length;
    }
}
