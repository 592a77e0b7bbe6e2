using System.Collections.Immutable;
using Plimsoll.Core.Hardening;

namespace Plimsoll.Scan.Deployments;

/// <summary>A text of a deployment.</summary>
/// <param name="Needs">What would be needed to know it, a clause; null when it is known.</param>
internal readonly record struct DeployedText(string Text, string? Needs = null);

/// <summary>One container as a compose file, a workload of Kubernetes or an engine runs it: all that it says over its image.</summary>
internal sealed record Deployment
{
    /// <summary>For sentences: `service web (compose.yaml:3)`.</summary>
    public required string Title { get; init; }

    /// <summary>By which it can be chosen: `web`, `Deployment/web`.</summary>
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>The image as it is named there; null where none is, or none that can be known.</summary>
    public string? Image { get; init; }

    /// <summary>In place of the image's entrypoint, whose command then does not count; null to leave it.</summary>
    public ImmutableArray<DeployedText>? Entrypoint { get; init; }

    /// <summary>In place of the image's command; null to leave it.</summary>
    public ImmutableArray<DeployedText>? Command { get; init; }

    /// <summary>Over the image's variables, the last of a name counts; a value of null takes the variable away.</summary>
    public ImmutableArray<(string Name, DeployedText? Value)> Environment { get; init; } = [];

    /// <summary>Where further variables come from that the input does not show, a clause; null for nowhere.</summary>
    public string? EnvironmentGap { get; init; }

    public string? User { get; init; }
    public string? WorkingDir { get; init; }
    public ImmutableArray<Mount> Mounts { get; init; } = [];

    /// <summary>Null to leave the image's.</summary>
    public bool? HasHealthcheck { get; init; }

    /// <summary>What the image's posture cannot say: `privileged yes`, `capability-drop ALL`.</summary>
    public ImmutableArray<Setting> Settings { get; init; } = [];

    public required Exposure Exposure { get; init; }

    /// <summary>What the user should know, each a sentence.</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    /// <summary>The user that the image itself names, which a remedied image keeps.</summary>
    public string ImageUser { get; init; } = "";

    /// <summary>Whether a word of the start command is only known when the container starts.</summary>
    public bool IsUnknown(string word) => (Entrypoint ?? []).Concat(Command ?? []).Any(one => one.Text == word && one.Needs is not null);

    /// <summary>The mount that a file comes from; null when it is the image's own.</summary>
    public Mount? Seen(string path) => Mounts.LastOrDefault(mount => mount.Files.Any(file => path == (file.Path.Length == 0 ? mount.Target : $"{mount.Target.TrimEnd('/')}/{file.Path}")));

    /// <summary>What is mounted at a path or above it and was not seen; null for nothing.</summary>
    public Mount? Unseen(string path) => Mounts.LastOrDefault(mount => mount.Needs is not null && (path == mount.Target || path.StartsWith(mount.Target.TrimEnd('/') + "/", StringComparison.Ordinal)));
}

/// <summary>What stands at a path in place of what the image has there.</summary>
/// <param name="Target">Absolute.</param>
/// <param name="Needs">How a sentence on one of its files goes on, `is mounted from …`; null when all of it is known.</param>
internal sealed record Mount(string Target, string? Needs = null)
{
    /// <summary>Paths below the target with their contents; one empty path when the target is a file.</summary>
    public ImmutableArray<(string Path, byte[] Content)> Files { get; init; } = [];

    public int Mode { get; init; } = 0x1A4;

    /// <summary>Where its files are changed, `./site.conf`; null where that is not known.</summary>
    public string? Source { get; init; }
}
