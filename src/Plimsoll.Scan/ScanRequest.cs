using System.Collections.Immutable;
using Plimsoll.Core.Images;
using Plimsoll.Engines.Registry;
using Plimsoll.Scan.Layers;
using Plimsoll.Scan.Matching;

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

    /// <summary>Where layers are kept between scans; null for nowhere.</summary>
    public CacheSettings? Cache { get; init; }

    /// <summary>How vulnerabilities are looked for; null for not at all.</summary>
    public VulnerabilityOptions? Vulnerabilities { get; init; }

    internal Limits Limits { get; init; } = Limits.Default;
}
