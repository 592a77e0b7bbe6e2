using System.Collections.Immutable;
using Plimsoll.Core.Hardening;
using Plimsoll.Scan.Hardening.Analyses;

namespace Plimsoll.Scan.Hardening.Rules;

/// <summary>A rule as it is judged by.</summary>
internal sealed record Rule
{
    public required HardeningRule Told { get; init; }

    /// <summary>The file it is from, for messages.</summary>
    public required string File { get; init; }

    /// <summary>Which application it is for: the first part of its id.</summary>
    public string Application => Told.Id[..Told.Id.IndexOf('/', StringComparison.Ordinal)];

    /// <summary>Blocks that are judged each for itself, `http/server`; one empty path for the configuration as a whole.</summary>
    public ImmutableArray<string> Scopes { get; init; } = [""];

    /// <summary>Over <see cref="HardeningRule.Versions"/>; null for every version.</summary>
    public Condition? Versions { get; init; }

    /// <summary>Only where this holds; null for everywhere.</summary>
    public Condition? When { get; init; }

    /// <summary>Not where this holds: a known false alarm; null for none.</summary>
    public Condition? Unless { get; init; }

    /// <summary>What is to hold; null when an analysis looks.</summary>
    public Condition? Expect { get; init; }

    public IAnalysis? Analysis { get; init; }
    public ImmutableArray<Example> Good { get; init; } = [];
    public ImmutableArray<Example> Bad { get; init; } = [];
}

/// <summary>An image that a rule is tried on.</summary>
internal sealed record Example
{
    /// <summary>For messages: the line in the rule's file.</summary>
    public required int Line { get; init; }

    /// <summary>Absolute paths with their texts.</summary>
    public ImmutableArray<(string Path, string Text)> Files { get; init; } = [];

    /// <summary>Permissions of files that are not plain, octal as in chmod(1).</summary>
    public ImmutableArray<(string Path, int Mode)> Modes { get; init; } = [];

    public ImmutableArray<string> Command { get; init; } = [];
    public ImmutableArray<string> Environment { get; init; } = [];
    public string User { get; init; } = "";
    public bool HasHealthcheck { get; init; }

    /// <summary>A compose file of one service that runs it; null for none.</summary>
    public string? Compose { get; init; }
}
