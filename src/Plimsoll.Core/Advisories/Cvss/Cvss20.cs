using System.Diagnostics.CodeAnalysis;

namespace Plimsoll.Core.Advisories.Cvss;

/// <summary>CVSS 2.0 (https://www.first.org/cvss/v2/guide, section 3.2). Its figures are decimal, so that rounding to one digit is exact; halves go up.</summary>
internal static class Cvss20
{
    private const int AV = 0, AC = 1, Au = 2, C = 3, I = 4, A = 5, E = 6, RL = 7, RC = 8, CDP = 9, TD = 10, CR = 11, IR = 12, AR = 13;

    private static readonly CvssMetric[] Metrics =
    [
        new("AV", ["L", "A", "N"], true), new("AC", ["H", "M", "L"], true), new("Au", ["M", "S", "N"], true),
        new("C", ["N", "P", "C"], true), new("I", ["N", "P", "C"], true), new("A", ["N", "P", "C"], true),
        new("E", ["U", "POC", "F", "H"]), new("RL", ["OF", "TF", "W", "U"]), new("RC", ["UC", "UR", "C"]),
        new("CDP", ["N", "L", "LM", "MH", "H"]), new("TD", ["N", "L", "M", "H"]),
        new("CR", ["L", "M", "H"]), new("IR", ["L", "M", "H"]), new("AR", ["L", "M", "H"]),
    ];

    private static readonly decimal[] AccessVector = [0.395m, 0.646m, 1.0m];
    private static readonly decimal[] AccessComplexity = [0.35m, 0.61m, 0.71m];
    private static readonly decimal[] Authentication = [0.45m, 0.56m, 0.704m];
    private static readonly decimal[] Impacts = [0.0m, 0.275m, 0.660m];
    private static readonly decimal[] Exploitability = [0.85m, 0.9m, 0.95m, 1.0m];
    private static readonly decimal[] RemediationLevel = [0.87m, 0.90m, 0.95m, 1.0m];
    private static readonly decimal[] ReportConfidence = [0.90m, 0.95m, 1.0m];
    private static readonly decimal[] CollateralDamage = [0.0m, 0.1m, 0.3m, 0.4m, 0.5m];
    private static readonly decimal[] TargetDistribution = [0.0m, 0.25m, 0.75m, 1.0m];
    private static readonly decimal[] Requirements = [0.5m, 1.0m, 1.51m];

    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out CvssVector? vector, out string reason)
    {
        vector = null;
        if (!CvssMetrics.TryRead(text, Metrics, "ND", "2.0", out var metrics, out reason)) return false;
        var score = Base(metrics, Impact(metrics, withRequirements: false));
        vector = new()
        {
            Version = "2.0",
            Text = metrics.Write(""),
            BaseScore = score,
            Score = metrics.HasAny(CDP, AR) ? Environmental(metrics) : Temporal(metrics, score),
        };
        return true;
    }

    private static decimal Impact(CvssMetrics metrics, bool withRequirements)
    {
        var kept = (1 - Lost(C, CR)) * (1 - Lost(I, IR)) * (1 - Lost(A, AR));
        return 10.41m * (1 - kept);

        decimal Lost(int impact, int requirement) => Impacts[metrics[impact]] * (withRequirements ? Of(Requirements, metrics[requirement]) : 1);
    }

    private static decimal Base(CvssMetrics metrics, decimal impact)
    {
        if (impact == 0) return 0;
        var exploitability = 20 * AccessVector[metrics[AV]] * AccessComplexity[metrics[AC]] * Authentication[metrics[Au]];
        return Round((0.6m * impact + 0.4m * exploitability - 1.5m) * 1.176m);
    }

    private static decimal Temporal(CvssMetrics metrics, decimal score) =>
        Round(score * Of(Exploitability, metrics[E]) * Of(RemediationLevel, metrics[RL]) * Of(ReportConfidence, metrics[RC]));

    private static decimal Environmental(CvssMetrics metrics)
    {
        var adjusted = Temporal(metrics, Base(metrics, Math.Min(10, Impact(metrics, withRequirements: true))));
        var damage = metrics[CDP] < 0 ? 0 : CollateralDamage[metrics[CDP]];
        return Math.Max(0, Round((adjusted + (10 - adjusted) * damage) * Of(TargetDistribution, metrics[TD]))); // Low requirements can take the equation below zero, where there is no score.
    }

    /// <summary>A metric that is not defined leaves the score as it is.</summary>
    private static decimal Of(decimal[] weights, int value) => value < 0 ? 1 : weights[value];

    private static decimal Round(decimal score) => Math.Round(score, 1, MidpointRounding.AwayFromZero);
}
