using System.Text;

namespace Plimsoll.Scan.Reports.Text;

/// <summary>How a piece of text stands out, on receivers that show it.</summary>
internal enum Ink
{
    Plain,
    Strong,
    Quiet,
    Good,
    Caution,
}

/// <summary>Lines of a report that are never wider than the page. Everything written through it is cleaned first.</summary>
internal sealed class TextPage(Stream to, ReportContext context) : IDisposable
{
    /// <summary>Columns of labels, with the gap after them.</summary>
    public const int LabelWidth = 13;

    private readonly StreamWriter writer = new(to, Utf8, bufferSize: 16 << 10, leaveOpen: true) { NewLine = "\n" };
    private readonly bool colour = context.Colour;

    public static UTF8Encoding Utf8 { get; } = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Columns of a line in one piece: longer than any address or setting that a person would copy.</summary>
    private const int MostWhole = 1000;

    public int Width { get; } = Math.Max(context.Width, ReportContext.LeastWidth);

    public void Blank() => writer.WriteLine();

    /// <summary>A label and its text, wrapped beside it.</summary>
    /// <param name="mostLines">Lines taken at most; the last then ends in `…`.</param>
    public void Row(string label, string text, Ink ink = Ink.Plain, int mostLines = 3)
    {
        var head = SafeText.CutEnd(label, LabelWidth - 1);
        Wrap(SafeText.Clean(text), Width - LabelWidth, mostLines, (line, first) =>
        {
            if (first) Write(head, label.StartsWith(' ') ? Ink.Quiet : Ink.Strong);
            writer.Write(Spaces(first ? LabelWidth - head.Length : LabelWidth));
            Write(line, ink);
            writer.WriteLine();
        });
    }

    /// <summary>Text without a label, wrapped behind an indent.</summary>
    public void Text(int indent, string text, Ink ink = Ink.Plain, int mostLines = 3) =>
        Wrap(SafeText.Clean(text), Width - indent, mostLines, (line, _) =>
        {
            writer.Write(Spaces(indent));
            Write(line, ink);
            writer.WriteLine();
        });

    /// <summary>What is to be copied or followed, in one piece however wide the page is: a broken address or line would be of no use.</summary>
    public void Whole(int indent, string text, Ink ink = Ink.Plain)
    {
        writer.Write(Spaces(indent));
        Write(SafeText.CutEnd(SafeText.Clean(text), MostWhole), ink);
        writer.WriteLine();
    }

    /// <summary>A line of a grid: cells that are cut already, two columns apart.</summary>
    public void Cells(ReadOnlySpan<string> cells, ReadOnlySpan<int> widths, Ink ink)
    {
        var last = cells.Length - 1;
        while (last > 0 && cells[last].Length == 0) last--;
        for (var i = 0; i <= last; i++)
        {
            Write(cells[i], ink);
            if (i < last) writer.Write(Spaces(widths[i] + Grid.Gap - SafeText.Cells(cells[i])));
        }
        writer.WriteLine();
    }

    public void Dispose() => writer.Dispose();

    /// <summary>Breaks at spaces, or inside a word that is longer than a line.</summary>
    private static void Wrap(string text, int width, int mostLines, Action<string, bool> write)
    {
        var rest = text;
        for (var line = 0; line == 0 || rest.Length > 0; line++)
        {
            if (line + 1 >= mostLines)
            {
                write(SafeText.CutEnd(rest, width), line == 0);
                return;
            }
            var fitting = SafeText.Fitting(rest, width);
            // A wide character on a page of one column still has to go somewhere.
            if (fitting == 0 && rest.Length > 0) fitting = char.IsHighSurrogate(rest[0]) ? 2 : 1;
            if (fitting < rest.Length && rest.AsSpan(0, Math.Min(fitting + 1, rest.Length)).LastIndexOf(' ') is > 0 and var space) fitting = space;
            write(rest[..fitting].TrimEnd(' '), line == 0);
            rest = rest[fitting..].TrimStart(' ');
        }
    }

    private void Write(string text, Ink ink)
    {
        var code = colour && text.Length > 0 ? ink switch
        {
            Ink.Strong => "\e[1m",
            Ink.Quiet => "\e[2m",
            Ink.Good => "\e[32m",
            Ink.Caution => "\e[33m",
            _ => "",
        } : "";
        writer.Write(code);
        writer.Write(text);
        if (code.Length > 0) writer.Write("\e[0m");
    }

    private static ReadOnlySpan<char> Spaces(int count) => Blanks.AsSpan(0, Math.Clamp(count, 0, Blanks.Length));

    private static readonly string Blanks = new(' ', 512);
}
