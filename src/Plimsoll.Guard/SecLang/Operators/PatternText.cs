using System.Text;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Writes a pattern of PCRE so that it means the same here: `\x{hh}`, classes whose letters are ASCII alone there, and quantifiers that give nothing back, `a++`.</summary>
internal static class PatternText
{
    public static string ForThis(string pattern)
    {
        var text = new StringBuilder(pattern.Length);
        var groups = new Stack<int>();
        var atom = 0; // Where in the text what a quantifier would repeat begins.
        var inClass = false;
        var first = 0; // Where a class has its first member.
        for (var at = 0; at < pattern.Length; at++)
        {
            var next = at + 1 < pattern.Length ? pattern[at + 1] : '\0';
            var end = inClass ? 0 : QuantifierEnd(pattern, at);
            if (end > 0)
            {
                var isPossessive = end < pattern.Length && pattern[end] == '+';
                if (isPossessive) text.Insert(atom, "(?>");
                text.Append(pattern, at, end - at);
                if (isPossessive) text.Append(')');
                at = isPossessive ? end : end - 1;
                continue;
            }
            if (!inClass && pattern[at] == '(') groups.Push(text.Length);
            if (!inClass) atom = pattern[at] == ')' && groups.TryPop(out var opened) ? opened : text.Length;
            if (pattern[at] == '\\' && next == 'x' && at + 2 < pattern.Length && pattern[at + 2] == '{' && pattern.IndexOf('}', at) is > 0 and var close)
            {
                text.Append("\\x").Append(pattern[(at + 3)..close].PadLeft(2, '0'));
                at = close;
            }
            else if (pattern[at] == '$' && !inClass) text.Append("\\z");
            else if (pattern[at] == '\\' && Ascii(next, inClass) is { } plain)
            {
                text.Append(plain);
                at++;
            }
            else if (pattern[at] == '\\' && next != '\0')
            {
                text.Append(pattern, at, 2);
                at++;
            }
            else if (inClass && pattern[at] == '[' && next == ':' && pattern.IndexOf(":]", at, StringComparison.Ordinal) is > 0 and var named)
            {
                text.Append(Named(pattern[(at + 2)..named]));
                at = named + 1;
            }
            else
            {
                // .NET subtracts a class that stands within another; PCRE takes the bracket as it is.
                if (inClass && pattern[at] == '[') text.Append('\\');
                var isFirst = inClass && pattern[at] == ']' && at == first;
                if (isFirst) text.Append('\\');
                if (!isFirst && inClass && pattern[at] == ']') inClass = false;
                else if (!inClass && pattern[at] == '[') (inClass, first) = (true, next == '^' ? at + 2 : at + 1);
                text.Append(pattern[at]);
            }
        }
        return text.ToString();
    }

    /// <summary>Behind `*`, `+`, `?` or `{2,5}`; 0 where there is none. The `?` after `(` is none.</summary>
    public static int QuantifierEnd(string pattern, int at)
    {
        if (at == 0 || at >= pattern.Length || pattern[at - 1] == '(') return 0;
        if (pattern[at] is '*' or '+' or '?') return at + 1;
        if (pattern[at] != '{') return 0;
        var end = at + 1;
        while (end < pattern.Length && (char.IsAsciiDigit(pattern[end]) || pattern[end] == ',')) end++;
        return end > at + 1 && end < pattern.Length && pattern[end] == '}' ? end + 1 : 0;
    }

    private static string? Ascii(char letter, bool inClass) => (letter, inClass) switch
    {
        ('d', true) => "0-9",
        ('d', false) => "[0-9]",
        ('D', false) => "[^0-9]",
        ('w', true) => "a-zA-Z0-9_",
        ('w', false) => "[a-zA-Z0-9_]",
        ('W', false) => "[^a-zA-Z0-9_]",
        ('s', true) => "\\t\\n\\v\\f\\r ",
        ('s', false) => "[\\t\\n\\v\\f\\r ]",
        ('S', false) => "[^\\t\\n\\v\\f\\r ]",
        ('W', true) => "\\x00-/:-@\\[-\\^`{-\\xff",
        ('D', true) => "\\x00-/:-\\xff",
        ('S', true) => "\\x00-\\x08\\x0e-\\x1f!-\\xff",
        ('b', false) => "(?:(?<=[a-zA-Z0-9_])(?![a-zA-Z0-9_])|(?<![a-zA-Z0-9_])(?=[a-zA-Z0-9_]))",
        ('B', false) => "(?:(?<=[a-zA-Z0-9_])(?=[a-zA-Z0-9_])|(?<![a-zA-Z0-9_])(?![a-zA-Z0-9_]))",
        ('h', true) => "\\t \\xa0",
        ('h', false) => "[\\t \\xa0]",
        ('H', false) => "[^\\t \\xa0]",
        ('v', true) => "\\n-\\r\\x85",
        ('v', false) => "[\\n-\\r\\x85]",
        ('V', false) => "[^\\n-\\r\\x85]",
        ('R', false) => "(?>\\r\\n|[\\n-\\r\\x85])",
        ('N', false) => "[^\\n]",
        ('-', true) => "\\x2d", // Written with a backslash it begins no range here, but does there.
        _ => null,
    };

    private static string Named(string name) => name switch
    {
        "alnum" => "a-zA-Z0-9",
        "alpha" => "a-zA-Z",
        "digit" => "0-9",
        "lower" => "a-z",
        "upper" => "A-Z",
        "space" => "\\t\\n\\v\\f\\r ",
        "xdigit" => "0-9a-fA-F",
        "punct" => "!-/:-@\\[-`{-~",
        "cntrl" => "\\x00-\\x1f\\x7f",
        "print" => " -~",
        "graph" => "!-~",
        "word" => "a-zA-Z0-9_",
        "blank" => "\\t ",
        _ => throw new ArgumentException($"the class `[:{name}:]` is not known"),
    };
}
