using System.Collections.Immutable;
using Plimsoll.Core.Applications;
using Plimsoll.Core.Images;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers;

/// <summary>What the layers add to an inventory: who a package came from, and which packages later layers removed.</summary>
internal static class LayerHistory
{
    /// <summary>Packages of the layers below the last one, as they were in the highest layer that showed them, removed in the next one.</summary>
    public static IReadOnlyList<Package> Below(ImageFiles files, Cataloging cataloging, OsRelease? os, int layerCount, List<Problem> problems)
    {
        var seen = new Dictionary<string, Package>(StringComparer.Ordinal);
        for (var layer = layerCount - 2; layer >= 0; layer--)
        {
            files.Tree.Seal(layer);
            foreach (var package in cataloging.Run(files, os, problems)) seen.TryAdd(package.Key, package with { RemovedIn = layer + 1 });
        }
        files.Tree.Seal();
        return [.. seen.Values];
    }

    /// <summary>The final inventory and those packages of the layers below that are not in it, each with its origin.</summary>
    public static ImmutableArray<Package> Merge(ImmutableArray<Package> final, IReadOnlyList<Package> below, ImmutableArray<Layer> layers)
    {
        var present = below.Count == 0 ? [] : final.Select(package => package.Key).ToHashSet(StringComparer.Ordinal);
        return [.. final.Concat(below.Where(package => !present.Contains(package.Key))).Select(package => WithOrigin(package, layers)).OrderBy(package => package.Key, StringComparer.Ordinal)];
    }

    /// <summary>A package belongs to the lowest layer that shows it.</summary>
    private static Package WithOrigin(Package package, ImmutableArray<Layer> layers)
    {
        var lowest = package.Locations.Min(location => location.Layer);
        return lowest is { } index && index < layers.Length ? package with { Origin = layers[index].Origin } : package;
    }
}
