using System.Collections.Immutable;

namespace Plimsoll.Core.Lifecycles;

/// <summary>How long the releases of one product are supported, in the terms of endoflife.date.</summary>
public sealed record Lifecycle
{
    /// <summary>endoflife.date's name of the product: `nodejs`.</summary>
    public required string Id { get; init; }

    /// <summary>For people: `Node.js`.</summary>
    public required string Title { get; init; }

    /// <summary>`os`, `lang`, `framework`, `server-app`, `database` …</summary>
    public string? Category { get; init; }

    /// <summary>What else names the product: types `purl` (without a version), `cpe` (2.2 or 2.3, up to the product) and `repology`.</summary>
    public ImmutableArray<ProductIdentifier> Identifiers { get; init; } = [];

    /// <summary>The newest first, as the source orders them.</summary>
    public ImmutableArray<ReleaseCycle> Cycles { get; init; } = [];
}

public readonly record struct ProductIdentifier(string Type, string Id);

/// <summary>Releases that are supported together: `22` of Node.js, `12` of Debian.</summary>
public sealed record ReleaseCycle
{
    public required string Name { get; init; }

    public string? Codename { get; init; }

    public DateOnly? Released { get; init; }

    /// <summary>Since when it is a release with long-term support.</summary>
    public Milestone LongTermSupport { get; init; }

    /// <summary>When all faults stop being fixed, and only those of security still are.</summary>
    public Milestone EndOfActiveSupport { get; init; }

    /// <summary>When security fixes for everybody stop.</summary>
    public Milestone EndOfLife { get; init; }

    /// <summary>When fixes for those who pay stop.</summary>
    public Milestone EndOfExtendedSupport { get; init; }

    /// <summary>When it stopped being sold or made.</summary>
    public Milestone Discontinued { get; init; }

    /// <summary>Newest version of the cycle.</summary>
    public string? Latest { get; init; }

    public DateOnly? LatestReleased { get; init; }

    /// <summary>What the newest version brings, an address.</summary>
    public string? Link { get; init; }
}

/// <summary>Something that happens once: on a day, or at an unknown time of which only is known whether it is past.</summary>
public readonly record struct Milestone
{
    private Milestone(bool? isPast, DateOnly? date) => (KnownPast, Date) = (isPast, date);

    /// <summary>The day; null when the source gives none.</summary>
    public DateOnly? Date { get; }

    /// <summary>What the source says in place of a day; null when it says nothing, or gives the day.</summary>
    public bool? KnownPast { get; }

    /// <summary>Nothing is known of it.</summary>
    public static Milestone Unknown => default;

    public static Milestone On(DateOnly date) => new(null, date);

    public static Milestone WithoutDate(bool isPast) => new(isPast, null);

    /// <summary>Whether it has happened; on its day it has. Null when that is not known.</summary>
    public bool? IsPast(DateOnly today) => Date is { } date ? date <= today : KnownPast;
}
