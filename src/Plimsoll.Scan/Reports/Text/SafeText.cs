using System.Globalization;
using System.Text;

namespace Plimsoll.Scan.Reports.Text;

/// <summary>
/// Makes text out of an image safe to show: what steers a terminal, hides, or reverses reading is written as a
/// visible escape, `\x1b`, `\u202e`. Also measures text in terminal columns.
/// </summary>
internal static class SafeText
{
    /// <summary>Characters of one value that a text report looks at; the rest gives way to `…`.</summary>
    public const int Longest = 4096;

    public static string Clean(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        if (text.Length <= Longest && IsPlain(text)) return text;
        var to = new StringBuilder(Math.Min(text.Length, Longest) + 16);
        for (var i = 0; i < text.Length;)
        {
            if (i >= Longest)
            {
                to.Append('…');
                break;
            }
            if (Rune.TryGetRuneAt(text, i, out var rune))
            {
                Append(rune, to);
                i += rune.Utf16SequenceLength;
            }
            else
            {
                AppendEscape(text[i], to);
                i++;
            }
        }
        return to.ToString();
    }

    /// <summary>As <see cref="Clean"/>, with runs of white space as one space: for commands that were written over many lines.</summary>
    public static string OneLine(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        return Clean(string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)));
    }

    /// <summary>Columns that a terminal gives to cleaned text: 0 for marks that combine, 2 for wide ideographs and emoji.</summary>
    public static int Cells(ReadOnlySpan<char> text)
    {
        var cells = 0;
        foreach (var rune in text.EnumerateRunes()) cells += Cells(rune);
        return cells;
    }

    public static int Cells(Rune rune)
    {
        if (rune.Value < 0x300) return 1;
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark) return 0;
        return IsWide(rune.Value) ? 2 : 1;
    }

    /// <summary>The text cut to so many columns, with `…` at its end where something was cut.</summary>
    public static string CutEnd(string text, int cells)
    {
        if (Cells(text) <= cells) return text;
        return string.Concat(text.AsSpan(0, Fitting(text, cells - 1)).TrimEnd(' '), "…");
    }

    /// <summary>The text cut to so many columns from its start: of a path the end says most.</summary>
    public static string CutStart(string text, int cells)
    {
        var left = Cells(text);
        if (left <= cells) return text;
        var at = 0;
        while (left > cells - 1)
        {
            Rune.DecodeFromUtf16(text.AsSpan(at), out var rune, out var length);
            left -= Cells(rune);
            at += length;
        }
        return string.Concat("…", text.AsSpan(at));
    }

    /// <summary>How many characters from the start take at most so many columns.</summary>
    public static int Fitting(ReadOnlySpan<char> text, int cells)
    {
        var at = 0;
        while (at < text.Length)
        {
            Rune.DecodeFromUtf16(text[at..], out var rune, out var length);
            cells -= Cells(rune);
            if (cells < 0) break;
            at += length;
        }
        return at;
    }

    private static bool IsPlain(string text)
    {
        foreach (var c in text)
            if (c is < ' ' or > '~') return false;
        return true;
    }

    private static void Append(Rune rune, StringBuilder to)
    {
        if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            AppendEscape(rune.Value, to);
        else
            to.Append(rune);
    }

    private static void AppendEscape(int code, StringBuilder to) => _ = code switch
    {
        '\n' => to.Append("\\n"),
        '\r' => to.Append("\\r"),
        '\t' => to.Append("\\t"),
        < 0x100 => to.Append("\\x").Append(code.ToString("x2", CultureInfo.InvariantCulture)),
        < 0x10000 => to.Append("\\u").Append(code.ToString("x4", CultureInfo.InvariantCulture)),
        _ => to.Append("\\U").Append(code.ToString("x8", CultureInfo.InvariantCulture)),
    };

    /// <summary>The blocks that are wide as a whole (Unicode UAX #11, W and F); single wide symbols outside them count as one column less than they may take.</summary>
    private static bool IsWide(int code) => code is
        (>= 0x1100 and <= 0x115F) or (>= 0x2E80 and <= 0x303E) or (>= 0x3041 and <= 0xA4CF) or (>= 0xA960 and <= 0xA97C)
        or (>= 0xAC00 and <= 0xD7A3) or (>= 0xF900 and <= 0xFAFF) or (>= 0xFE10 and <= 0xFE19) or (>= 0xFE30 and <= 0xFE6F)
        or (>= 0xFF00 and <= 0xFF60) or (>= 0xFFE0 and <= 0xFFE6) or (>= 0x16FE0 and <= 0x18DFF) or (>= 0x1AFF0 and <= 0x1B2FF)
        or (>= 0x1F000 and <= 0x1FAFF) or (>= 0x20000 and <= 0x3FFFD);
}
