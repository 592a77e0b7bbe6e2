using System.Collections.Immutable;
using Plimsoll.Core.Lifecycles;

namespace Plimsoll.Core.Findings;

/// <summary>How long what is in an image is still supported, by the lifecycle data of the local database.</summary>
public sealed record Support
{
    /// <summary>When the data were last known to be what their publisher has; null when there are none.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>By subject, title and version.</summary>
    public ImmutableArray<SupportFinding> Findings { get; init; } = [];

    /// <summary>What is not known and why, each a sentence.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}

/// <summary>The support of one version of a product.</summary>
public sealed record SupportFinding
{
    public required SupportSubject Subject { get; init; }

    /// <summary>endoflife.date's name of the product: `nodejs`.</summary>
    public required string Product { get; init; }

    /// <summary>For people: `Node.js`.</summary>
    public required string Title { get; init; }

    /// <summary>The upstream version; null when nothing in the image says it.</summary>
    public string? Version { get; init; }

    /// <summary>The release cycle that the version belongs to; null when the data know none.</summary>
    public string? Cycle { get; init; }

    public string? Codename { get; init; }

    /// <summary>Whether the cycle has long-term support.</summary>
    public bool IsLongTerm { get; init; }

    public Milestone EndOfActiveSupport { get; init; }
    public Milestone EndOfLife { get; init; }
    public Milestone EndOfExtendedSupport { get; init; }
    public SupportPhase Phase { get; init; }

    /// <summary>Days until the end of life, negative past it; null where there is no date.</summary>
    public int? DaysLeft { get; init; }

    /// <summary>Newest release of the cycle.</summary>
    public string? Latest { get; init; }

    public DateOnly? LatestReleased { get; init; }

    /// <summary>Whether the version is older than <see cref="Latest"/>; null when they do not compare.</summary>
    public bool? IsBehind { get; init; }

    /// <summary>The supported cycle to move to, the newest with long-term support or else the newest; null when there is no newer one.</summary>
    public SupportedCycle? MoveTo { get; init; }

    /// <summary>The distribution that packaged it, which fixes it as long as it supports its own release: what upstream's cycle says is then for information.</summary>
    public string? MaintainedBy { get; init; }

    /// <summary>Keys of the packages that it was found from, sorted.</summary>
    public ImmutableArray<string> Packages { get; init; } = [];

    /// <summary>Security fixes for everybody have stopped, and nobody else answers for it.</summary>
    public bool IsPastEnd => MaintainedBy is null && Phase is (SupportPhase.Extended or SupportPhase.Ended);
}

/// <param name="EndOfLife">Of that cycle.</param>
public sealed record SupportedCycle(string Name, string? Latest, bool IsLongTerm, Milestone EndOfLife);

/// <summary>What a finding is about, in the order of reports.</summary>
public enum SupportSubject
{
    System,
    Application,
    Package,
}

public enum SupportPhase
{
    /// <summary>The cycle or its end is not known.</summary>
    Unknown,

    /// <summary>All faults are being fixed, as far as the data distinguish.</summary>
    Active,

    /// <summary>Only those of security are.</summary>
    Security,

    /// <summary>Past the end of life; fixes go to those who pay or belong to a programme.</summary>
    Extended,

    /// <summary>Past the end of life.</summary>
    Ended,
}
