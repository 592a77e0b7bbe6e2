using System.Collections.Immutable;
using Plimsoll.Core.Packages;
using Plimsoll.Core.Results;
using Plimsoll.Scan.Layers;

namespace Plimsoll.Scan.Catalogers;

/// <summary>
/// Makes one inventory of what the catalogers found: equal packages become one with all their locations, language
/// packages that an OS package installed become part of it, and requirements become dependencies.
/// </summary>
internal static class Inventory
{
    public static ImmutableArray<Package> Join(IReadOnlyList<Package> found, ImageFiles files)
    {
        var items = new SortedDictionary<string, Item>(StringComparer.Ordinal);
        foreach (var package in found)
            if (items.TryGetValue(package.Key, out var item)) item.Merge(package);
            else items.Add(package.Key, new Item(package));
        Fold(items, files);
        Link(items);
        return [.. items.Values.Where(item => item.Locations.Count > 0).Select(item => item.ToPackage())];
    }

    /// <summary>Moves locations that an OS package installed to that package.</summary>
    private static void Fold(SortedDictionary<string, Item> items, ImageFiles files)
    {
        if (!files.KnowsOwners) return;
        // OS packages stay what they are, also where one of them owns the database that shows them all, as rpm does.
        foreach (var (key, item) in items.Where(pair => !pair.Value.First.FoundBy.StartsWith("os/", StringComparison.Ordinal)))
            foreach (var location in item.Locations.ToArray())
            {
                if (!TryFindHolder(files, location.Path, out var file) || file.Owner is not { } ownerKey || ownerKey == key) continue; // Stays where it is.
                if (!items.TryGetValue(ownerKey, out var owner)) continue; // The owner was left out of this scan: the package stands for itself.
                item.Locations.Remove(location);
                item.Folded.Add((location.Path, owner));
                owner.Contains.Add(item.First.Purl);
            }
    }

    /// <summary>The file at a path, or the archive in which it is: `/app.jar` for `/app.jar!/lib/x.jar`.</summary>
    private static bool TryFindHolder(ImageFiles files, string path, out ImageFile file)
    {
        while (!files.TryFind(path, out file))
        {
            var inside = path.LastIndexOf("!/", StringComparison.Ordinal);
            if (inside < 0) return false;
            path = path[..inside];
        }
        return true;
    }

    private static void Link(SortedDictionary<string, Item> items)
    {
        var byName = new Dictionary<(string Type, string Name), List<Item>>();
        var byProvided = new Dictionary<(string Type, string Name), List<Item>>();
        var byPath = new Dictionary<string, Item>(StringComparer.Ordinal);
        foreach (var item in items.Values)
        {
            Note(byName, item, item.First.Name);
            foreach (var provided in item.First.Provides) Note(byProvided, item, provided);
            foreach (var location in item.Locations) byPath.TryAdd(location.Path, item);
            foreach (var (path, owner) in item.Folded) byPath[path] = owner;
        }
        foreach (var item in items.Values)
            foreach (var requirement in item.Requires)
                if ((requirement.ByLocation ? byPath.GetValueOrDefault(requirement.Target) : Exactly(requirement.Target) ?? Named(item, requirement.Target)) is { } answer)
                    item.Depend(answer);

        // A part of an OS package is answered by that package.
        Item? Exactly(string key) => !items.TryGetValue(key, out var item) ? null : item.Locations.Count > 0 || item.Folded.Count == 0 ? item : item.Folded[0].Owner;

        static void Note(Dictionary<(string, string), List<Item>> table, Item item, string name)
        {
            var key = (item.First.Purl.Type, name);
            if (!table.TryGetValue(key, out var list)) table.Add(key, list = []);
            list.Add(item);
        }

        // The first alternative that is there counts, and a real package before one that only provides its name.
        Item? Named(Item from, string alternatives)
        {
            foreach (var range in alternatives.AsSpan().Split('|'))
            {
                var name = alternatives[range];
                // An architecture in Debian's names; in others a colon is part of the name (`so:libz.so.1`, `perl(Foo::Bar)`).
                var colon = from.First.Purl.Type == "deb" ? name.IndexOf(':', StringComparison.Ordinal) : -1;
                var architecture = colon < 0 ? from.First.Architecture : name[(colon + 1)..];
                var key = (from.First.Purl.Type, colon < 0 ? name : name[..colon]);
                if (byName.TryGetValue(key, out var list) || byProvided.TryGetValue(key, out list))
                    return list.Find(item => item.First.Architecture == architecture) ?? list[0];
            }
            return null;
        }
    }

    /// <summary>A package in the making.</summary>
    private sealed class Item(Package first)
    {
        private readonly HashSet<Item> dependencies = [];

        public Package First { get; } = first;
        public HashSet<Location> Locations { get; } = [.. first.Locations];
        public HashSet<Requirement> Requires { get; } = [.. first.Requires];
        public HashSet<PackageUrl> Contains { get; } = [.. first.Contains];

        /// <summary>Locations that are part of other packages.</summary>
        public List<(string Path, Item Owner)> Folded { get; } = [];

        public void Merge(Package same)
        {
            Locations.UnionWith(same.Locations);
            Requires.UnionWith(same.Requires);
            Contains.UnionWith(same.Contains);
        }

        /// <summary>A package that became part of others hands its dependencies to them; one that is nothing else any more is answered by them.</summary>
        public void Depend(Item answer)
        {
            var answers = answer.Locations.Count > 0 ? [answer] : answer.Folded.Select(folded => folded.Owner).ToList();
            if (Locations.Count > 0) dependencies.UnionWith(answers.Where(item => item != this));
            foreach (var (_, owner) in Folded) owner.dependencies.UnionWith(answers.Where(item => item != owner));
        }

        public Package ToPackage() => First with
        {
            Locations = [.. Locations.Order()],
            Requires = [.. Requires.OrderBy(requirement => requirement.Target, StringComparer.Ordinal).ThenBy(requirement => requirement.Range, StringComparer.Ordinal)],
            Dependencies = [.. dependencies.Select(item => item.First.Key).Order(StringComparer.Ordinal)],
            Contains = [.. Contains.OrderBy(purl => purl.ToString(), StringComparer.Ordinal)],
        };
    }
}
