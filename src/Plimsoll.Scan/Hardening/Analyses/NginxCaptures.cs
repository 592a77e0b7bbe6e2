using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Analyses;

/// <summary>Groups of an expression that can capture a line feed of a decoded path (pcrepattern(3)).</summary>
internal static class NginxCaptures
{
    private const string Classes = "nsvRWDHCX";

    /// <summary>Numbers and names of the groups that can.</summary>
    public static HashSet<string> WithLineFeed(string pattern)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<(string Number, string? Name)>();
        var (count, takesAll) = (0, pattern.Contains("(?s", StringComparison.Ordinal));
        for (var i = 0; i < pattern.Length; i++)
            switch (pattern[i])
            {
                case '(':
                    var name = Name(pattern.AsSpan(i + 1));
                    var captures = name is not null || pattern.AsSpan(i + 1) is not ['?' or '*', ..];
                    open.Push(captures ? ($"{++count}", name) : ("", null));
                    break;
                case ')':
                    open.TryPop(out _);
                    break;
                case '\\':
                    if (++i < pattern.Length && Classes.Contains(pattern[i], StringComparison.Ordinal)) Mark();
                    break;
                case '.' when takesAll:
                case '\n': // As nginx itself reads `\n` in its files.
                    Mark();
                    break;
                case '[':
                    var end = ClassEnd(pattern, i);
                    if (ClassTakes(pattern.AsSpan(i + 1, end - i - 1))) Mark();
                    i = end;
                    break;
                default: break;
            }
        return found;

        void Mark()
        {
            foreach (var (number, name) in open)
            {
                if (number.Length > 0) found.Add(number);
                if (name is not null) found.Add(name);
            }
        }
    }

    /// <summary>The expression of an `if` that looks at a decoded path; null for others.</summary>
    public static string? Condition(Setting block) =>
        block is { Key: "if", Arguments: [var tested, "~" or "~*", { Length: > 0 }, ..] } && tested.TrimStart('(') is "$uri" or "$document_uri" ? Tested(block) : null;

    /// <summary>The expression of an `if` that has one: the bracket behind it is the condition's, unless the expression stands in quotes.</summary>
    public static string Tested(Setting block) => block.Arguments is [_, _, [.. var pattern, ')']] ? pattern : block.Arguments.ElementAtOrDefault(2) ?? "";

    /// <summary>Of `?&lt;name&gt;`, `?P&lt;name&gt;` and `?'name'`; null for another group.</summary>
    public static string? Name(ReadOnlySpan<char> behind)
    {
        if (behind is not ['?', ..]) return null;
        var rest = behind is ['?', 'P', ..] ? behind[2..] : behind[1..];
        var close = rest switch { ['<', not ('=' or '!'), ..] => '>', ['\'', ..] => '\'', _ => '\0' };
        if (close == '\0') return null;
        var end = rest[1..].IndexOf(close);
        return end > 0 ? rest[1..(end + 1)].ToString() : null;
    }

    /// <summary>Of the closing bracket, or the pattern's last character; the first character of a class may be a bracket itself.</summary>
    public static int ClassEnd(string pattern, int start)
    {
        var at = start + 1;
        if (at < pattern.Length && pattern[at] == '^') at++;
        if (at < pattern.Length && pattern[at] == ']') at++;
        for (; at < pattern.Length - 1 && pattern[at] != ']'; at++)
            if (pattern[at] == '\\') at++;
            else if (pattern.AsSpan(at).StartsWith("[:", StringComparison.Ordinal) && pattern.IndexOf(":]", at + 2, StringComparison.Ordinal) is >= 0 and var named) at = named + 1;
        return Math.Min(at, pattern.Length - 1);
    }

    private static bool ClassTakes(ReadOnlySpan<char> inside)
    {
        var has = inside.Contains('\n') || inside.Contains("[:space:]", StringComparison.Ordinal) || inside.Contains("[:cntrl:]", StringComparison.Ordinal);
        for (var i = 0; i + 1 < inside.Length; i++)
            if (inside[i] == '\\') has |= Classes.Contains(inside[++i], StringComparison.Ordinal);
        return inside is ['^', ..] ? !has : has;
    }
}
