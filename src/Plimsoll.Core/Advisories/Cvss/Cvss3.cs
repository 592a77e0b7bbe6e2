namespace Plimsoll.Core.Advisories.Cvss;

/// <summary>What CVSS 3.0 and 3.1 share: metrics, weights and equations (section 7 of https://www.first.org/cvss/v3.1/specification-document). Figures are decimal, so that no rounding but the specification's own comes in.</summary>
internal static class Cvss3
{
    private const int AV = 0, AC = 1, PR = 2, UI = 3, S = 4, C = 5, I = 6, A = 7, E = 8, RL = 9, RC = 10, CR = 11, IR = 12, AR = 13,
        MAV = 14, MAC = 15, MPR = 16, MUI = 17, MS = 18, MC = 19, MI = 20, MA = 21;

    public static readonly CvssMetric[] Metrics =
    [
        new("AV", ["N", "A", "L", "P"], true), new("AC", ["L", "H"], true), new("PR", ["N", "L", "H"], true), new("UI", ["N", "R"], true), new("S", ["U", "C"], true),
        new("C", ["N", "L", "H"], true), new("I", ["N", "L", "H"], true), new("A", ["N", "L", "H"], true),
        new("E", ["U", "P", "F", "H"]), new("RL", ["O", "T", "W", "U"]), new("RC", ["U", "R", "C"]),
        new("CR", ["L", "M", "H"]), new("IR", ["L", "M", "H"]), new("AR", ["L", "M", "H"]),
        new("MAV", ["N", "A", "L", "P"]), new("MAC", ["L", "H"]), new("MPR", ["N", "L", "H"]), new("MUI", ["N", "R"]), new("MS", ["U", "C"]),
        new("MC", ["N", "L", "H"]), new("MI", ["N", "L", "H"]), new("MA", ["N", "L", "H"]),
    ];

    private static readonly decimal[] AttackVector = [0.85m, 0.62m, 0.55m, 0.2m];
    private static readonly decimal[] AttackComplexity = [0.77m, 0.44m];
    private static readonly decimal[] PrivilegesUnchanged = [0.85m, 0.62m, 0.27m];
    private static readonly decimal[] PrivilegesChanged = [0.85m, 0.68m, 0.5m];
    private static readonly decimal[] UserInteraction = [0.85m, 0.62m];
    private static readonly decimal[] Impacts = [0m, 0.22m, 0.56m];
    private static readonly decimal[] Maturity = [0.91m, 0.94m, 0.97m, 1m];
    private static readonly decimal[] RemediationLevel = [0.95m, 0.96m, 0.97m, 1m];
    private static readonly decimal[] ReportConfidence = [0.92m, 0.96m, 1m];
    private static readonly decimal[] Requirements = [0.5m, 1m, 1.5m];

    /// <summary>The base score and the overall one.</summary>
    /// <param name="roundUp">To one digit, as the version says.</param>
    /// <param name="modifiedImpact">The modified impact of a changed scope by the modified sub-score, as the version says.</param>
    public static (decimal Base, decimal Overall) Score(CvssMetrics metrics, Func<decimal, decimal> roundUp, Func<decimal, decimal> modifiedImpact)
    {
        var score = Combine(BaseImpact(metrics), Exploitability(metrics[AV], metrics[AC], metrics[PR], metrics[UI], metrics[S]), metrics[S], roundUp);
        var temporal = Of(Maturity, metrics[E]) * Of(RemediationLevel, metrics[RL]) * Of(ReportConfidence, metrics[RC]);
        if (!metrics.HasAny(CR, MA)) return (score, roundUp(score * temporal));
        var scope = metrics.Effective(S, MS);
        var exploitability = Exploitability(metrics.Effective(AV, MAV), metrics.Effective(AC, MAC), metrics.Effective(PR, MPR), metrics.Effective(UI, MUI), scope);
        var lost = Math.Min(0.915m, 1 - (1 - Lost(C, MC, CR)) * (1 - Lost(I, MI, IR)) * (1 - Lost(A, MA, AR)));
        return (score, roundUp(Combine(scope == 0 ? 6.42m * lost : modifiedImpact(lost), exploitability, scope, roundUp) * temporal));

        decimal Lost(int impact, int modified, int requirement) => Impacts[metrics.Effective(impact, modified)] * Of(Requirements, metrics[requirement]);
    }

    /// <summary>`7.52 * (lost - 0.029) - 3.25 * (scaled - 0.02)^power`, the impact of a changed scope.</summary>
    public static decimal ChangedImpact(decimal lost, decimal scaled, int power)
    {
        var product = 1m;
        for (var i = 0; i < power; i++) product *= scaled - 0.02m;
        return 7.52m * (lost - 0.029m) - 3.25m * product;
    }

    private static decimal BaseImpact(CvssMetrics metrics)
    {
        var lost = 1 - (1 - Impacts[metrics[C]]) * (1 - Impacts[metrics[I]]) * (1 - Impacts[metrics[A]]);
        return metrics[S] == 0 ? 6.42m * lost : ChangedImpact(lost, lost, 15);
    }

    private static decimal Exploitability(int vector, int complexity, int privileges, int interaction, int scope) =>
        8.22m * AttackVector[vector] * AttackComplexity[complexity] * (scope == 0 ? PrivilegesUnchanged : PrivilegesChanged)[privileges] * UserInteraction[interaction];

    private static decimal Combine(decimal impact, decimal exploitability, int scope, Func<decimal, decimal> roundUp) =>
        impact <= 0 ? 0 : roundUp(Math.Min(10, (scope == 0 ? 1m : 1.08m) * (impact + exploitability)));

    /// <summary>A metric that is not defined leaves the score as it is.</summary>
    private static decimal Of(decimal[] weights, int value) => value < 0 ? 1 : weights[value];
}
