using System.Text;
using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Hardening.Remedying;

/// <summary>A change of a text: what is written in place of the characters from start to end.</summary>
/// <param name="Cause">For messages: whose remedy it is.</param>
internal sealed record Edit(int Start, int End, string Text, HardeningFinding Cause)
{
    /// <summary>The end of a line, without its line feed; a backslash before that continues it.</summary>
    public static int EndOfLine(string text, int start)
    {
        for (var at = start; ;)
        {
            var end = text.IndexOf('\n', at);
            if (end < 0) return text.Length;
            var last = end > 0 && text[end - 1] == '\r' ? end - 1 : end;
            if (last == start || text[last - 1] != '\\') return last;
            at = end + 1;
        }
    }

    /// <summary>What a finding's remedy does to the file that it names.</summary>
    public static Edit Of(HardeningFinding finding, string text, IHardenedApplication application)
    {
        var newline = text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";
        var remedy = finding.Remedy.ReplaceLineEndings("\n").Split('\n');
        if (finding.Place is not { Line: { } line }) return new Edit(0, 0, string.Join(newline, remedy) + newline, finding);
        var begin = OffsetOf(text, line);
        var start = Math.Min(text.Length, begin + Math.Max(0, finding.Column - 1));
        var end = Math.Max(start, application.EndOf(text, start));
        var indent = Blanks(text, begin);
        if (finding.Kind == RemedyKind.Replace)
            return finding.Rule.Writing == RemedyWriting.Removal ? Removal(text, start, end, finding) : new Edit(start, end, string.Join(newline + indent, remedy), finding);
        var inner = ChildIndent(text, end) ?? indent + "    ";
        if (end > start && text[end - 1] != '{') inner = indent; // A block whose head is a line of its own: `[mysqld]`.
        return new Edit(end, end, string.Concat(remedy.Select(one => newline + inner + one)), finding);
    }

    /// <returns>Null when two of them change the same place in different ways; the same change twice is one.</returns>
    public static string? Apply(string text, IEnumerable<Edit> edits, out Edit? conflict)
    {
        conflict = null;
        var result = new StringBuilder();
        var at = 0;
        Edit? last = null;
        foreach (var edit in edits.OrderBy(edit => edit.Start).ThenBy(edit => edit.End))
        {
            if (last is not null && (last.Start, last.End, last.Text) == (edit.Start, edit.End, edit.Text)) continue; // One line for two findings.
            if (edit.Start < at || (last is not null && edit.Start == last.Start && edit.End > edit.Start && last.End > last.Start))
            {
                conflict = last;
                return null;
            }
            result.Append(text, at, edit.Start - at).Append(edit.Text);
            at = edit.End;
            last = edit;
        }
        return result.Append(text, at, text.Length - at).ToString();
    }

    /// <summary>A line that holds nothing else goes with it.</summary>
    private static Edit Removal(string text, int start, int end, HardeningFinding finding)
    {
        var (before, after) = (start, end);
        while (before > 0 && text[before - 1] is ' ' or '\t') before--;
        while (after < text.Length && text[after] is ' ' or '\t' or '\r') after++;
        var isAlone = (before == 0 || text[before - 1] == '\n') && (after == text.Length || text[after] == '\n');
        return isAlone ? new Edit(before, Math.Min(text.Length, after + 1), "", finding) : new Edit(start, end, "", finding);
    }

    /// <summary>As the first line inside of the block has it; null where there is none.</summary>
    private static string? ChildIndent(string text, int end)
    {
        var next = text.IndexOf('\n', end);
        if (next < 0) return null;
        while (next + 1 < text.Length && text[next + 1] is '\r' or '\n') next++;
        var blanks = Blanks(text, next + 1);
        return blanks.Length == 0 || next + 1 + blanks.Length >= text.Length || text[next + 1 + blanks.Length] is '}' or '\n' or '\r' ? null : blanks;
    }

    private static string Blanks(string text, int at)
    {
        var end = at;
        while (end < text.Length && text[end] is ' ' or '\t') end++;
        return text[at..end];
    }

    private static int OffsetOf(string text, int line)
    {
        var at = 0;
        for (var number = 1; number < line; number++)
        {
            var next = text.IndexOf('\n', at);
            if (next < 0) return text.Length;
            at = next + 1;
        }
        return at;
    }
}
