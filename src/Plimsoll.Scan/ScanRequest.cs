using System.Collections.Immutable;
using Plimsoll.Core.Images;
using Plimsoll.Core.Policies;
using Plimsoll.Engines.Http;
using Plimsoll.Engines.Registry;
using Plimsoll.Scan.Deployments;
using Plimsoll.Scan.Hardening;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Matching;
using Plimsoll.Scan.Vex;

namespace Plimsoll.Scan;

/// <summary>What to scan and how: checked, immutable.</summary>
public sealed record ScanRequest
{
    public required Target Target { get; init; }

    /// <summary>Catalogers to run, by id or group; empty for all.</summary>
    public ImmutableArray<string> Only { get; init; } = [];

    /// <summary>Also report what a later layer removed or replaced.</summary>
    public bool AllLayers { get; init; }

    /// <summary>Which image of a multi-platform layout; null for that of this machine.</summary>
    public Platform? Platform { get; init; }

    /// <summary>The image that the scanned one was built on, for telling its layers from added ones.</summary>
    public Target? Base { get; init; }

    /// <summary>A file with the diffIDs of known base images.</summary>
    public string? KnownBases { get; init; }

    /// <summary>How registries are spoken to.</summary>
    public RegistryOptions Registry { get; init; } = RegistryOptions.Default;

    /// <summary>Folder of the database that says how long things are supported; null for none.</summary>
    public string? Database { get; init; }

    /// <summary>The time that ages and ends are reckoned from.</summary>
    public DateTimeOffset Now { get; init; } = TimeProvider.System.GetUtcNow();

    /// <summary>Whether each package's own registry is asked what is newer.</summary>
    public bool Freshness { get; init; }

    /// <summary>How those registries are spoken to, apart from what <see cref="Registry"/> allows: with less patience than where one answer is all.</summary>
    internal TransportOptions FreshnessTransport { get; init; } = new()
    {
        Attempts = 3,
        Stall = TimeSpan.FromSeconds(15),
        LongestPause = TimeSpan.FromSeconds(20),
        Total = TimeSpan.FromMinutes(5),
    };

    /// <summary>Variables that say where registries are.</summary>
    internal Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>Where layers are kept between scans; null for nowhere.</summary>
    public CacheSettings? Cache { get; init; }

    /// <summary>How vulnerabilities are looked for; null for not at all.</summary>
    public VulnerabilityOptions? Vulnerabilities { get; init; }

    /// <summary>What fails the build and what does not count; null for no policy.</summary>
    public Policy? Policy { get; init; }

    /// <summary>Statements of others on what does not affect the image.</summary>
    public ImmutableArray<VexFile> Vex { get; init; } = [];

    /// <summary>What describes how the image is run; null to judge what the image itself says.</summary>
    public DeploymentInput? Deployment { get; init; }

    /// <summary>By which rules configurations are judged; null for not at all.</summary>
    public HardeningOptions? Hardening { get; init; }

    internal Limits Limits { get; init; } = Limits.Default;
}
