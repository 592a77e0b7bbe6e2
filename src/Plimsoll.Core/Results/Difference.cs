using System.Collections.Immutable;
using Plimsoll.Core.Findings;

namespace Plimsoll.Core.Results;

/// <summary>What is different from one result to another. Every list is sorted.</summary>
public sealed record Difference
{
    /// <summary>Names of what was compared.</summary>
    public required string From { get; init; }

    public required string To { get; init; }

    public ImmutableArray<PackageDifference> Packages { get; init; } = [];

    /// <summary>Null when nobody looked for vulnerabilities in one of them, so that nothing can be said.</summary>
    public ImmutableArray<FindingDifference>? Findings { get; init; }

    /// <summary>Whether everything of both was read; what was not is in neither.</summary>
    public required bool IsComplete { get; init; }

    /// <summary>Nothing is different, as far as was looked.</summary>
    public bool IsEmpty => Packages.IsEmpty && Findings is null or { IsEmpty: true };
}

/// <summary>A package that is not the same in both.</summary>
/// <param name="Name">Its package URL without the version.</param>
/// <param name="From">Its versions in the first, sorted; none when it came.</param>
/// <param name="To">Its versions in the second, sorted; none when it went.</param>
public sealed record PackageDifference(string Name, ImmutableArray<string> From, ImmutableArray<string> To);

/// <summary>A finding that only one of them has.</summary>
/// <param name="Vulnerability">As the one that has it says.</param>
/// <param name="Version">The package's versions in the other, sorted; none when it is not there.</param>
public sealed record FindingDifference(FindingChange Change, Vulnerability Vulnerability, ImmutableArray<string> Version);

public enum FindingChange
{
    /// <summary>Only the second has it.</summary>
    Came,

    /// <summary>The package has another version in the second, which is not affected.</summary>
    Fixed,

    /// <summary>The package is not in the second.</summary>
    Went,

    /// <summary>The package is the same; advisories, policy or VEX are not.</summary>
    JudgedAnew,
}
