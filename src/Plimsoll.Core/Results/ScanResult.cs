using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Findings;
using Plimsoll.Core.Hardening;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Plans;
using Plimsoll.Core.Policies;

namespace Plimsoll.Core.Results;

/// <summary>All that a scan found. Every list is sorted, so that runs compare.</summary>
public sealed record ScanResult
{
    public required Image Image { get; init; }
    public OsRelease? Os { get; init; }

    /// <summary>What the container exists for: one as a rule; several or none is possible, and <see cref="ApplicationNote"/> then says why.</summary>
    public ImmutableArray<Application> Applications { get; init; } = [];

    /// <summary>Why there is not exactly one application; null when there is.</summary>
    public string? ApplicationNote { get; init; }

    public ImmutableArray<Package> Packages { get; init; } = [];

    /// <summary>
    /// Known vulnerabilities of the installed packages that count, in the order of their priorities; null when nobody looked
    /// for them.
    /// </summary>
    public ImmutableArray<Vulnerability>? Vulnerabilities { get; init; }

    /// <summary>Those that do not count because a policy or a VEX statement says so, in the order of their priorities.</summary>
    public ImmutableArray<SuppressedVulnerability> Suppressed { get; init; } = [];

    /// <summary>What to do about <see cref="Vulnerabilities"/>; null when nobody looked for them.</summary>
    public Plan? Plan { get; init; }

    /// <summary>What of the packages nothing that starts needs; null when nobody judged it.</summary>
    public Necessity? Necessity { get; init; }

    /// <summary>What the policy says; null when there is none.</summary>
    public PolicyResult? Policy { get; init; }

    /// <summary>How the image does in each practice that a scan judges, in their order.</summary>
    public ImmutableArray<PracticeMark> Practices { get; init; } = [];

    /// <summary>The data that this took, and how much of them is there.</summary>
    public ImmutableArray<AdvisoryData> AdvisoryData { get; init; } = [];

    /// <summary>How long what was found is supported; null when no database was asked.</summary>
    public Support? Support { get; init; }

    /// <summary>What is newer by the packages' own registries; null when they were not asked.</summary>
    public NewestVersions? Freshness { get; init; }

    /// <summary>How the applications are configured, by their vendors' advice; null when nobody judged it.</summary>
    public HardeningResult? Hardening { get; init; }

    public ImmutableArray<Problem> Problems { get; init; } = [];

    /// <summary>Things left out on purpose, each a sentence (pseudo file systems of a live root, for one).</summary>
    public ImmutableArray<string> Notes { get; init; } = [];

    public required ScanCounts Counts { get; init; }

    public Completeness Completeness => Problems.IsEmpty ? Completeness.Complete : Completeness.Partial;
}

public enum Completeness
{
    Complete,
    Partial,
}

/// <param name="Entries">Entries read from all layers.</param>
/// <param name="Files">Regular files in the final tree.</param>
/// <param name="Executables">ELF files and scripts in the final tree that carry an execute bit, and shared libraries.</param>
/// <param name="UnownedExecutables">Those of them that no OS package installed; null where there is no OS package database.</param>
public sealed record ScanCounts(long Entries, long Files, long Executables, long? UnownedExecutables);
