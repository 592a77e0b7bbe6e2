using System.Collections.Immutable;

namespace Plimsoll.Core.Advisories;

/// <summary>What one source says on one vulnerability, in the shape of the OSV schema (https://ossf.github.io/osv-schema/).</summary>
public sealed record Advisory
{
    /// <summary>The source's own name of it: `GHSA-…`, `DSA-…`, `CVE-…`.</summary>
    public required string Id { get; init; }

    /// <summary>Id of the feed that said so: `osv`, `debian-tracker` …</summary>
    public required string Feed { get; init; }

    /// <summary>Other names of the same vulnerability.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>Vulnerabilities that this advisory passes on to a distribution's packages: the CVEs of a DSA, for one.</summary>
    public ImmutableArray<string> Upstream { get; init; } = [];

    /// <summary>Names of vulnerabilities that are like this one, not the same.</summary>
    public ImmutableArray<string> Related { get; init; } = [];

    public DateTimeOffset? Published { get; init; }

    public DateTimeOffset? Modified { get; init; }

    /// <summary>When its source took it back; null while it stands. A withdrawn advisory affects nothing.</summary>
    public DateTimeOffset? Withdrawn { get; init; }

    /// <summary>One line.</summary>
    public string? Summary { get; init; }

    /// <summary>The long text; absent where only matching was asked for.</summary>
    public string? Details { get; init; }

    public ImmutableArray<Severity> Severities { get; init; } = [];

    /// <summary>Kinds of weakness that it comes from: numbers of <see cref="Cwe"/>, as the source orders them.</summary>
    public ImmutableArray<int> Weaknesses { get; init; } = [];

    public ImmutableArray<AffectedPackage> Affected { get; init; } = [];

    /// <summary>Pages about it, the source's own first.</summary>
    public ImmutableArray<string> References { get; init; } = [];
}

/// <summary>How bad a source says that it is.</summary>
/// <param name="Type">`CVSS_V2`, `CVSS_V3`, `CVSS_V4` with a vector, else the name of the rating's owner (`Debian`, `Ubuntu`, `GHSA`) with a word.</param>
/// <param name="Score">The vector, or the word as the owner writes it (`unimportant`, `HIGH`).</param>
public readonly record struct Severity(string Type, string Score);

/// <summary>One package that an advisory is about.</summary>
public sealed record AffectedPackage
{
    /// <summary>As OSV writes it, with the release where there is one: `npm`, `Debian:12`, `Alpine:v3.20`, `Bitnami`.</summary>
    public required string Ecosystem { get; init; }

    public required string Name { get; init; }

    /// <summary>Versions that are affected if any of these holds them …</summary>
    public ImmutableArray<AffectedRange> Ranges { get; init; } = [];

    /// <summary>… or that are named one by one.</summary>
    public ImmutableArray<string> Versions { get; init; } = [];

    /// <summary>What the source itself says of this package in this release.</summary>
    public AffectedStatus Status { get; init; }

    /// <summary>Ratings that hold for this package only.</summary>
    public ImmutableArray<Severity> Severities { get; init; } = [];
}

/// <summary>A distribution's word on one package of one release.</summary>
public enum AffectedStatus
{
    /// <summary>Affected as the ranges say; a range without end is not fixed so far.</summary>
    Affected,

    /// <summary>Not affected in any version.</summary>
    NotAffected,

    /// <summary>Affected; the distribution will not fix it in this release.</summary>
    NoFixPlanned,

    /// <summary>Affected; to be fixed at some time, in no hurry.</summary>
    FixDeferred,

    /// <summary>Affected; the package is no longer supported in this release.</summary>
    EndOfSupport,

    /// <summary>Nobody has judged it yet.</summary>
    UnderInvestigation,
}

public enum RangeKind
{
    /// <summary>Versions in the order of the package's ecosystem.</summary>
    Ecosystem,

    /// <summary>Semantic versions 2.0.</summary>
    SemVer,

    /// <summary>Commits of a repository; only tags that a source resolved to versions can be judged.</summary>
    Git,
}

/// <summary>Affected versions as events in the order of versions. A version is affected when the last event at or before it introduced the vulnerability.</summary>
public sealed record AffectedRange(RangeKind Kind, ImmutableArray<RangeEvent> Events)
{
    /// <summary>The repository of a <see cref="RangeKind.Git"/> range.</summary>
    public string? Repository { get; init; }
}

/// <param name="Version">A version; `0` with <see cref="RangeEventKind.Introduced"/> is before every version.</param>
public readonly record struct RangeEvent(RangeEventKind Kind, string Version);

public enum RangeEventKind
{
    /// <summary>From this version on, inclusive.</summary>
    Introduced,

    /// <summary>Up to this version, exclusive.</summary>
    Fixed,

    /// <summary>Up to this version, inclusive.</summary>
    LastAffected,

    /// <summary>Nothing is said of this version and later ones.</summary>
    Limit,
}
