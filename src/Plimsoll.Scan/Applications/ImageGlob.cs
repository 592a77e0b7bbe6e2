using System.Buffers;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Applications;

/// <summary>Shell patterns (POSIX 2.14: `*`, `?`, `[a-z]`, `[!a]`, backslash) on text and on the paths of an image.</summary>
internal static class ImageGlob
{
    /// <summary>Paths that one pattern may give; more than any configuration folder of a known image holds.</summary>
    public const int Most = 256;

    private static readonly SearchValues<char> Special = SearchValues.Create("*?[");

    public static bool IsPattern(string text) => text.AsSpan().ContainsAny(Special);

    /// <summary>Files and folders that match, sorted; at most <see cref="Most"/>.</summary>
    public static List<ImageFile> Expand(ImageFiles files, string absolute)
    {
        List<ImageFile> found = [files.Root];
        foreach (var part in absolute.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = new List<ImageFile>();
            foreach (var folder in found)
            {
                if (!IsPattern(part))
                {
                    if (folder.TryFind(part.Replace("\\", "", StringComparison.Ordinal), out var file)) next.Add(file);
                    continue; // A path that is absent matches nothing.
                }
                if (!folder.IsFolder) continue; // A file has nothing below it.
                foreach (var name in folder.Children().Select(child => child.Name).Where(name => (name[0] != '.' || part[0] == '.') && Matches(part, name)).Order(StringComparer.Ordinal))
                    if (next.Count < Most && folder.TryFind(name, out var file)) next.Add(file);
            }
            found = next;
        }
        return found;
    }

    /// <summary>Time grows by the product of both lengths at most: only the last `*` is tried again.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text)
    {
        int p = 0, t = 0, star = -1, mark = 0;
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                star = p++;
                mark = t;
            }
            else if (p < pattern.Length && MatchesOne(pattern, ref p, text[t])) t++;
            else if (star >= 0)
            {
                p = star + 1;
                t = ++mark;
            }
            else return false;
        }
        while (p < pattern.Length && pattern[p] == '*') p++;
        return p == pattern.Length;
    }

    /// <summary>Text in which nothing is special any more.</summary>
    public static string Escape(string text)
    {
        if (!text.AsSpan().ContainsAny(Special) && !text.Contains('\\', StringComparison.Ordinal)) return text;
        return text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal)
            .Replace("?", "\\?", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);
    }

    private static bool MatchesOne(ReadOnlySpan<char> pattern, ref int p, char c)
    {
        switch (pattern[p])
        {
            case '?':
                p++;
                return true;
            case '\\' when p + 1 < pattern.Length:
                if (pattern[p + 1] != c) return false;
                p += 2;
                return true;
            case '[' when Closing(pattern, p) is var end && end > 0:
                if (!InSet(pattern[(p + 1)..end], c)) return false;
                p = end + 1;
                return true;
            default:
                if (pattern[p] != c) return false;
                p++;
                return true;
        }
    }

    private static int Closing(ReadOnlySpan<char> pattern, int open)
    {
        var from = open + 1;
        if (from < pattern.Length && pattern[from] is '!' or '^') from++;
        if (from < pattern.Length && pattern[from] == ']') from++; // First of the set, it is a member.
        if (from >= pattern.Length) return -1;
        while (from < pattern.Length && pattern[from] != ']')
        {
            if (pattern[from] == '[' && from + 1 < pattern.Length && pattern[from + 1] == ':' && pattern[from..].IndexOf(":]") is var close and > 0) from += close + 1;
            from++;
        }
        return from < pattern.Length ? from : -1;
    }

    private static bool InSet(ReadOnlySpan<char> set, char c)
    {
        var negated = set.Length > 0 && set[0] is '!' or '^';
        if (negated) set = set[1..];
        var found = false;
        for (var i = 0; i < set.Length; i++)
        {
            if (set[i] == '[' && i + 1 < set.Length && set[i + 1] == ':' && set[i..].IndexOf(":]") is var close and > 0)
            {
                found |= InClass(set.Slice(i + 2, close - 2), c);
                i += close + 1;
            }
            else if (i + 2 < set.Length && set[i + 1] == '-')
            {
                found |= set[i] <= c && c <= set[i + 2];
                i += 2;
            }
            else found |= set[i] == c;
        }
        return found != negated;
    }

    private static bool InClass(ReadOnlySpan<char> name, char c) => name switch
    {
        "alpha" => char.IsAsciiLetter(c),
        "digit" => char.IsAsciiDigit(c),
        "alnum" => char.IsAsciiLetterOrDigit(c),
        "space" => c is ' ' or (>= '\t' and <= '\r'),
        "upper" => char.IsAsciiLetterUpper(c),
        "lower" => char.IsAsciiLetterLower(c),
        "xdigit" => char.IsAsciiHexDigit(c),
        "punct" => char.IsAscii(c) && (char.IsPunctuation(c) || char.IsSymbol(c)),
        _ => false,
    };
}
