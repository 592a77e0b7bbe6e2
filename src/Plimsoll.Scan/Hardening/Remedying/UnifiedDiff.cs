using System.Globalization;
using System.Text;

namespace Plimsoll.Scan.Hardening.Remedying;

/// <summary>The difference of two texts as patch(1) takes it: `---`, `+++`, then hunks with three lines around what changed (POSIX diff -u).</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    /// <summary>Lines between two changes up to which these are compared line by line; beyond, what lies between counts as replaced.</summary>
    private const int MostCells = 4_000_000;

    public static string Of(string path, string before, string after)
    {
        var (old, now) = (Lines(before), Lines(after));
        var steps = Steps(old, now);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"--- a{path}\n+++ b{path}\n");
        for (var at = 0; at < steps.Count;)
        {
            if (steps[at].Kind == ' ')
            {
                at++;
                continue; // Between hunks.
            }
            var first = Math.Max(0, at - Context);
            var end = at;
            for (var next = at; next < steps.Count && next - end <= 2 * Context; next++)
                if (steps[next].Kind != ' ') end = next + 1;
            end = Math.Min(steps.Count, end + Context);
            Hunk(steps, first, end, text);
            at = end;
        }
        return text.ToString();
    }

    private static void Hunk(List<(char Kind, string Line)> steps, int first, int end, StringBuilder text)
    {
        var hunk = steps[first..end];
        var (oldStart, newStart) = (steps.Take(first).Count(step => step.Kind != '+'), steps.Take(first).Count(step => step.Kind != '-'));
        var (oldCount, newCount) = (hunk.Count(step => step.Kind != '+'), hunk.Count(step => step.Kind != '-'));
        text.Append(CultureInfo.InvariantCulture, $"@@ -{(oldCount > 0 ? oldStart + 1 : oldStart)},{oldCount} +{(newCount > 0 ? newStart + 1 : newStart)},{newCount} @@\n");
        foreach (var (kind, line) in hunk)
        {
            text.Append(kind).Append(line);
            if (!line.EndsWith('\n')) text.Append("\n\\ No newline at end of file\n");
        }
    }

    /// <summary>Lines with their line feeds.</summary>
    private static List<string> Lines(string text)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var next = text.IndexOf('\n', at);
            var end = next < 0 ? text.Length : next + 1;
            lines.Add(text[at..end]);
            at = end;
        }
        return lines;
    }

    /// <summary>What both begin and end with is the same; between that the longest common subsequence decides.</summary>
    private static List<(char Kind, string Line)> Steps(List<string> old, List<string> now)
    {
        var head = 0;
        while (head < old.Count && head < now.Count && old[head] == now[head]) head++;
        var tail = 0;
        while (tail < old.Count - head && tail < now.Count - head && old[^(tail + 1)] == now[^(tail + 1)]) tail++;
        var steps = old.Take(head).Select(line => (' ', line)).ToList();
        Middle(old[head..^tail], now[head..^tail], steps);
        steps.AddRange(old.Skip(old.Count - tail).Select(line => (' ', line)));
        return steps;
    }

    private static void Middle(List<string> old, List<string> now, List<(char Kind, string Line)> steps)
    {
        if ((long)(old.Count + 1) * (now.Count + 1) > MostCells)
        {
            steps.AddRange(old.Select(line => ('-', line)));
            steps.AddRange(now.Select(line => ('+', line)));
            return;
        }
        var length = new int[old.Count + 1, now.Count + 1];
        for (var i = old.Count - 1; i >= 0; i--)
            for (var j = now.Count - 1; j >= 0; j--)
                length[i, j] = old[i] == now[j] ? length[i + 1, j + 1] + 1 : Math.Max(length[i + 1, j], length[i, j + 1]);
        for (int i = 0, j = 0; i < old.Count || j < now.Count;)
            if (i < old.Count && j < now.Count && old[i] == now[j])
            {
                steps.Add((' ', old[i++]));
                j++;
            }
            else if (i < old.Count && (j == now.Count || length[i + 1, j] >= length[i, j + 1])) steps.Add(('-', old[i++]));
            else steps.Add(('+', now[j++]));
    }
}
