using System.Collections.Immutable;
using Plimsoll.Core.Findings;

namespace Plimsoll.Core.Plans;

/// <summary>What to do, the best first. Each finding that is not suppressed is in exactly one action, or in <see cref="Unfixed"/>.</summary>
public sealed record Plan
{
    public ImmutableArray<PlanAction> Actions { get; init; } = [];

    /// <summary>Findings for which there is nothing to be done yet, since no version fixes them; in the order of priorities.</summary>
    public ImmutableArray<FindingKey> Unfixed { get; init; } = [];

    /// <summary>How many findings all actions together fix.</summary>
    public int Fixable => Actions.Sum(action => action.Fixes.Length);
}

/// <summary>One thing that one person does in one go.</summary>
public sealed record PlanAction
{
    /// <summary>1 for what to do first.</summary>
    public required int Rank { get; init; }

    public required ActionKind Kind { get; init; }

    /// <summary>What to do, one line: `apt upgrade openssl to 3.0.17-1~deb12u2`.</summary>
    public required string Title { get; init; }

    /// <summary>What does it: `apt`, `apk`, `npm`; null where nothing does but a person.</summary>
    public string? Manager { get; init; }

    /// <summary>The exact shell command, for the project's folder or the container's build; null where there is none.</summary>
    public string? Command { get; init; }

    /// <summary>The exact line of the Dockerfile; null where it is not done there.</summary>
    public string? DockerfileLine { get; init; }

    /// <summary>The packages that change, by name and key; none when only the base image changes as a whole.</summary>
    public ImmutableArray<PackageChange> Changes { get; init; } = [];

    /// <summary>The findings that it fixes, in the order of priorities.</summary>
    public ImmutableArray<FindingKey> Fixes { get; init; } = [];

    /// <summary>How many of them are known to be exploited.</summary>
    public int ExploitedCount { get; init; }

    /// <summary>Why it stands where it does, one sentence.</summary>
    public required string Why { get; init; }

    /// <summary>What to know before doing it (a major version, a promise that another one keeps), each a sentence.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}

public enum ActionKind
{
    /// <summary>Build on a newer base image.</summary>
    BaseImage,

    /// <summary>Upgrade packages of the operating system.</summary>
    SystemPackages,

    /// <summary>Upgrade packages of a language.</summary>
    LanguagePackages,

    /// <summary>Replace a program that no package manager knows by a newer release.</summary>
    Release,
}

/// <summary>One package before and after.</summary>
/// <param name="PackageKey">Key of the installed package.</param>
/// <param name="From">The installed version.</param>
/// <param name="To">The version to have.</param>
public sealed record PackageChange(string PackageKey, string Name, string From, string To)
{
    /// <summary>Names of the direct dependencies that bring it, sorted; none when it is one itself or the graph does not tell.</summary>
    public ImmutableArray<string> BroughtBy { get; init; } = [];
}
