using System.Text;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>
/// Writes a pattern of PCRE so that libpcre2 calls back behind every repetition, `a*(?C)`. Whatever makes a match long is such a repetition tried again,
/// or what stands behind one: between two calls a value is passed over once or twice.
/// </summary>
internal static class WatchedPattern
{
    private const string call = "(?C)";

    /// <returns>Null for a pattern that repeats nothing.</returns>
    public static string? Write(string pattern)
    {
        var text = new StringBuilder(pattern.Length * 2);
        var hasCalls = false;
        for (var at = 0; at < pattern.Length;)
        {
            var end = Piece(pattern, at);
            text.Append(pattern, at, end - at);
            var isRepetition = PatternText.QuantifierEnd(pattern, at) > 0;
            at = end;
            // What repeats a repetition belongs to it.
            if (!isRepetition || PatternText.QuantifierEnd(pattern, at) > 0) continue;
            text.Append(call);
            hasCalls = true;
        }
        return hasCalls ? text.ToString() : null;
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

    private static int Escape(string pattern, int at)
    {
        if (at + 1 >= pattern.Length) return pattern.Length;
        var hasBraces = pattern[at + 1] is 'x' or 'o' or 'p' or 'P' or 'N' or 'k' or 'g' && at + 2 < pattern.Length && pattern[at + 2] == '{';
        return hasBraces && pattern.IndexOf('}', at) is > 0 and var close ? close + 1 : at + 2;
    }

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
