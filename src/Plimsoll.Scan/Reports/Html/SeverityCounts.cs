using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Scan.Reports.Markup;
using Plimsoll.Scan.Reports.Text;

namespace Plimsoll.Scan.Reports.Html;

/// <summary>A severity as the page shows it.</summary>
/// <param name="Class">Its letter among the classes of the style sheet.</param>
internal sealed record SeverityKind(CvssRating? Rating, string Class, string Name);

/// <summary>How many findings have which severity, and a bar of it.</summary>
internal sealed class SeverityCounts
{
    /// <summary>The worst first.</summary>
    public static readonly IReadOnlyList<SeverityKind> All =
    [
        new(CvssRating.Critical, "c", VulnerabilityFacts.Word(CvssRating.Critical)),
        new(CvssRating.High, "h", VulnerabilityFacts.Word(CvssRating.High)),
        new(CvssRating.Medium, "m", VulnerabilityFacts.Word(CvssRating.Medium)),
        new(null, "u", VulnerabilityFacts.Word(null)),
        new(CvssRating.Low, "l", VulnerabilityFacts.Word(CvssRating.Low)),
        new(CvssRating.None, "n", VulnerabilityFacts.Word(CvssRating.None)),
    ];

    private readonly int[] counts = new int[All.Count];

    public static SeverityCounts Of(IEnumerable<Vulnerability> findings)
    {
        var all = new SeverityCounts();
        foreach (var one in findings) all.Add(one);
        return all;
    }

    public static SeverityKind Kind(CvssRating? rating) => All[Index(rating)];

    public int Total => counts.Sum();

    public int this[SeverityKind kind] => counts[Index(kind.Rating)];

    public void Add(Vulnerability one) => counts[Index(one.Rating)]++;

    /// <summary>`2 critical, 5 high`.</summary>
    public override string ToString() => string.Join(", ", All.Where(kind => this[kind] > 0).Select(kind => $"{Facts.Number(this[kind])} {kind.Name}"));

    /// <summary>Drawn only; what it says stands beside it in words.</summary>
    /// <param name="of">The count that fills the bar.</param>
    public void WriteBar(int of, string style, MarkupPage page)
    {
        const int Width = 1000;
        page.Open("svg").Attribute("class", $"bar {style}").Attribute("viewBox", $"0 0 {Width} 10").Attribute("preserveAspectRatio", "none").Attribute("aria-hidden", "true");
        page.Open("rect").Attribute("class", "rest").Attribute("width", Width).Attribute("height", 10).Close();
        var (done, at) = (0, 0);
        foreach (var kind in All)
        {
            if (this[kind] == 0) continue;
            done += this[kind];
            var end = (int)((long)done * Width / Math.Max(of, 1));
            page.Open("rect").Attribute("class", kind.Class).Attribute("x", at).Attribute("width", Math.Max(end - at, 1)).Attribute("height", 10).Close();
            at = end;
        }
        page.Close();
    }

    private static int Index(CvssRating? rating) => rating switch
    {
        CvssRating.Critical => 0,
        CvssRating.High => 1,
        CvssRating.Medium => 2,
        null => 3,
        CvssRating.Low => 4,
        _ => 5,
    };
}
