using System.Globalization;
using Plimsoll.Core.Advisories.Cvss;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Images;

namespace Plimsoll.Core.Plans;

/// <summary>
/// Where a finding stands among all, and by what. Findings are compared question by question in the order of
/// <see cref="PriorityQuestion"/>; the first whose answers differ decides. docs/priorities.md publishes the rule.
/// </summary>
public sealed record Priority : IComparable<Priority>
{
    /// <summary>EPSS from which an exploit within 30 days counts as likely.</summary>
    public const double LikelyFrom = 0.1;

    /// <summary>Place in the order, 1 for what comes first; no two findings of a result share one.</summary>
    public int Rank { get; init; }

    public bool IsExploited { get; init; }

    /// <summary>EPSS, 0 to 1; null when it is not rated.</summary>
    public double? Probability { get; init; }

    /// <summary>Null when nobody rated it.</summary>
    public CvssRating? Rating { get; init; }

    /// <summary>The highest CVSS score; 0 for none.</summary>
    public decimal Score { get; init; }

    public bool HasFix { get; init; }

    public Reach Reach { get; init; }

    /// <summary>From what <see cref="Reach"/> is known, one clause.</summary>
    public required string ReachReason { get; init; }

    /// <summary>Whether the package is in the base image or was added on top of it.</summary>
    public LayerOrigin Origin { get; init; }

    public required FindingKey Finding { get; init; }

    public bool IsLikely => Probability >= LikelyFrom;

    /// <summary>Every question of the rule with this finding's answer, in the order in which they are asked.</summary>
    public IEnumerable<PriorityAnswer> Answers => Enum.GetValues<PriorityQuestion>().Select(question => new PriorityAnswer(question, Step(question), Answer(question)));

    public int CompareTo(Priority? other)
    {
        if (other is null) return -1;
        return DecidedBy(other) is { } question ? Compare(question, other) : Finding.CompareTo(other.Finding);
    }

    /// <summary>The first question that the two answer differently; null when only their names tell them apart.</summary>
    public PriorityQuestion? DecidedBy(Priority other)
    {
        for (var question = PriorityQuestion.Exploited; question <= PriorityQuestion.Score; question++)
            if (Compare(question, other) != 0) return question;
        return null;
    }

    private int Compare(PriorityQuestion question, Priority other) => question switch
    {
        PriorityQuestion.Probability => (other.Probability ?? 0).CompareTo(Probability ?? 0),
        PriorityQuestion.Score => other.Score.CompareTo(Score),
        _ => Step(question).CompareTo(other.Step(question)),
    };

    /// <summary>0 is the answer that comes first. The last two questions compare numbers and have no steps.</summary>
    private int Step(PriorityQuestion question) => question switch
    {
        PriorityQuestion.Exploited => IsExploited ? 0 : 1,
        PriorityQuestion.Likely => IsLikely ? 0 : 1,
        // What nobody has rated may be anything, so it stands above what is known to be low.
        PriorityQuestion.Severity => Rating switch { CvssRating.Critical => 0, CvssRating.High => 1, CvssRating.Medium => 2, null => 3, CvssRating.Low => 4, _ => 5 },
        PriorityQuestion.Fix => HasFix ? 0 : 1,
        PriorityQuestion.Reach => (int)Reach,
        PriorityQuestion.Layer => Origin switch { LayerOrigin.Added => 0, LayerOrigin.Unknown => 1, _ => 2 },
        _ => 0,
    };

    private string Answer(PriorityQuestion question) => question switch
    {
        PriorityQuestion.Exploited => IsExploited ? "yes, CISA lists it as exploited" : "not that CISA knows",
        PriorityQuestion.Likely => Probability is { } known ? $"{(IsLikely ? "yes" : "no")}, EPSS is {known.ToString("P1", CultureInfo.InvariantCulture)}" : "no, EPSS does not rate it",
        PriorityQuestion.Severity => Rating switch { null => "unrated", CvssRating.None => "negligible", { } rating => rating.ToString().ToLowerInvariant() },
        PriorityQuestion.Fix => HasFix ? "yes" : "no",
        PriorityQuestion.Reach => ReachReason,
        PriorityQuestion.Layer => Origin switch { LayerOrigin.Added => "your own layers", LayerOrigin.Base => "the base image", _ => "not known, since the base image is not" },
        PriorityQuestion.Probability => Probability is { } exact ? exact.ToString("0.#####", CultureInfo.InvariantCulture) : "not rated",
        PriorityQuestion.Score => Score > 0 ? Score.ToString("0.0", CultureInfo.InvariantCulture) : "none",
        _ => throw new ArgumentOutOfRangeException(nameof(question), question, "a question without an answer"),
    };

    public static bool operator <(Priority left, Priority right) => left.CompareTo(right) < 0;
    public static bool operator >(Priority left, Priority right) => left.CompareTo(right) > 0;
    public static bool operator <=(Priority left, Priority right) => left.CompareTo(right) <= 0;
    public static bool operator >=(Priority left, Priority right) => left.CompareTo(right) >= 0;
}

/// <summary>The questions of the rule, in the order in which they decide.</summary>
public enum PriorityQuestion
{
    /// <summary>Is it exploited in the wild (KEV)?</summary>
    Exploited,

    /// <summary>Is an exploit likely (EPSS from <see cref="Priority.LikelyFrom"/>)?</summary>
    Likely,

    Severity,

    /// <summary>Is there a version that fixes it?</summary>
    Fix,

    /// <summary>Does the application's start reach the package?</summary>
    Reach,

    /// <summary>Is it in your own layers or the base image's?</summary>
    Layer,

    /// <summary>The exact EPSS, the higher first.</summary>
    Probability,

    /// <summary>The highest CVSS score, the higher first.</summary>
    Score,
}

/// <param name="Step">0 for the answer that comes first.</param>
/// <param name="Answer">What decided, one clause.</param>
public readonly record struct PriorityAnswer(PriorityQuestion Question, int Step, string Answer);

/// <summary>Whether the application's start reaches a package, as far as is known; in the order of priorities.</summary>
public enum Reach
{
    /// <summary>It is the application or its runtime.</summary>
    Started,

    /// <summary>The application declares to need it, directly or through others.</summary>
    Needed,

    /// <summary>No application or nothing of its dependencies is known.</summary>
    Unknown,

    /// <summary>Nothing that the application declares leads to it.</summary>
    NotDeclared,
}
