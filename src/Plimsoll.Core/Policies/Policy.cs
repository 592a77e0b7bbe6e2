using System.Collections.Immutable;
using Plimsoll.Core.Advisories.Cvss;

namespace Plimsoll.Core.Policies;

/// <summary>What fails a build, and what does not count. docs/policy.md has the file.</summary>
public sealed record Policy
{
    /// <summary>Where it comes from: a file as it was named, `--fail-on`, or both.</summary>
    public required string Source { get; init; }

    /// <summary>Nobody named it: it lies in the working folder.</summary>
    public bool WasFound { get; init; }

    public FailConditions Fail { get; init; } = FailConditions.None;

    /// <summary>In the order of the file.</summary>
    public ImmutableArray<Ignore> Ignores { get; init; } = [];
}

/// <summary>Each is one condition; any that holds fails the build.</summary>
public sealed record FailConditions
{
    public static readonly FailConditions None = new();

    /// <summary>Findings of this rating or a worse one; unrated ones count as more than low.</summary>
    public CvssRating? Severity { get; init; }

    /// <summary>Findings that are known to be exploited.</summary>
    public bool Exploited { get; init; }

    /// <summary>Findings with this EPSS or a higher one, 0 to 1.</summary>
    public double? Probability { get; init; }

    /// <summary>Findings that were published this many days ago or earlier.</summary>
    public int? Age { get; init; }

    /// <summary>Products past their end of life.</summary>
    public bool EndOfLife { get; init; }

    /// <summary>Findings without a fix fail nothing.</summary>
    public bool FixableOnly { get; init; }

    public bool AsksForFindings => Severity is not null || Exploited || Probability is not null || Age is not null;
}

/// <summary>Findings that do not count. All that is named has to fit; what is not named fits all.</summary>
public sealed record Ignore
{
    /// <summary>Where it stands in the file, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>Why, in the words of whoever wrote it.</summary>
    public required string Reason { get; init; }

    /// <summary>Any of the finding's names.</summary>
    public string? Vulnerability { get; init; }

    /// <summary>A package URL, with or without version, or a name in which `*` stands for anything.</summary>
    public string? Package { get; init; }

    /// <summary>A path in which `*` stands for anything but `/`, and `**` for anything; all places of the package have to fit.</summary>
    public string? Path { get; init; }

    /// <summary>The image's reference or one of its names, in which `*` stands for anything.</summary>
    public string? Image { get; init; }

    /// <summary>The last day on which it holds (UTC); null for no end.</summary>
    public DateOnly? Expires { get; init; }

    public bool HasExpired(DateOnly today) => Expires < today;
}
