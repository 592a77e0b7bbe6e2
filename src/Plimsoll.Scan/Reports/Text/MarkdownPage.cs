namespace Plimsoll.Scan.Reports.Text;

/// <summary>A Markdown comment that stays within what a forge takes, and says what it leaves out for that.</summary>
internal sealed class MarkdownPage(Stream to, bool unlimited) : IDisposable
{
    /// <summary>Characters of rows: GitHub takes comments of 65,536 characters, and heads, verdict and ends of tables need some.</summary>
    public const int Room = 60_000;

    private readonly StreamWriter writer = new(to, TextPage.Utf8, bufferSize: 16 << 10, leaveOpen: true) { NewLine = "\n" };
    private int left = unlimited ? int.MaxValue : Room;

    /// <summary>A line that is always written: a head or an end.</summary>
    public void Line(string text = "") => writer.WriteLine(text);

    /// <summary>Rows as far as there is room, and then how many more there are.</summary>
    public void Rows(IEnumerable<string> rows)
    {
        var more = 0;
        foreach (var row in rows)
            if (more > 0 || row.Length >= left) more++;
            else
            {
                writer.WriteLine(row);
                if (!unlimited) left -= row.Length + 1;
            }
        if (more == 0) return;
        Line();
        Line($"{Facts.Number(more)} more did not fit into a comment; `--details` writes all.");
    }

    /// <summary>A table that is folded under its title; nothing where there are no rows.</summary>
    public void Fold(string title, ReadOnlySpan<string> heads, IReadOnlyCollection<string> rows)
    {
        if (rows.Count == 0) return;
        Line($"<details><summary>{title}</summary>");
        Line();
        Line($"| {string.Join(" | ", heads)} |");
        Line($"|{string.Concat(Enumerable.Repeat("---|", heads.Length))}");
        Rows(rows);
        Line();
        Line("</details>");
        Line();
    }

    public void Dispose() => writer.Dispose();
}
