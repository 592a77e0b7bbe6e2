using System.Collections.Immutable;
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
        if (finding.Place is not { Line: { } line }) return Outermost(text, application.Outermost(text), string.Join(newline, remedy), newline, finding);
        var begin = OffsetOf(text, line);
        var start = Math.Min(text.Length, begin + Math.Max(0, finding.Column - 1));
        var end = Math.Max(start, application.EndOf(text, start));
        var indent = Blanks(text, begin);
        if (finding.Kind == RemedyKind.Replace)
            return finding.Rule.Writing switch
            {
                RemedyWriting.Removal => Removal(text, start, end, finding),
                RemedyWriting.Without when Without(text[start..end], finding.Rule.Words) is { } rest => new Edit(start, end, rest, finding),
                _ => new Edit(start, end, string.Join(newline + indent, remedy), finding),
            };
        var inner = ChildIndent(text, end) ?? (end > start && text[end - 1] == '{' ? indent + "    " : indent);
        return new Edit(end, end, string.Concat(remedy.Select(one => newline + inner + one)), finding);
    }

    /// <summary>A line without words, or runs of words, whatever their case.</summary>
    /// <returns>Null where nothing but the key would be left, or none of them stands there.</returns>
    public static string? Without(string line, ImmutableArray<string> words)
    {
        var rest = line;
        foreach (var run in words)
        {
            var parts = run.Split(' ');
            for (var at = 0; (at = Find(rest, parts, at, out var end)) > 0; at--) rest = rest[..at].TrimEnd(' ', '\t') + rest[end..];
        }
        return rest == line || !rest.Trim().AsSpan().ContainsAny(' ', '\t') ? null : rest;
    }

    /// <returns>Where the run begins, words apart by blanks alone; 0 for nowhere: the first word of a line is its key.</returns>
    private static int Find(string line, string[] run, int from, out int end)
    {
        for (var at = Math.Max(1, from); at < line.Length; at++)
        {
            if (line[at - 1] is not (' ' or '\t') || line[at] is ' ' or '\t') continue;
            end = at;
            var isRun = true;
            for (var i = 0; i < run.Length && isRun; i++)
            {
                while (i > 0 && end < line.Length && line[end] is ' ' or '\t') end++;
                isRun = line.AsSpan(end).StartsWith(run[i], StringComparison.OrdinalIgnoreCase) && (end + run[i].Length == line.Length || line[end + run[i].Length] is ' ' or '\t');
                end += run[i].Length;
            }
            if (isRun) return at;
        }
        end = 0;
        return 0;
    }

    /// <summary>Outside of blocks, as lines of their own.</summary>
    private static Edit Outermost(string text, (int At, string Before) place, string lines, string newline, HardeningFinding finding)
    {
        var before = place.At > 0 && text[place.At - 1] != '\n' ? newline : "";
        if (place.Before.Length > 0) before += place.Before + newline;
        return new Edit(place.At, place.At, before + lines + newline, finding);
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

    internal static string Blanks(string text, int at)
    {
        var end = at;
        while (end < text.Length && text[end] is ' ' or '\t') end++;
        return text[at..end];
    }

    internal static int OffsetOf(string text, int line)
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
