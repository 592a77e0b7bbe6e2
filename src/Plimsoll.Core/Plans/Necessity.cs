using System.Collections.Immutable;

namespace Plimsoll.Core.Plans;

/// <summary>
/// Which installed packages nothing needs that a container starts, by what packages declare to need. What a script calls or a
/// program loads without declaring it is not seen, so that a package is listed is a reason to look and no proof.
/// </summary>
public sealed record Necessity
{
    /// <summary>Keys of packages that nothing leads to from the start, sorted. Essential ones are not among them.</summary>
    public ImmutableArray<string> Unneeded { get; init; } = [];

    /// <summary>How many packages are installed only because the distribution calls them essential, or because such a one needs them.</summary>
    public int Essential { get; init; }

    /// <summary>Kinds of packages of which that cannot be known, sorted.</summary>
    public ImmutableArray<UnknownNeed> Unknown { get; init; } = [];
}

/// <param name="Type">As in package URLs: `deb`, `npm`.</param>
/// <param name="Count">How many are installed.</param>
/// <param name="Reason">Why it cannot be known, one clause.</param>
public sealed record UnknownNeed(string Type, int Count, string Reason);
