using System.Collections.Immutable;

namespace Plimsoll.Core.Hardening;

/// <summary>What is to be written over an image so that findings with an exact remedy are cleared, and what is left to a person.</summary>
public sealed record Remedies
{
    /// <summary>By path.</summary>
    public ImmutableArray<RemediedFile> Files { get; init; } = [];

    /// <summary>Lines of a Dockerfile beside the files, in order.</summary>
    public ImmutableArray<string> Instructions { get; init; } = [];

    /// <summary>The image's own user, as which it goes on after the lines.</summary>
    public string User { get; init; } = "";

    /// <summary>Ids of the rules that nothing is left of, sorted.</summary>
    public ImmutableArray<string> Cleared { get; init; } = [];

    /// <summary>In the order of the findings.</summary>
    public ImmutableArray<LeftFinding> Left { get; init; } = [];
}

/// <summary>A configuration file before and after.</summary>
/// <param name="Path">Absolute, canonical.</param>
/// <param name="Mode">Permission bits as the image has them.</param>
/// <param name="Owner">Who has to be able to read it where not everybody is; null for nobody in particular.</param>
public sealed record RemediedFile(string Path, string Before, string After, int Mode, string? Owner);

/// <param name="Reason">Why its remedy is not written, a clause.</param>
public sealed record LeftFinding(HardeningFinding Finding, string Reason);
