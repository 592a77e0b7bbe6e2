using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Plimsoll.Core.Versions;

/// <summary>
/// A set of npm versions, by the range grammar of node's `semver` (https://github.com/npm/node-semver#ranges) with versions
/// read as <see cref="NpmVersionScheme"/> does: comparators `&lt; &lt;= &gt; &gt;= =` that all must hold, `||` between
/// alternatives, `1.2.x *`, `~1.2 ~&gt;1.2`, `^1.2`, `1.2 - 2.3`. As GitHub's advisories write them, a comma may stand for
/// the blank between comparators.
/// </summary>
/// <remarks>
/// Without previews a pre-release is in the set only if a comparator of the same three numbers has a pre-release, too: `>1.2.3-alpha`
/// holds `1.2.3-beta` but not `1.3.0-beta`.
/// </remarks>
public sealed class NpmRange
{
    /// <summary>A text of more characters is no range.</summary>
    public const int MaxLength = 4096;

    private readonly ImmutableArray<ImmutableArray<NpmComparator>> alternatives;
    private readonly bool previews;

    private NpmRange(ImmutableArray<ImmutableArray<NpmComparator>> alternatives, bool previews)
    {
        this.alternatives = alternatives;
        this.previews = previews;
    }

    /// <param name="previews">Whether pre-releases are as other versions: then `1.x` holds `1.0.0-alpha`.</param>
    /// <returns>False when any part of it is not understood.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out NpmRange? range, bool previews = false)
    {
        range = null;
        if (text.Length > MaxLength) return false;
        var parts = ImmutableArray.CreateBuilder<ImmutableArray<NpmComparator>>();
        while (true)
        {
            var or = text.IndexOf("||");
            if (!NpmRangeParser.TryParse(or < 0 ? text : text[..or], previews, out var comparators)) return false;
            // What holds all versions stands alone, as in node: `* || 1.0.0-beta` holds no pre-release.
            if (comparators.IsEmpty) parts.Clear();
            if (parts is not [{ IsEmpty: true }]) parts.Add(comparators);
            if (or < 0) break;
            text = text[(or + 2)..];
        }
        range = new NpmRange(parts.DrainToImmutable(), previews);
        return true;
    }

    /// <summary>False as well when the text is no npm version.</summary>
    public bool Contains(ReadOnlySpan<char> version)
    {
        if (!NpmVersionScheme.TryParse(version, out var parsed)) return false;
        foreach (var comparators in alternatives)
            if (Holds(comparators, parsed)) return true;
        return false;
    }

    private bool Holds(ImmutableArray<NpmComparator> comparators, SemanticVersion version)
    {
        var allowed = previews || version.Preview.IsEmpty;
        foreach (var comparator in comparators)
        {
            if (!NpmVersionScheme.TryParse(comparator.Version, out var bound) || !comparator.Holds(SemanticVersion.Compare(version, bound))) return false;
            allowed |= !bound.Preview.IsEmpty && SemanticVersion.CompareNumbers(version, bound) == 0;
        }
        return allowed;
    }
}

internal enum NpmOperator
{
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>A bound of versions.</summary>
/// <param name="Version">Always a version to <see cref="NpmVersionScheme"/>.</param>
internal readonly record struct NpmComparator(NpmOperator Operator, string Version)
{
    /// <param name="order">Of a version against the bound.</param>
    public bool Holds(int order) => Operator switch
    {
        NpmOperator.Less => order < 0,
        NpmOperator.LessOrEqual => order <= 0,
        NpmOperator.Greater => order > 0,
        NpmOperator.GreaterOrEqual => order >= 0,
        _ => order == 0,
    };
}
