using System.Diagnostics.CodeAnalysis;

namespace Plimsoll.Core.Advisories.Cvss;

/// <summary>
/// CVSS 4.0 (https://www.first.org/cvss/v4.0/specification-document, section 8). The metrics fall into six sets of equal severity (EQ1 to EQ6), whose levels make a macro
/// vector with a score from a table. From it goes the mean of what each set takes: the way to the score of the next lower level, in proportion to the steps that the vector
/// is away from the most severe one of its level.
/// </summary>
internal static class Cvss40
{
    private const int AV = 0, AC = 1, AT = 2, PR = 3, UI = 4, VC = 5, VI = 6, VA = 7, SC = 8, SI = 9, SA = 10, E = 11, CR = 12, IR = 13, AR = 14,
        MAV = 15, MAC = 16, MAT = 17, MPR = 18, MUI = 19, MVC = 20, MVI = 21, MVA = 22, MSC = 23, MSI = 24, MSA = 25;

    /// <summary>In the order of table 23. Values begin with the most severe one, so that their place counts the steps down from it.</summary>
    private static readonly CvssMetric[] Metrics =
    [
        new("AV", ["N", "A", "L", "P"], true), new("AC", ["L", "H"], true), new("AT", ["N", "P"], true), new("PR", ["N", "L", "H"], true), new("UI", ["N", "P", "A"], true),
        new("VC", ["H", "L", "N"], true), new("VI", ["H", "L", "N"], true), new("VA", ["H", "L", "N"], true),
        new("SC", ["H", "L", "N"], true), new("SI", ["H", "L", "N"], true), new("SA", ["H", "L", "N"], true),
        new("E", ["A", "P", "U"]), new("CR", ["H", "M", "L"]), new("IR", ["H", "M", "L"]), new("AR", ["H", "M", "L"]),
        new("MAV", ["N", "A", "L", "P"]), new("MAC", ["L", "H"]), new("MAT", ["N", "P"]), new("MPR", ["N", "L", "H"]), new("MUI", ["N", "P", "A"]),
        new("MVC", ["H", "L", "N"]), new("MVI", ["H", "L", "N"]), new("MVA", ["H", "L", "N"]),
        new("MSC", ["H", "L", "N"]), new("MSI", ["S", "H", "L", "N"]), new("MSA", ["S", "H", "L", "N"]),
        // Supplemental metrics, which have no influence on the score.
        new("S", ["N", "P"]), new("AU", ["N", "Y"]), new("R", ["A", "U", "I"]), new("V", ["D", "C"]), new("RE", ["L", "M", "H"]), new("U", ["Clear", "Green", "Amber", "Red"]),
    ];

    /// <summary>Not a metric's value but one of the set EQ4: safety, high, low, none.</summary>
    private const int Safety = 0, High = 1, Negligible = 3;

    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out CvssVector? vector, out string reason)
    {
        vector = null;
        if (!CvssMetrics.TryRead(text, Metrics, "X", "4.0", out var metrics, out reason)) return false;
        vector = new() { Version = "4.0", Text = metrics.Write("CVSS:4.0"), BaseScore = Score(metrics.WithoutFrom(E)), Score = Score(metrics) };
        return true;
    }

    private static decimal Score(CvssMetrics metrics)
    {
        var (av, pr, ui) = (metrics.Effective(AV, MAV), metrics.Effective(PR, MPR), metrics.Effective(UI, MUI));
        var (ac, at) = (metrics.Effective(AC, MAC), metrics.Effective(AT, MAT));
        var (vc, vi, va) = (metrics.Effective(VC, MVC), metrics.Effective(VI, MVI), metrics.Effective(VA, MVA));
        var (sc, si, sa) = (metrics.Effective(SC, MSC), Subsequent(metrics, SI, MSI), Subsequent(metrics, SA, MSA));
        // What is not defined is as bad as can be.
        var (cr, ir, ar) = (Math.Max(0, metrics[CR]), Math.Max(0, metrics[IR]), Math.Max(0, metrics[AR]));
        if (vc == 2 && vi == 2 && va == 2 && sc == 2 && si == Negligible && sa == Negligible) return 0;

        var eq1 = av == 0 && pr == 0 && ui == 0 ? 0 : av != 3 && (av == 0 || pr == 0 || ui == 0) ? 1 : 2;
        var eq2 = ac == 0 && at == 0 ? 0 : 1;
        var eq3 = vc == 0 && vi == 0 ? 0 : vc == 0 || vi == 0 || va == 0 ? 1 : 2;
        var eq4 = si == Safety || sa == Safety ? 0 : sc == 0 || si == High || sa == High ? 1 : 2;
        var eq5 = Math.Max(0, metrics[E]);
        var eq6 = (cr == 0 && vc == 0) || (ir == 0 && vi == 0) || (ar == 0 && va == 0) ? 0 : 1;

        var score = Cvss40Table.Score(eq1, eq2, eq3, eq4, eq5, eq6);
        var mean = new Mean(score);
        // The most severe vectors of a level, where there are several, are the same number of steps from the top: the sum tells how far below them a vector is.
        if (eq1 < 2) mean.Add(Cvss40Table.Score(eq1 + 1, eq2, eq3, eq4, eq5, eq6), av + pr + ui - (eq1 == 0 ? 0 : 1), eq1 == 0 ? 1 : 4);
        if (eq2 < 1) mean.Add(Cvss40Table.Score(eq1, eq2 + 1, eq3, eq4, eq5, eq6), 0, 1);
        if (eq3 < 2)
        {
            var (next, top, depth) = (eq3, eq6) switch
            {
                (0, 0) => (Math.Max(Cvss40Table.Score(eq1, eq2, 0, eq4, eq5, 1), Cvss40Table.Score(eq1, eq2, 1, eq4, eq5, 0)), 0, 7),
                (0, _) => (Cvss40Table.Score(eq1, eq2, 1, eq4, eq5, 1), 3, 6),
                (_, 0) => (Cvss40Table.Score(eq1, eq2, 1, eq4, eq5, 1), 1, 8),
                _ => (Cvss40Table.Score(eq1, eq2, 2, eq4, eq5, 1), 3, 8),
            };
            mean.Add(next, vc + vi + va + cr + ir + ar - top, depth);
        }
        if (eq4 < 2) mean.Add(Cvss40Table.Score(eq1, eq2, eq3, eq4 + 1, eq5, eq6), sc + si + sa - (eq4 == 0 ? 0 : 2), eq4 == 0 ? 6 : 5);
        // Each level of EQ5 is a single value, so that a vector is never below the top of it.
        if (eq5 < 2) mean.Add(Cvss40Table.Score(eq1, eq2, eq3, eq4, eq5 + 1, eq6), 0, 1);
        return Round(score - mean.Value);
    }

    /// <summary>Integrity and availability of subsequent systems have one more value when modified, above the others.</summary>
    private static int Subsequent(CvssMetrics metrics, int metric, int modified) => metrics[modified] >= 0 ? metrics[modified] : metrics[metric] + 1;

    /// <summary>The reference calculator's epsilon takes halves up that division left a little short.</summary>
    private static decimal Round(decimal score) => Math.Clamp(Math.Round(score + 0.000001m, 1, MidpointRounding.AwayFromZero), 0, 10);

    private struct Mean(decimal score)
    {
        private decimal sum;
        private int count;

        public readonly decimal Value => count == 0 ? 0 : sum / count;

        /// <param name="next">The score of the macro vector with the next lower level.</param>
        /// <param name="steps">From the most severe vector of the level down to this one.</param>
        /// <param name="depth">Steps down to the next level.</param>
        public void Add(decimal next, int steps, int depth)
        {
            sum += (score - next) * steps / depth;
            count++;
        }
    }
}
