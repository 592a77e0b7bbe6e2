using System.Buffers;

namespace Plimsoll.Guard.Injection;

/// <summary>
/// Addresses whose scheme executes. As a browser does, character references are decoded, control characters and spaces before the
/// scheme and tabs and line ends within it are passed over (WHATWG URL 4.4).
/// </summary>
internal static class MarkupAddress
{
    private const int longestScheme = 24;
    private static readonly SearchValues<byte> styleStarts = SearchValues.Create("eEjJvVbB-@&"u8);

    public static bool Executes(ReadOnlySpan<byte> text)
    {
        Span<byte> head = stackalloc byte[longestScheme];
        Head(text, head, out var length);
        var scheme = head[..length];
        if (scheme.StartsWith("javascript:"u8) || scheme.StartsWith("vbscript:"u8) || scheme.StartsWith("livescript:"u8)) return ScriptText.Acts(text);
        if (!scheme.StartsWith("data:"u8)) return false;
        var type = scheme[5..];
        return (type.StartsWith("text/html"u8) || type.StartsWith("text/xml"u8) || type.StartsWith("image/svg"u8) || type.StartsWith("application/xht"u8) || type.StartsWith("text/javascript"u8)) && text.IndexOf((byte)',') >= 0;
    }

    /// <summary>Old browsers executed what these stand for; a style sheet that imports or speaks to a binding still loads.</summary>
    public static bool StyleExecutes(ReadOnlySpan<byte> text)
    {
        Span<byte> head = stackalloc byte[16];
        while (text.IndexOfAny(styleStarts) is var at and >= 0)
        {
            text = text[at..];
            Head(text, head, out var length);
            var word = head[..length];
            if (word.StartsWith("expression("u8) || word.StartsWith("javascript:"u8) || word.StartsWith("vbscript:"u8) || word.StartsWith("behavior:url"u8) || word.StartsWith("-moz-binding:"u8) || word.StartsWith("@import"u8)) return true;
            text = text[1..];
        }
        return false;
    }

    private static void Head(ReadOnlySpan<byte> text, Span<byte> head, out int length)
    {
        length = 0;
        while (!text.IsEmpty && length < head.Length)
        {
            var c = Take(ref text);
            if (c <= 0x20 && (length == 0 || c is '\t' or '\r' or '\n' or 0)) continue;
            if (c is < 0x20 or > 0x7E) break;
            head[length++] = c is >= 'A' and <= 'Z' ? (byte)(c | 0x20) : (byte)c;
        }
    }

    /// <summary>The next character, a reference decoded; of the named ones those that hide a scheme.</summary>
    private static int Take(ref ReadOnlySpan<byte> text)
    {
        var c = text[0];
        if (c == '&')
        {
            if (text.StartsWith("&#"u8)) return Number(ref text);
            foreach (var (name, value) in (ReadOnlySpan<(string, char)>)[("&Tab;", '\t'), ("&NewLine;", '\n'), ("&colon;", ':'), ("&lpar;", '('), ("&sol;", '/')])
            {
                if (text.Length < name.Length || !System.Text.Ascii.EqualsIgnoreCase(text[..name.Length], name)) continue;
                text = text[name.Length..];
                return value;
            }
        }
        text = text[1..];
        return c;
    }

    private static int Number(ref ReadOnlySpan<byte> text)
    {
        var at = 2;
        var hex = at < text.Length && (text[at] | 0x20) == 'x';
        if (hex) at++;
        var (first, number) = (at, 0);
        for (; at < text.Length && (hex ? char.IsAsciiHexDigit((char)text[at]) : char.IsAsciiDigit((char)text[at])); at++)
            number = Math.Min(0x11_0000, number * (hex ? 16 : 10) + (char.IsAsciiDigit((char)text[at]) ? text[at] - '0' : (text[at] | 0x20) - 'a' + 10));
        if (at == first)
        {
            text = text[1..];
            return '&';
        }
        if (at < text.Length && text[at] == ';') at++;
        text = text[at..];
        return number;
    }
}
