using System.Diagnostics.CodeAnalysis;

namespace Plimsoll.Core.Advisories.Cvss;

/// <summary>CVSS 3.0 (https://www.first.org/cvss/v3.0/specification-document). It rounds up to the next tenth; calculators with binary fractions give a tenth more where a product is a tenth exactly.</summary>
internal static class Cvss30
{
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out CvssVector? vector, out string reason)
    {
        vector = null;
        if (!CvssMetrics.TryRead(text, Cvss3.Metrics, "X", "3.0", out var metrics, out reason)) return false;
        var (score, overall) = Cvss3.Score(metrics, RoundUp, lost => Cvss3.ChangedImpact(lost, lost, 15));
        vector = new() { Version = "3.0", Text = metrics.Write("CVSS:3.0"), BaseScore = score, Score = overall };
        return true;
    }

    private static decimal RoundUp(decimal score) => Math.Ceiling(score * 10) / 10;
}
