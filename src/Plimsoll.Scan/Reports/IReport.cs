using Plimsoll.Core.Results;

namespace Plimsoll.Scan.Reports;

/// <summary>One format in which a result is written: UTF-8, and the same bytes for the same result and time.</summary>
public interface IReport
{
    /// <summary>Its name for `--format`, `table`; also the name of its file and of its golden files.</summary>
    string Id { get; }

    /// <summary>What it is for, one line for the help.</summary>
    string Summary { get; }

    /// <summary>Why the format has no document for this result, a clause; null when it has one.</summary>
    string? HasNone(ScanResult result) => null;

    /// <summary>Leaves <paramref name="to"/> open. Writes nothing where <see cref="HasNone"/> says why.</summary>
    void Write(ScanResult result, ReportContext context, Stream to);
}

/// <summary>What a report needs beyond the result.</summary>
public sealed record ReportContext
{
    /// <summary>The folder that remedies were written into; null for none.</summary>
    public string? Written { get; init; }

    /// <summary>Columns below which a text report is not squeezed further: label, gap and seven letters.</summary>
    public const int LeastWidth = 20;

    /// <summary>The time to write; null writes none. Seconds are kept, fractions are not.</summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>Also every package, layer, problem and step of evidence, in formats that summarise.</summary>
    public bool Details { get; init; }

    /// <summary>Also every finding that does not count, and why, in formats that summarise.</summary>
    public bool ShowSuppressed { get; init; }

    /// <summary>Whether the receiver is a terminal that shows colours. Nothing is told by colour alone.</summary>
    public bool Colour { get; init; }

    /// <summary>Columns of the receiver; no line of a text report is wider, down to <see cref="LeastWidth"/>.</summary>
    public int Width { get; init; } = 80;

    public required string ToolVersion { get; init; }

    /// <summary><see cref="Now"/> as RFC 3339 in UTC.</summary>
    internal string? Timestamp => Now?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture);
}
