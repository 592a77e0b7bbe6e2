using Plimsoll.Core.Results;
using Plimsoll.Scan.Reports;

namespace Plimsoll.Cli;

/// <summary>Where reports go: one to standard output, any number to files.</summary>
internal sealed record Output
{
    /// <summary>The report on standard output; null for none.</summary>
    public IReport? Standard { get; init; }

    public IReadOnlyList<(IReport Report, string Path)> Files { get; init; } = [];
    public bool Details { get; init; }
    public bool ShowSuppressed { get; init; }

    /// <summary>Whether a person who reads standard output learns there what could not be read and which condition is violated.</summary>
    public bool SaysProblems => Standard?.Id is "table" or "markdown";

    /// <summary>The folder that remedies were written into; null for none.</summary>
    public string? Written { get; init; }

    public DateTimeOffset Now { get; init; }

    /// <summary>Files first: they are there when whoever reads standard output sees its end.</summary>
    public void Write(ScanResult result)
    {
        foreach (var (report, path) in Files) WriteFile(result, report, path);
        if (Standard is null) return;
        if (Standard.HasNone(result) is { } why) Terminal.Error($"no {Standard.Id} was written: {why}.");
        using var buffered = new BufferedStream(Terminal.OutStream, 64 * 1024);
        Standard.Write(result, Context(Terminal.HasColour, Terminal.Width), buffered);
    }

    /// <summary>A regular file appears whole or not at all; what a pipe, a device or a link leads to is written as it is: /dev/stdout stays what it is.</summary>
    private void WriteFile(ScanResult result, IReport report, string path)
    {
        try
        {
            var isSpecial = File.Exists(path) && (File.GetAttributes(path) & FileAttributes.Normal) == 0 || new FileInfo(path).LinkTarget is not null;
            if (report.HasNone(result) is { } why)
            {
                // What an earlier run left there would pass for this one's.
                if (!isSpecial) File.Delete(path);
                Terminal.Error($"`{path}` was not written: {why}.");
                return;
            }
            var target = isSpecial ? path : path + ".partial";
            using (var file = new FileStream(target, isSpecial ? FileMode.OpenOrCreate : FileMode.Create, FileAccess.Write, FileShare.Read, 64 * 1024))
            {
                report.Write(result, Context(colour: false, width: 80), file);
                if (isSpecial && file.CanSeek && file.Length > file.Position) file.SetLength(file.Position);
            }
            if (!isSpecial) File.Move(target, path, overwrite: true);
        }
        catch (Exception thrown) when (thrown is IOException or UnauthorizedAccessException)
        {
            throw new PlimsollException("output-unwritable", $"`{path}` cannot be written: {thrown.Message.TrimEnd('.')}.", "Check that its folder exists and that you may write there.");
        }
    }

    private ReportContext Context(bool colour, int width) => new()
    {
        Now = Now,
        Details = Details,
        Written = Written,
        ShowSuppressed = ShowSuppressed,
        Colour = colour,
        Width = width,
        ToolVersion = Release.Version,
    };
}
