using System.Text;

namespace Plimsoll.Scan.Reports.Text;

/// <summary>
/// Makes text out of an image safe inside a Markdown comment: what could be markup, HTML, a mention, a link, or the
/// border of a table cell becomes a character reference (GitHub Flavored Markdown, "Entity and numeric character
/// references": they stand for the character and never for its function).
/// </summary>
internal static class Markdown
{
    /// <summary>Columns of one value; the rest gives way to `…`, so that no one name fills a comment.</summary>
    private const int Longest = 500;

    /// <summary>A value as code, which also keeps mentions and links from being made of it.</summary>
    public static string Code(string? text)
    {
        var cleaned = SafeText.CutEnd(SafeText.Clean(text), Longest);
        return cleaned.Length == 0 ? "" : $"<code>{Escape(cleaned)}</code>";
    }

    /// <summary>A value as running text.</summary>
    public static string Text(string? text) => Escape(SafeText.CutEnd(SafeText.OneLine(text), Longest));

    private static string Escape(string text)
    {
        var to = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            var startsLink = c == '.' && i > 0 && text[i - 1] is 'w' or 'W';
            var isPlain = c > '~' || char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '/' or '+' or ',' or '(' or ')' or '=' or '%' or '\'' or ';' or '?' or '.';
            if (isPlain && !startsLink) to.Append(c);
            else to.Append("&#").Append((int)c).Append(';');
        }
        return to.ToString();
    }
}
