namespace Plimsoll.Scan.Reports.Text;

/// <summary>Rows in columns that fit the page: the widest column gives way first, and its cells are cut with `…`.</summary>
/// <param name="heads">Column heads; one that starts with `&lt;` has its cells cut at their start, one that starts with `!` has them cut only when no other column can give way.</param>
internal sealed class Grid(params string[] heads)
{
    /// <summary>Columns between two cells.</summary>
    public const int Gap = 2;

    /// <summary>Most columns of one cell: the blank run that pads it is no longer.</summary>
    private const int Widest = 400;

    /// <summary>Columns below which one gives way only when all others are as narrow.</summary>
    private const int Narrow = 8;

    private readonly List<string[]> rows = [];

    public void Add(params string[] cells)
    {
        for (var i = 0; i < cells.Length; i++) cells[i] = SafeText.Clean(cells[i]);
        rows.Add(cells);
    }

    public void Write(TextPage page)
    {
        string[] titles = [.. heads.Select(head => head.TrimStart('<', '!'))];
        var widths = Array.ConvertAll(titles, title => title.Length);
        foreach (var row in rows)
            for (var i = 0; i < row.Length; i++)
                widths[i] = Math.Min(Widest, Math.Max(widths[i], SafeText.Cells(row[i])));
        var room = Math.Max(page.Width - (Gap * (widths.Length - 1)), widths.Length);
        while (widths.Sum() > room) Shrink(widths, room);

        page.Cells(Cut(titles, widths), widths, Ink.Quiet);
        foreach (var row in rows) page.Cells(Cut(row, widths), widths, Ink.Plain);
    }

    /// <summary>Takes from the widest column down to the next one's width, or what is too much.</summary>
    private void Shrink(int[] widths, int room)
    {
        var able = Enumerable.Range(0, widths.Length).Where(i => !heads[i].StartsWith('!') && widths[i] > Narrow).ToList();
        if (able.Count == 0) able = [.. Enumerable.Range(0, widths.Length)];
        var widest = able.MaxBy(i => widths[i]);
        var second = able.Where(i => i != widest).Select(i => widths[i]).DefaultIfEmpty(1).Max();
        var excess = widths.Sum() - room;
        widths[widest] -= Math.Clamp(widths[widest] - second, 1, excess);
    }

    private string[] Cut(string[] cells, int[] widths)
    {
        var cut = new string[cells.Length];
        for (var i = 0; i < cells.Length; i++)
            cut[i] = heads[i].StartsWith('<') ? SafeText.CutStart(cells[i], widths[i]) : SafeText.CutEnd(cells[i], widths[i]);
        return cut;
    }
}
