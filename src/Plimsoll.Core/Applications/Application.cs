using System.Collections.Immutable;
using Plimsoll.Core.Results;

namespace Plimsoll.Core.Applications;

/// <summary>The thing that a container exists for.</summary>
public sealed record Application
{
    /// <summary>Its common name: `nginx`, `postgresql`, or the name in its own manifest for a user's program.</summary>
    public required string Name { get; init; }

    /// <summary>Null when nothing in the image says it.</summary>
    public string? Version { get; init; }

    /// <summary>The process that the start command ends in, with its arguments, wrappers taken off.</summary>
    public ImmutableArray<string> Command { get; init; } = [];

    /// <summary>The executable or script file in the image.</summary>
    public Location? Executable { get; init; }

    /// <summary>Key of the package that it came from; null when no package did.</summary>
    public string? PackageKey { get; init; }

    /// <summary>What runs it, for programs in a language: `node`, `python3`, `java`.</summary>
    public string? Runtime { get; init; }

    /// <summary>The user that the process runs as in the end: by `USER`, or by a wrapper that drops privileges.</summary>
    public string User { get; init; } = "";

    public ImmutableArray<string> Ports { get; init; } = [];

    /// <summary>Configuration files that this command will read, in the order of reading where known.</summary>
    public ImmutableArray<Location> ConfigFiles { get; init; } = [];

    /// <summary>How it was deduced, one step a sentence.</summary>
    public ImmutableArray<string> Evidence { get; init; } = [];
}

/// <summary>The operating system that an image is made of (os-release(5)).</summary>
public sealed record OsRelease
{
    public required string Id { get; init; }
    public ImmutableArray<string> IdLike { get; init; } = [];
    public string? VersionId { get; init; }
    public string? VersionCodename { get; init; }
    public string? PrettyName { get; init; }
    public required Location Location { get; init; }
}
