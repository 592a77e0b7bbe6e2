using System.Collections.Immutable;
using Plimsoll.Core.Findings;

namespace Plimsoll.Core.Policies;

/// <summary>What the policy says of a result.</summary>
public sealed record PolicyResult
{
    /// <summary>Where the policy comes from: a file as it was named, `--fail-on`, or both.</summary>
    public required string Source { get; init; }

    /// <summary>One for each condition, in the order of the policy; then one for each ignore that has expired.</summary>
    public ImmutableArray<PolicyVerdict> Verdicts { get; init; } = [];

    public bool IsViolated => Verdicts.Any(verdict => verdict.IsViolated);
}

/// <summary>One condition and whether the result violates it.</summary>
/// <param name="Condition">Its name: `severity`, `kev`, `epss`, `age`, `end-of-life`, `expired-ignore`.</param>
/// <param name="Title">The condition in a clause: `no finding of high or worse that has a fix`.</param>
public sealed record PolicyVerdict(string Condition, string Title, bool IsViolated)
{
    /// <summary>What was found, one sentence.</summary>
    public required string Sentence { get; init; }

    /// <summary>The findings that violate it, in the order of priorities.</summary>
    public ImmutableArray<FindingKey> Findings { get; init; } = [];

    /// <summary>What violates it and is no vulnerability (`Debian 10`), sorted.</summary>
    public ImmutableArray<string> Subjects { get; init; } = [];
}
