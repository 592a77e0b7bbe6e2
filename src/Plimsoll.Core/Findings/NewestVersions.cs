using System.Collections.Immutable;

namespace Plimsoll.Core.Findings;

/// <summary>What the packages' own registries and repositories have that is newer.</summary>
public sealed record NewestVersions
{
    /// <summary>Packages that were answered for, by key.</summary>
    public ImmutableArray<NewestVersion> Packages { get; init; } = [];

    /// <summary>Images whose registry was asked for tags: the one underneath, then the scanned one.</summary>
    public ImmutableArray<NewestTag> Images { get; init; } = [];

    /// <summary>Packages of which nothing was learned, by source and reason.</summary>
    public ImmutableArray<Unanswered> Unanswered { get; init; } = [];

    /// <summary>What whoever relies on it should know, each a sentence.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];
}

/// <summary>The newest release of a package for general use.</summary>
public sealed record NewestVersion
{
    /// <summary>Key of the package.</summary>
    public required string Package { get; init; }

    /// <summary>Its name, as its own ecosystem writes it.</summary>
    public required string Name { get; init; }

    /// <summary>Which kind of registry answered: `npm`.</summary>
    public required string Source { get; init; }

    /// <summary>Which one: a host, or a repository and its part.</summary>
    public required string From { get; init; }

    public required string Installed { get; init; }

    /// <summary>The newest stable one; null when the registry has none.</summary>
    public string? Newest { get; init; }

    /// <summary>The newest stable one with the same first number; null where the ecosystem's versions do not work so.</summary>
    public string? NewestOfMajor { get; init; }

    /// <summary>The newest one that every package which depends on it allows; null where none does or that is not known.</summary>
    public string? NewestAllowed { get; init; }

    public Standing Standing { get; init; }

    /// <summary>A newer version is in a repository for security updates.</summary>
    public bool IsSecurityUpdate { get; init; }

    /// <summary>What the registry says against the installed version: `deprecated: …`, `yanked`, `abandoned`; null for nothing.</summary>
    public string? Warning { get; init; }
}

/// <summary>The newest tag of an image that names a release of the same flavour.</summary>
public sealed record NewestTag
{
    /// <summary>`docker.io/library/node:20.5-slim`.</summary>
    public required string Image { get; init; }

    /// <summary>Whether the scanned image was built on it, or is it.</summary>
    public required bool IsBase { get; init; }

    /// <summary>The version that it has by its tag; null when nothing says a tag.</summary>
    public string? Tag { get; init; }

    /// <summary>The newest one; null when none is known.</summary>
    public string? Newest { get; init; }

    /// <summary>The newest one with the same first number; null when none is known.</summary>
    public string? NewestOfMajor { get; init; }

    public Standing Standing { get; init; }

    /// <summary>Why nothing was learned, one clause; null when something was.</summary>
    public string? Unknown { get; init; }
}

/// <summary>How an installed version compares with the newest.</summary>
public enum Standing
{
    /// <summary>They do not compare, or there is no newest.</summary>
    Unknown,
    Current,
    Behind,
}

/// <summary>Packages of which nothing was learned for one reason.</summary>
/// <param name="Reason">One clause: `404 Not Found`.</param>
/// <param name="Packages">Keys, sorted.</param>
public sealed record Unanswered(string Source, string From, string Reason, ImmutableArray<string> Packages);
