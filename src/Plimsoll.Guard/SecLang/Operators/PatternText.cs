using System.Text;

namespace Plimsoll.Guard.SecLang.Operators;

/// <summary>Writes a pattern of PCRE so that it means the same here: `\x{hh}`, and classes whose letters are ASCII alone there.</summary>
internal static class PatternText
{
    public static string ForThis(string pattern)
    {
        var text = new StringBuilder(pattern.Length);
        var inClass = false;
        var first = 0; // Where a class has its first member.
        for (var at = 0; at < pattern.Length; at++)
        {
            var next = at + 1 < pattern.Length ? pattern[at + 1] : '\0';
            if (pattern[at] == '\\' && next == 'x' && at + 2 < pattern.Length && pattern[at + 2] == '{' && pattern.IndexOf('}', at) is > 0 and var close)
            {
                text.Append("\\x").Append(pattern[(at + 3)..close].PadLeft(2, '0'));
                at = close;
            }
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
            else if (inClass && pattern[at] == '[' && next == ':' && pattern.IndexOf(":]", at, StringComparison.Ordinal) is > 0 and var end)
            {
                text.Append(Named(pattern[(at + 2)..end]));
                at = end + 1;
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
