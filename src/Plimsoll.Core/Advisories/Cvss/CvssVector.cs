using System.Diagnostics.CodeAnalysis;

namespace Plimsoll.Core.Advisories.Cvss;

/// <summary>
/// How bad a vulnerability is, by FIRST's Common Vulnerability Scoring System: a vector of versions 2.0, 3.0, 3.1 or 4.0 (https://www.first.org/cvss/) and its scores.
/// </summary>
public sealed record CvssVector
{
    /// <summary>Longest text, in characters, that is read. All metrics of version 4.0 together need less than 180.</summary>
    public const int Longest = 512;

    /// <summary>`2.0`, `3.0`, `3.1` or `4.0`.</summary>
    public required string Version { get; init; }

    /// <summary>The vector in its canonical form: metrics in the order of the specification, those that are not defined left out. One of version 2.0 has no prefix.</summary>
    public required string Text { get; init; }

    /// <summary>0.0 to 10.0 with one digit after the point, of the base metrics alone.</summary>
    public required decimal BaseScore { get; init; }

    /// <summary>The same of all metrics: environmental if one of these is defined, else temporal (version 4.0: threat) if one of these is, else the base score.</summary>
    public required decimal Score { get; init; }

    public CvssRating BaseRating => Rate(BaseScore);

    public CvssRating Rating => Rate(Score);

    /// <summary>
    /// Reads a vector. Metrics may come in any order, in version 4.0 too, whose specification wants its own: feeds do not keep to it, and no reading is lost by it.
    /// A vector without prefix, bare or in parentheses, is one of version 2.0.
    /// </summary>
    /// <param name="reason">A sentence on why it is none; empty when it is one.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out CvssVector? vector, out string reason)
    {
        vector = null;
        if (text.Length > Longest)
        {
            reason = $"A CVSS vector has at most {Longest} characters, this one has {text.Length}.";
            return false;
        }
        if (!text.StartsWith("CVSS:", StringComparison.Ordinal))
            return Cvss20.TryParse(text is ['(', .., ')'] ? text[1..^1] : text, out vector, out reason);
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var version = slash < 0 ? text[5..] : text[5..slash];
        var metrics = slash < 0 ? "" : text[(slash + 1)..];
        switch (version)
        {
            case "3.0": return Cvss30.TryParse(metrics, out vector, out reason);
            case "3.1": return Cvss31.TryParse(metrics, out vector, out reason);
            case "4.0": return Cvss40.TryParse(metrics, out vector, out reason);
            default:
                reason = $"A CVSS vector begins with CVSS:3.0, CVSS:3.1, CVSS:4.0 or a metric of version 2.0, this one with `CVSS:{CvssMetrics.Shorten(version)}`.";
                return false;
        }
    }

    private CvssRating Rate(decimal score) => score switch
    {
        0 when Version != "2.0" => CvssRating.None,
        < 4 => CvssRating.Low,
        < 7 => CvssRating.Medium,
        < 9 => CvssRating.High,
        _ => Version == "2.0" ? CvssRating.High : CvssRating.Critical,
    };
}
