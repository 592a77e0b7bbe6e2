using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Remedying;

/// <summary>
/// Changes of XML: an attribute in place of an attribute or as one more of its element, an element in place of an element or as its first child. Places
/// are those that <see cref="Grammars.XmlGrammar"/> gives: where a name begins.
/// </summary>
internal static class XmlEdit
{
    /// <summary>What does not fit the place leaves the text as it is, which does not clear the rule and is told so.</summary>
    public static Edit Of(HardeningFinding finding, string text)
    {
        var nothing = new Edit(0, 0, "", finding);
        if (finding.Place is not { Line: { } line }) return nothing;
        var start = Edit.OffsetOf(text, line) + Math.Max(0, finding.Column - 1);
        if (start <= 0 || start >= text.Length) return nothing;
        var (isElement, writesElement) = (text[start - 1] == '<', finding.Remedy.StartsWith('<'));
        if (finding.Rule.Writing != RemedyWriting.Line) return nothing;
        if (finding.Kind == RemedyKind.InsertBelow) return isElement && HeadEnd(text, start) is { } end ? Inserted(finding, text, start, end, writesElement) : nothing;
        // What is in an element of another name would be lost.
        if (isElement != writesElement || (isElement && !finding.Remedy.StartsWith('<' + Name(text, start), StringComparison.Ordinal))) return nothing;
        var last = isElement ? ElementEnd(text, start) : ValueEnd(text, start);
        return last is { } behind ? new Edit(isElement ? start - 1 : start, behind, finding.Remedy, finding) : nothing;
    }

    private static Edit Inserted(HardeningFinding finding, string text, int start, int end, bool writesElement)
    {
        var isEmpty = text[end - 1] == '/';
        if (!writesElement)
        {
            var at = isEmpty ? end - 1 : end;
            while (text[at - 1] is ' ' or '\t' or '\r' or '\n') at--;
            return new Edit(at, at, " " + finding.Remedy, finding);
        }
        var newline = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var indent = Edit.Blanks(text, text.LastIndexOf('\n', start) + 1);
        var child = $"{newline}{indent}  {finding.Remedy}";
        return isEmpty ? new Edit(end - 1, end + 1, $">{child}{newline}{indent}</{Name(text, start)}>", finding) : new Edit(end + 1, end + 1, child, finding);
    }

    /// <summary>The `>` of a start tag: one inside of quotes is part of a value.</summary>
    private static int? HeadEnd(string text, int start)
    {
        var quote = '\0';
        for (var i = start; i < text.Length; i++)
            if (quote != '\0') quote = text[i] == quote ? '\0' : quote;
            else if (text[i] is '"' or '\'') quote = text[i];
            else if (text[i] == '>') return i;
        return null;
    }

    /// <summary>Behind an element that holds no other.</summary>
    private static int? ElementEnd(string text, int start)
    {
        if (HeadEnd(text, start) is not { } head) return null;
        if (text[head - 1] == '/') return head + 1;
        var close = text.IndexOf('<', head);
        var tag = $"</{Name(text, start)}";
        if (close < 0 || !text.AsSpan(close).StartsWith(tag, StringComparison.Ordinal)) return null;
        return text.IndexOf('>', close) is var end and >= 0 ? end + 1 : null;
    }

    /// <summary>Behind the closing quote of an attribute.</summary>
    private static int? ValueEnd(string text, int start)
    {
        var open = text.AsSpan(start).IndexOfAny('"', '\'');
        if (open < 0) return null;
        var close = text.IndexOf(text[start + open], start + open + 1);
        return close < 0 ? null : close + 1;
    }

    private static string Name(string text, int start)
    {
        var end = start;
        while (end < text.Length && text[end] is not (' ' or '\t' or '\r' or '\n' or '/' or '>')) end++;
        return text[start..end];
    }
}
