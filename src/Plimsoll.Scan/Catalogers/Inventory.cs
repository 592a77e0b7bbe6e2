using System.Collections.Immutable;
using Plimsoll.Core.Packages;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers;

/// <summary>
/// Makes one inventory of what the catalogers found: equal packages become one with all their locations, language
/// packages that an OS package installed become part of it, and requirements become dependencies.
/// </summary>
internal static class Inventory
{
    public static ImmutableArray<Package> Join(IReadOnlyList<Package> found, ImageFiles files) =>
        [.. found.DistinctBy(package => package.Key).OrderBy(package => package.Key, StringComparer.Ordinal)];
}
