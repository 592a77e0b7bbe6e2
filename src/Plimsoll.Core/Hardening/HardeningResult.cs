using System.Collections.Immutable;

namespace Plimsoll.Core.Hardening;

/// <summary>The configurations that will be in force, and how they compare with their vendors' advice.</summary>
public sealed record HardeningResult
{
    /// <summary>One for each application whose configuration is understood, and one for the image.</summary>
    public ImmutableArray<Configuration> Configurations { get; init; } = [];

    /// <summary>What is not followed, the gravest first, then what cannot be known.</summary>
    public ImmutableArray<HardeningFinding> Findings { get; init; } = [];

    /// <summary>Ids of the rules that apply and are followed everywhere, sorted.</summary>
    public ImmutableArray<string> Followed { get; init; } = [];

    /// <summary>Applications that no rule is for, and what else was left out; each a sentence.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>How the image is run, `service web (compose.yaml:3)`; null when nothing says it.</summary>
    public string? Deployment { get; init; }

    /// <summary>Who can reach it then; null when nothing says it.</summary>
    public Exposure? Exposure { get; init; }

    /// <summary>What can be written over the image; null when nobody asked for it.</summary>
    public Remedies? Remedies { get; init; }
}
