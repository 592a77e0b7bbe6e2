using System.Collections.Immutable;
using Plimsoll.Core.Findings;

namespace Plimsoll.Core.Policies;

/// <summary>A finding that somebody said not to count, with all who said so; never without one.</summary>
public sealed record SuppressedVulnerability(Vulnerability Finding, ImmutableArray<Suppression> By);

/// <summary>Why a finding does not count.</summary>
public sealed record Suppression
{
    public required SuppressionSource Source { get; init; }

    /// <summary>The file that says it, as it was named.</summary>
    public required string File { get; init; }

    /// <summary>Which statement of the file: its identifier, or where it stands (`line 12`, `statement 3`).</summary>
    public required string Statement { get; init; }

    /// <summary>Why, in the words of whoever said it.</summary>
    public required string Reason { get; init; }

    /// <summary>The last day on which it holds; null for no end.</summary>
    public DateOnly? Expires { get; init; }

    /// <summary>What a VEX statement says; null for a policy's.</summary>
    public VexStatus? Status { get; init; }

    /// <summary>VEX's code for why it is not affected: `vulnerable_code_not_in_execute_path`, as OpenVEX writes it; null where none is given.</summary>
    public string? Justification { get; init; }
}

public enum SuppressionSource
{
    Policy,
    Vex,
}

/// <summary>What a VEX statement says of a product.</summary>
public enum VexStatus
{
    NotAffected,
    Affected,
    Fixed,
    UnderInvestigation,
}
