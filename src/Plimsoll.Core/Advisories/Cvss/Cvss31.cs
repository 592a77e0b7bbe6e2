using System.Diagnostics.CodeAnalysis;

namespace Plimsoll.Core.Advisories.Cvss;

/// <summary>CVSS 3.1 (https://www.first.org/cvss/v3.1/specification-document). It rounds up what is left after rounding to five digits (appendix A), and tames the modified impact of a changed scope.</summary>
internal static class Cvss31
{
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out CvssVector? vector, out string reason)
    {
        vector = null;
        if (!CvssMetrics.TryRead(text, Cvss3.Metrics, "X", "3.1", out var metrics, out reason)) return false;
        var (score, overall) = Cvss3.Score(metrics, RoundUp, lost => Cvss3.ChangedImpact(lost, lost * 0.9731m, 13));
        vector = new() { Version = "3.1", Text = metrics.Write("CVSS:3.1"), BaseScore = score, Score = overall };
        return true;
    }

    private static decimal RoundUp(decimal score)
    {
        var integer = (int)Math.Round(score * 100_000, MidpointRounding.AwayFromZero);
        return (integer + 9_999) / 10_000 / 10m;
    }
}
