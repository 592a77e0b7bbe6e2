using System.Collections.Immutable;

namespace Plimsoll.Core.Hardening;

/// <summary>The configuration of one application as it will be in force when the container starts.</summary>
public sealed record Configuration
{
    /// <summary>Common name, which is the folder of its rules: `nginx`; `image` for what holds for every image.</summary>
    public required string Application { get; init; }

    /// <summary>Null when nothing in the image says it: what depends on the version is then not known.</summary>
    public string? Version { get; init; }

    /// <summary>Includes in place, overrides applied. What could not be seen stands there as a gap.</summary>
    public ImmutableArray<Setting> Settings { get; init; } = [];
}
